// SYNTHETIC. Two drawings in the place of photographs, for the report that means to use figures: a window in which nobody is, and a
// room with a person who has not consented yet, which only its photographer and the assurance officer see.
import { Readable } from 'node:stream'
import { deflateSync } from 'node:zlib'
import { written } from '../gateway/photographs/png.ts'
import { takeIn } from '../gateway/photographs/take-in.ts'
import type { Wiring } from '../gateway/wire.ts'
import { londonDate } from '../policies/calendar.ts'
import { actAs } from './acting.ts'
import { openInspection } from './seed.ts'

const photographer = 'ayesha.rahman'
const [width, height] = [640, 400]

type Colour = readonly [red: number, green: number, blue: number]
type Paint = (x: number, y: number) => Colour

const wall: Colour = [203, 198, 186]
const frame: Colour = [70, 74, 78]

/** A barred window with a crack across its pane. */
const brokenWindow: Paint = (x, y) => {
  const isPane = x > 180 && x < 460 && y > 60 && y < 300
  if (!isPane) return x > 168 && x < 472 && y > 48 && y < 312 ? frame : y > 340 ? [150, 140, 126] : wall
  if (x % 70 < 10) return frame
  return Math.abs(y - 60 - (x - 180) * 0.8) < 4 || Math.abs(y - 300 + (x - 220) * 0.6) < 3 ? [240, 244, 248] : [150, 178, 206] // prettier-ignore
}

/** A room with a table, and somebody at it without a face. */
const association: Paint = (x, y) => {
  if (Math.hypot(x - 320, y - 150) < 46) return [176, 138, 112]
  if (Math.abs(x - 320) < 80 && y > 196 && y < 300) return [58, 86, 120]
  return y > 290 && y < 320 ? [122, 92, 64] : y > 320 ? [168, 160, 148] : wall
}

/** @param report the clearance that they are meant for @returns the ids of the photographs */
export async function keepPhotographs(wiring: Wiring, report: string): Promise<string[]> {
  const takenOn = londonDate(new Date(wiring.clock().getTime() - 24 * 3_600_000))
  const keep = (paint: Paint, said: { caption: string; shows: string; finding: string; people: number }) =>
    actAs(wiring, photographer, (context) => takeIn(wiring, context, report, { inspection: openInspection, takenOn, ...said }, { type: 'image/png', filename: '', bytes: Readable.from([drawn(paint)]) })) // prettier-ignore
  const window = await keep(brokenWindow, { caption: 'A cell window on A wing', shows: 'A barred window whose pane is cracked from corner to corner', finding: 'Cells on A wing were cold, and broken windows had waited for repair for weeks.', people: 0 }) // prettier-ignore
  const room = await keep(association, { caption: 'Association on B wing', shows: 'One person alone at a table in a large room', finding: 'Few people took part in association.', people: 1 }) // prettier-ignore
  return [window, room]
}

/** PNG (third edition): RGB of 8 bits, each row without a filter. */
function drawn(paint: Paint): Buffer {
  const rows = Buffer.alloc(height * (1 + width * 3))
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) Buffer.from(paint(x, y)).copy(rows, y * (1 + width * 3) + 1 + x * 3)
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), written({ type: 'IHDR', body: header }), written({ type: 'IDAT', body: deflateSync(rows) }), written({ type: 'IEND', body: Buffer.alloc(0) })]) // prettier-ignore
}
