// What a delivery of a million concerns costs beside writing them as CSV: csv-stringify alone writes the same rows from memory
// and drops the bytes; the gateway's sealing reads them from the database, writes concerns.csv and changes.csv, signs the
// manifest, makes the ZIP, encrypts it into the vault, and says so in the ledger. Both in this process, in turn.
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify'
import { inventConcerns, standing } from '../demo/concerns/invent.ts'
import { systemClock } from '../gateway/clock.ts'
import { takeIn, checkUpload } from '../gateway/concerns/change.ts'
import { columns } from '../gateway/concerns/table-schema.ts'
import { csvFile } from '../gateway/concerns/written.ts'
import type { Database } from '../gateway/db.ts'
import { openQuarters } from '../gateway/exports/quarters.ts'
import { sealDelivery } from '../gateway/exports/seal.ts'
import { cellsOf, type ConcernCells } from '../gateway/exports/snapshot.ts'
import { findPersonByIdentity } from '../gateway/people/store.ts'
import { version } from '../gateway/version.ts'
import type { Wiring } from '../gateway/wire.ts'
import { rounded, spreadOf, type Spread } from './statistics.ts'
import { withWiring } from './surroundings.ts'

const promisedRatio = 0.8
const MiB = 2 ** 20
/** So many are invented; the rest repeat them under ids of their own. */
const different = 10_000
/** One in so many changes from quarter to quarter. */
const oneInChanges = 100

export interface ExportResult {
  readonly benchmark: 'export'
  readonly version: string
  readonly node: string
  readonly rows: number
  readonly rounds: number
  readonly packageMiB: number
  /** Of a quarter in which one in a hundred concerns changed. */
  readonly rowsPerSecond: Readonly<Record<'csvStringify' | 'sealed', Spread>>
  /** Of the first delivery, in which every concern is new; once, and cold. */
  readonly firstRowsPerSecond: number
  /** Rows a second of the sealing over those of csv-stringify, round by round. */
  readonly timesCsvStringify: Spread
  readonly promisedRatio: number
  readonly keptPromise: boolean
  /** Resident memory over that when a sealing began, at its most. */
  readonly mostGrowthMiB: number
}

export async function measureExport(options: {
  readonly rows: number
  readonly rounds: number
  readonly say: (line: string) => void
}): Promise<ExportResult> {
  options.say('Starting PostgreSQL and the gateway …')
  return withWiring((around) => measure({ ...options, ...around }))
}

interface Measuring {
  readonly rows: number
  readonly rounds: number
  readonly say: (line: string) => void
  readonly wiring: Wiring
  readonly owner: Database
}

async function measure({ rows, rounds, say, wiring, owner }: Measuring): Promise<ExportResult> {
  say(`Inventing ${rows} concerns …`)
  const base = await inventInto(wiring, owner, rows)
  const perSecond = { csvStringify: new Array<number>(), sealed: new Array<number>() }
  let [first, growthBytes, packageBytes] = [0, 0, 0]
  for (let round = 0; round <= rounds; round += 1) {
    if (round > 0) await change(wiring, owner)
    const written = await seconds(() => stringifyAlone(base, rows))
    const id = await releasedDelivery(wiring, owner, rows)
    await owner.query('checkpoint')
    const memory = watchMemory()
    const sealed = await seconds(() => sealDelivery(wiring, id))
    growthBytes = Math.max(growthBytes, memory.stop())
    packageBytes = await checkSealed(owner, id, rows)
    say(`round ${round}: csv-stringify ${rounded(written)} s, sealed ${rounded(sealed)} s`)
    // The round before the first warms up.
    if (round === 0) first = rows / sealed
    else {
      perSecond.csvStringify.push(rows / written)
      perSecond.sealed.push(rows / sealed)
    }
  }
  const timesCsvStringify = spreadOf(perSecond.sealed.map((each, index) => each / (perSecond.csvStringify[index] ?? Infinity))) // prettier-ignore
  return {
    benchmark: 'export', version, node: process.version, rows, rounds, packageMiB: rounded(packageBytes / MiB),
    rowsPerSecond: { csvStringify: spreadOf(perSecond.csvStringify), sealed: spreadOf(perSecond.sealed) },
    firstRowsPerSecond: rounded(first), timesCsvStringify, promisedRatio,
    keptPromise: timesCsvStringify.median >= promisedRatio,
    mostGrowthMiB: rounded(growthBytes / MiB),
  } // prettier-ignore
}

/** @returns the rows that are repeated */
async function inventInto(wiring: Wiring, owner: Database, rows: number): Promise<ConcernCells[]> {
  const [first, ...others] = wiring.establishments.all.filter(({ active }) => active).map(({ code }) => code)
  if (first === undefined) throw new Error('there are no establishments')
  const referenceDate = '2026-09-30'
  const made = inventConcerns({ seed: 'bench', referenceDate, years: 20, concerns: Math.min(rows, different), establishments: [first, ...others] }) // prettier-ignore
  const concerns = made.flatMap((each) => standing(each, referenceDate) ?? [])
  const upload = { type: 'text/csv', filename: 'concerns.csv', bytes: Readable.from([Buffer.from(csvFile(concerns))]) } // prettier-ignore
  await wiring.db.withTransaction(async (tx) => {
    const now = systemClock()
    const person = await findPersonByIdentity(tx, wiring.config.oidc.issuer, 'rhian.davies', now)
    if (!person) throw new Error('the editor is not registered')
    const context = { tx, now, requestId: 'bench', ip: '127.0.0.1', person }
    const checked = await checkUpload(wiring, context, upload)
    if (checked.kind === 'refused') throw new Error('checking was refused')
    await takeIn(wiring, context, checked.value.id, 'Measured')
  })
  await repeat(owner, rows)
  return concerns.map(cellsOf)
}

const facts =
  'establishment, inspection, report_published_on, healthy_prison_test, rank, text, is_opinion, status, status_on, irp_judgement, irp_judged_on'

async function repeat(owner: Database, rows: number): Promise<void> {
  await owner.query(
    `insert into concordat.concern_version (reference, version, first_edition, ${facts})
     select n || '-' || reference, 1, 1, ${facts} from concordat.concern_version, generate_series(1, $1) n limit $2`,
    [Math.ceil(rows / different), Math.max(0, rows - different)],
  )
  await owner.query('vacuum analyze concordat.concern_version')
}

/** A quarter's changes, in an edition of its own. */
async function change(wiring: Wiring, owner: Database): Promise<void> {
  await owner.query(
    `insert into concordat.concern_edition (edition, made_by, made_at, means, reason)
     select max(edition) + 1, min(made_by::text)::uuid, now(), 'intake', 'Measured' from concordat.concern_edition`,
  )
  await owner.query(
    `with edition as (select max(edition) as edition from concordat.concern_edition), ended as (
       update concordat.concern_version set last_edition = edition - 1 from edition
       where last_edition is null and hashtext(reference || edition) % $1 = 0 returning concern_version.*)
     insert into concordat.concern_version (reference, version, first_edition, ${facts})
     select reference, version + 1, edition, establishment, inspection, report_published_on, healthy_prison_test, rank, text, not is_opinion,
       status, status_on, irp_judgement, irp_judged_on from ended, edition`,
    [oneInChanges],
  )
  await owner.query('analyze concordat.concern_version')
  await wiring.db.query('select 1')
}

/** As two people would have released it, after the delivery before. */
async function releasedDelivery(wiring: Wiring, owner: Database, rows: number): Promise<string> {
  const now = systemClock()
  await wiring.db.withTransaction((tx) => openQuarters(tx, wiring.concernsExport, now))
  const [id, rehearsal] = [randomUUID(), randomUUID()]
  await owner.query(
    `insert into concordat.export_rehearsal (id, quarter_ends_on, edition, made_at, blocks, report)
     select $1, max(ends_on), (select max(edition) from concordat.concern_edition), $2, false, $3 from concordat.export_quarter`,
    [rehearsal, now, JSON.stringify({ rows })],
  )
  await owner.query(
    `with last as (select max(number) as number from concordat.delivery),
       two as (select (array_agg(p.id order by p.subject))[1:2] as people from concordat.person p join concordat.person_role r on r.person_id = p.id where r.role = 'export-releaser')
     insert into concordat.delivery (id, kind, quarter_ends_on, amends, amends_reason, edition, rehearsal_id, state, put_forward_by, put_forward_at,
       number, follows, released_by, released_at)
     select $1, case when last.number is null then 'quarterly' else 'amendment' end, r.quarter_ends_on, last.number,
       case when last.number is null then null else 'Measured' end, r.edition, r.id, 'released', two.people[1], $2,
       coalesce(last.number, 0) + 1, last.number, two.people[2], $2
     from concordat.export_rehearsal r, last, two where r.id = $3`,
    [id, now, rehearsal],
  )
  return id
}

/** @returns how large the package is */
async function checkSealed(owner: Database, id: string, rows: number): Promise<number> {
  const { rows: found } = await owner.query(
    'select d.row_count, c.plaintext_bytes from concordat.delivery d join concordat.item c on c.delivery_id = d.id where d.id = $1',
    [id],
  )
  if (found[0]?.['row_count'] !== rows) throw new Error('not every row was sealed')
  return Number(found[0]['plaintext_bytes'])
}

async function stringifyAlone(base: readonly ConcernCells[], rows: number): Promise<void> {
  const each = function* () {
    for (let left = rows; left > 0; left -= base.length) yield* base.slice(0, left)
  }
  const written = Readable.from(each()).pipe(stringify({ header: true, columns: columns.map(({ name }) => name), record_delimiter: 'windows' })) // prettier-ignore
  let bytes = 0
  for await (const chunk of written as AsyncIterable<Buffer>) bytes += chunk.length
  if (bytes === 0) throw new Error('csv-stringify wrote nothing')
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

function watchMemory(): { stop(): number } {
  const before = process.memoryUsage.rss()
  let most = before
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 20)
  return { stop: () => (clearInterval(timer), most - before) }
}

export function exportTable(result: ExportResult): string {
  const shown = ({ median, min, max }: Spread) => `${median} (${min} to ${max})`
  const { rowsPerSecond } = result
  return [
    `${result.rows} concerns, a package of ${result.packageMiB} MiB, ${result.rounds} rounds; rows a second, medians`,
    `csv-stringify alone           ${shown(rowsPerSecond.csvStringify)}`,
    `sealed, 1 in ${oneInChanges} changed       ${shown(rowsPerSecond.sealed)}, ${shown(result.timesCsvStringify)} of csv-stringify`,
    `sealed, every one new         ${result.firstRowsPerSecond}, once`,
    `promised ${result.promisedRatio} of csv-stringify: ${result.keptPromise ? 'kept' : 'BROKEN'}; memory grew by at most ${result.mostGrowthMiB} MiB`,
    '',
  ].join('\n')
}
