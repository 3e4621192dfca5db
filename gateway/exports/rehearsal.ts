// What a rehearsal finds: how much there is and what changed, and what somebody has to look at before it goes. Concerns are
// named by their ids; their words are nowhere in it. Pure but for the rows that it is handed.
import { z } from 'zod'
import type { Establishments } from '../../policies/establishments.ts'
import { limits } from '../concerns/concern.ts'
import { columns } from '../concerns/table-schema.ts'
import { emptied, type Drift } from './drift.ts'
import { personalKinds, personalKindsIn } from '../personal-text.ts'
import type { Change, ConcernCells } from './snapshot.ts'

const count = z.int().min(0)
const ids = z.array(z.string()).readonly()
const changesShape = z.object({ new: count, changed: count, closed: count, reopened: count }).readonly()

export const reportShape = z.object({
  rows: count,
  /** The delivery that it is compared with; null before the first. */
  since: count.nullable(),
  changes: changesShape,
  drift: z.array(z.object({ column: z.string(), says: z.string(), blocks: z.boolean() }).readonly()).readonly(),
  unknownEstablishments: z.array(z.object({ code: z.string(), concerns: count, nearest: z.array(z.string()).readonly() }).readonly()).readonly(),
  outliers: z.array(z.object({ says: z.string(), concerns: ids }).readonly()).readonly(),
  /** How many there are, and the first of them. */
  personalTexts: count,
  personalText: z.array(z.object({ concern: z.string(), kinds: z.array(z.enum(keysOf(personalKinds))).readonly() }).readonly()).readonly(),
}) // prettier-ignore
export type RehearsalReport = Readonly<z.output<typeof reportShape>>

function keysOf<K extends string>(of: Readonly<Record<K, unknown>>): K[] {
  return Object.keys(of) as K[] // an object literal's own keys
}

/** How many things somebody has to look at. */
export function findingsOf(report: RehearsalReport): number {
  const { drift, unknownEstablishments, outliers, personalTexts } = report
  return drift.length + unknownEstablishments.length + outliers.length + personalTexts
}

export interface Rehearsing {
  readonly concerns: AsyncIterable<readonly ConcernCells[]>
  readonly changes: AsyncIterable<readonly Change[]>
  readonly drift: readonly Drift[]
  /** The delivery before, and how many of its concerns had each column filled. */
  readonly before: (Pick<RehearsalReport, 'rows' | 'changes'> & { readonly number: number; readonly filled: ReadonlyMap<string, number> }) | undefined
  readonly establishments: Pick<Establishments, 'find' | 'nearest'>
  /** 'YYYY-MM-DD', in London */
  readonly today: string
} // prettier-ignore

const mostNamed = 200

export async function rehearseRows(rehearsing: Rehearsing): Promise<RehearsalReport> {
  const { before, establishments, today } = rehearsing
  const seen = newSeen()
  for await (const batch of rehearsing.concerns) for (const concern of batch) see(seen, concern, today)
  const changes = { new: 0, changed: 0, closed: 0, reopened: 0 }
  for await (const batch of rehearsing.changes) for (const { kind } of batch) changes[kind] += 1
  const unknown = [...seen.byEstablishment].filter(([code]) => !establishments.find(code))
  return {
    rows: seen.rows,
    since: before?.number ?? null,
    changes,
    drift: [...rehearsing.drift, ...emptied(before?.filled ?? new Map(), seen.filled)],
    unknownEstablishments: unknown.map(([code, concerns]) => ({
      code,
      concerns,
      nearest: establishments.nearest(code).map((each) => `${each.code} (${each.name})`),
    })),
    outliers: [...ownOutliers(seen), ...(before ? againstBefore(before, seen.rows, changes) : [])],
    personalTexts: seen.personalTexts,
    personalText: seen.personalText,
  }
}

function newSeen() {
  return {
    rows: 0,
    filled: new Map<string, number>(),
    byEstablishment: new Map<string, number>(),
    byInspection: new Map<string, number>(),
    inFuture: new Array<string>(),
    short: new Array<string>(),
    personalTexts: 0,
    personalText: new Array<RehearsalReport['personalText'][number]>(),
  }
}
type Seen = ReturnType<typeof newSeen>

const dayColumns = columns.filter(({ type }) => type === 'date').map(({ name }) => name)
const shortestText = 15

function see(seen: Seen, concern: ConcernCells, today: string): void {
  seen.rows += 1
  const id = concern.concern_id ?? ''
  for (const { name } of columns) if (concern[name] !== null) add(seen.filled, name)
  add(seen.byEstablishment, concern.establishment_code ?? '')
  add(seen.byInspection, concern.inspection ?? '')
  if (dayColumns.some((name) => (concern[name] ?? '') > today)) seen.inFuture.push(id)
  if ((concern.text ?? '').length < shortestText) seen.short.push(id)
  const kinds = personalKindsIn(concern.text ?? '', Number(today.slice(0, 4)))
  if (kinds.length === 0) return
  seen.personalTexts += 1
  if (seen.personalText.length < mostNamed) seen.personalText.push({ concern: id, kinds })
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

type Outlier = RehearsalReport['outliers'][number]

function ownOutliers({ inFuture, short, byInspection }: Seen): Outlier[] {
  const overfull = [...byInspection].filter(([, concerns]) => concerns > limits.concernsInReport)
  return [
    ...outlier(inFuture, 'has a date in the future', 'have a date in the future'),
    ...outlier(short, `has fewer than ${shortestText} characters of text`, `have fewer than ${shortestText} characters of text`),
    ...overfull.map(([inspection, concerns]) => ({ says: `The report of ${inspection} has ${concerns} concerns, more than ${limits.concernsInReport}.`, concerns: [] })),
  ] // prettier-ignore
}

function outlier(concerns: readonly string[], one: string, several: string): Outlier[] {
  if (concerns.length === 0) return []
  const says = concerns.length === 1 ? `1 concern ${one}.` : `${concerns.length} concerns ${several}.`
  return [{ says, concerns: concerns.slice(0, mostNamed) }]
}

/** So many more than last time, and never for a handful. */
const manyTimes = 3
const handful = 20

function againstBefore(
  before: Pick<RehearsalReport, 'rows' | 'changes'>,
  rows: number,
  changes: RehearsalReport['changes'],
): Outlier[] {
  const grown = (['new', 'changed', 'closed', 'reopened'] as const).filter(
    (kind) => changes[kind] > Math.max(handful, manyTimes * before.changes[kind]),
  )
  return [
    ...(rows < before.rows ? [{ says: `There are ${rows} concerns, fewer than the ${before.rows} of the delivery before.`, concerns: [] }] : []),
    ...grown.map((kind) => ({ says: `${changes[kind]} concerns are ${kind}; in the delivery before there were ${before.changes[kind]}.`, concerns: [] })),
  ] // prettier-ignore
}
