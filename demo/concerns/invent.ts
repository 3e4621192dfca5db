// SYNTHETIC. Concerns about the real establishments, with what became of each: raised, judged by a review of progress, closed.
// The same seed and reference day give the same concerns; how they stood on any day can be asked.
import {
  healthyPrisonTests,
  judgements,
  type Concern,
  type Judgement,
} from '../../gateway/concerns/concern.ts'
import { toDay, toDayNumber } from '../source/days.ts'
import { createDraw, type Draw } from '../source/draw.ts'
import { wordsFor } from './words.ts'

export interface ConcernOptions {
  readonly seed: string
  /** No report is later. */
  readonly referenceDate: string
  /** How long ago the first report was published. */
  readonly years: number
  readonly concerns: number
  /** Codes of establishments, which are inspected in turn. */
  readonly establishments: readonly [string, ...string[]]
}

/** One concern, and the days on which something became of it. */
export interface InventedConcern {
  readonly raised: Omit<Concern, 'status' | 'statusOn' | 'judgement' | 'judgedOn'>
  readonly judged?: { readonly on: string; readonly judgement: Judgement }
  readonly closedOn?: string
}

export function inventConcerns(options: ConcernOptions): InventedConcern[] {
  const { seed, establishments, concerns } = options
  const last = toDayNumber(options.referenceDate) - 3
  const first = last - Math.round(options.years * 365.25)
  const reports = Math.ceil(concerns / 12)
  const made: InventedConcern[] = []
  for (let index = 0; made.length < concerns; index += 1) {
    const establishment = establishments[index % establishments.length] ?? establishments[0]
    const published = first + Math.round(((last - first) * index) / Math.max(1, reports - 1))
    const draw = createDraw(`${seed} report ${index}`)
    made.push(...report(draw, establishment, Math.min(last, published), index, concerns - made.length))
  }
  return made
}

/** At least three priorities need at least three concerns: what is left over joins the last report. */
function report(draw: Draw, establishment: string, published: number, index: number, left: number) {
  const wanted = draw.whole(9, 15)
  const count = left <= 15 ? left : Math.min(wanted, left - 3)
  const priorities = Math.min(count, draw.whole(3, 6))
  const year = toDay(published).slice(0, 4)
  const inspection = `INS-${year}-${establishment}-${index}`
  const reviewed = draw.chance(0.35) ? published + draw.whole(240, 330) : undefined
  return Array.from({ length: count }, (_, place): InventedConcern => {
    const test = draw.pick(healthyPrisonTests)
    const closes = draw.chance(0.6) ? published + draw.whole(200, 1100) : undefined
    return {
      raised: {
        reference: `C-${establishment}-${year}-${index}-${String(place + 1).padStart(2, '0')}`,
        establishment,
        inspection,
        reportPublishedOn: toDay(published),
        test,
        rank: place < priorities ? 'priority' : 'key',
        ...wordsFor(draw, test),
      },
      ...(reviewed !== undefined && { judged: { on: toDay(reviewed), judgement: draw.pick(judgements) } }),
      ...(closes !== undefined && { closedOn: toDay(closes) }),
    }
  })
}

/** How it stood at the end of that day; undefined before its report. */
export function standing({ raised, judged, closedOn }: InventedConcern, day: string): Concern | undefined {
  if (raised.reportPublishedOn > day) return undefined
  const isClosed = closedOn !== undefined && closedOn <= day
  const isJudged = judged !== undefined && judged.on <= day
  return {
    ...raised,
    status: isClosed ? 'closed' : 'open',
    statusOn: isClosed ? closedOn : raised.reportPublishedOn,
    judgement: isJudged ? judged.judgement : null,
    judgedOn: isJudged ? judged.on : null,
  }
}
