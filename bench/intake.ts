// What taking in a file of concerns costs beside parsing it: csv-parse alone reads the same bytes and drops the rows; the
// gateway's intake reads, checks every row, compares with the database and takes all of it in, in one transaction. Both in
// this process, in turn; what the process holds more than at its start is told too.
import { Readable } from 'node:stream'
import { parse } from 'csv-parse'
import { inventConcerns, standing } from '../demo/concerns/invent.ts'
import { checkUpload, takeIn } from '../gateway/concerns/change.ts'
import { csvFile } from '../gateway/concerns/written.ts'
import { systemClock } from '../gateway/clock.ts'
import type { Database } from '../gateway/db.ts'
import { findPersonByIdentity } from '../gateway/people/store.ts'
import { version } from '../gateway/version.ts'
import type { Wiring } from '../gateway/wire.ts'
import { loadEstablishments } from '../policies/establishments.ts'
import { rounded, spreadOf, type Spread } from './statistics.ts'
import { withWiring } from './surroundings.ts'

const promisedRatio = 0.4
const MiB = 2 ** 20

export interface IntakeResult {
  readonly benchmark: 'intake'
  readonly version: string
  readonly node: string
  readonly rows: number
  readonly rounds: number
  readonly fileMiB: number
  readonly rowsPerSecond: Readonly<Record<Arm, Spread>>
  /** Rows a second of the intake over those of csv-parse, round by round. */
  readonly timesCsvParse: Readonly<Record<'checked' | 'takenIn', Spread>>
  readonly promisedRatio: number
  readonly keptPromise: boolean
  /** Resident memory over that at the start of the first round, at its most. */
  readonly mostGrowthMiB: number
}

type Arm = 'csvParse' | 'checked' | 'takenIn'

export async function measureIntake(options: {
  readonly rows: number
  readonly rounds: number
  readonly say: (line: string) => void
}): Promise<IntakeResult> {
  options.say('Starting PostgreSQL, the identity provider and the gateway …')
  return withWiring(async (around) => measure({ ...options, ...around, file: await fileOf(options.rows) }))
}

async function fileOf(rows: number): Promise<Buffer> {
  const { all } = await loadEstablishments()
  const [first, ...others] = all.filter(({ active }) => active).map(({ code }) => code)
  if (first === undefined) throw new Error('there are no establishments')
  const referenceDate = '2026-09-30'
  const made = inventConcerns({ seed: 'bench', referenceDate, years: 20, concerns: rows, establishments: [first, ...others] }) // prettier-ignore
  return Buffer.from(csvFile(made.flatMap((each) => standing(each, referenceDate) ?? [])))
}

interface Measuring {
  readonly rows: number
  readonly rounds: number
  readonly say: (line: string) => void
  readonly wiring: Wiring
  readonly owner: Database
  readonly file: Buffer
}

async function measure({ rows, rounds, say, wiring, owner, file }: Measuring): Promise<IntakeResult> {
  const perSecond: Record<Arm, number[]> = { csvParse: [], checked: [], takenIn: [] }
  const startBytes = process.memoryUsage.rss()
  for (let round = -1; round < rounds; round += 1) {
    await empty(owner)
    const parsed = await seconds(() => parseAlone(file))
    const { checkedSeconds, wholeSeconds } = await takeInOnce(wiring, file, rows)
    say(`round ${round}: csv-parse ${parsed} s, intake ${wholeSeconds} s`)
    // The round before the first warms up.
    if (round < 0) continue
    perSecond.csvParse.push(rows / parsed)
    perSecond.checked.push(rows / checkedSeconds)
    perSecond.takenIn.push(rows / wholeSeconds)
  }
  const ratio = (arm: 'checked' | 'takenIn') =>
    spreadOf(perSecond[arm].map((each, index) => each / (perSecond.csvParse[index] ?? Infinity)))
  const timesCsvParse = { checked: ratio('checked'), takenIn: ratio('takenIn') }
  return {
    benchmark: 'intake', version, node: process.version, rows, rounds,
    fileMiB: rounded(file.length / MiB),
    rowsPerSecond: { csvParse: spreadOf(perSecond.csvParse), checked: spreadOf(perSecond.checked), takenIn: spreadOf(perSecond.takenIn) },
    timesCsvParse, promisedRatio,
    keptPromise: timesCsvParse.takenIn.median >= promisedRatio,
    mostGrowthMiB: rounded((process.resourceUsage().maxRSS * 1024 - startBytes) / MiB),
  } // prettier-ignore
}

async function empty(owner: Database): Promise<void> {
  await owner.query('truncate concordat.concern_version, concordat.concern_edition, concordat.concern_intake_row, concordat.concern_intake cascade') // prettier-ignore
  await owner.query('checkpoint')
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

async function parseAlone(file: Buffer): Promise<void> {
  let seen = 0
  for await (const record of bytesOf(file).pipe(parse()) as AsyncIterable<string[]>) seen += record.length
  if (seen === 0) throw new Error('csv-parse saw nothing')
}

/** In the pieces in which a socket brings it. */
function bytesOf(file: Buffer): Readable {
  const piece = 64 * 1024
  return Readable.from(
    Array.from({ length: Math.ceil(file.length / piece) }, (_, index) =>
      file.subarray(index * piece, (index + 1) * piece),
    ),
  )
}

async function takeInOnce(wiring: Wiring, file: Buffer, rows: number) {
  let checkedSeconds = 0
  const wholeSeconds = await seconds(() =>
    wiring.db.withTransaction(async (tx) => {
      const started = performance.now()
      const now = systemClock()
      const person = await findPersonByIdentity(tx, wiring.config.oidc.issuer, 'rhian.davies', now)
      if (!person) throw new Error('the editor is not registered')
      const context = { tx, now, requestId: 'bench', ip: '127.0.0.1', person }
      const upload = { type: 'text/csv', filename: 'concerns.csv', bytes: bytesOf(file) }
      const checked = await checkUpload(wiring, context, upload)
      if (checked.kind === 'refused') throw new Error('checking was refused')
      checkedSeconds = (performance.now() - started) / 1000
      const taken = await takeIn(wiring, context, checked.value.id, 'Measured')
      if (taken.kind === 'refused' || taken.value.added !== rows)
        throw new Error('not every row was taken in')
    }),
  )
  return { checkedSeconds, wholeSeconds }
}

export function intakeTable(result: IntakeResult): string {
  const shown = ({ median, min, max }: Spread) => `${median} (${min} to ${max})`
  const { rowsPerSecond, timesCsvParse } = result
  return [
    `${result.rows} rows, ${result.fileMiB} MiB, ${result.rounds} rounds; rows a second, medians`,
    `csv-parse alone                              ${shown(rowsPerSecond.csvParse)}`,
    `checked                                      ${shown(rowsPerSecond.checked)}, ${shown(timesCsvParse.checked)} of csv-parse`,
    `checked and taken in, in one transaction     ${shown(rowsPerSecond.takenIn)}, ${shown(timesCsvParse.takenIn)} of csv-parse`,
    `promised ${result.promisedRatio} of csv-parse: ${result.keptPromise ? 'kept' : 'BROKEN'}; memory grew by at most ${result.mostGrowthMiB} MiB`,
    '',
  ].join('\n')
}
