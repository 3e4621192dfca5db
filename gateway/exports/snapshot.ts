// Reading the concerns database as it stood at an edition, and what changed between two: a page at a time in the order of the
// ids' bytes. Versions are never overwritten, so that the same editions always give the same rows, whenever they are read.
import type { Concern } from '../concerns/concern.ts'
import { factColumns, factsOf, parseConcern } from '../concerns/store.ts'
import { columns, type ColumnName } from '../concerns/table-schema.ts'
import type { Queryable } from '../db.ts'

/** Column → value in the text form of Table Schema, null where there is none. */
export type ConcernCells = Readonly<Record<ColumnName, string | null>>

const pageRows = 8000
const at = (alias: string, edition: string) =>
  `${alias}.first_edition <= ${edition} and (${alias}.last_edition is null or ${alias}.last_edition >= ${edition})`

/** The database gives each column under its name in the files, as they have it. */
const cells = columns.map(({ name, type }, index) => {
  const column = `c.${['reference', ...factColumns][index]}`
  return `${type === 'boolean' ? `${column}::text` : column} as ${name}`
})

/** Every concern of the edition. While one page is used, the next is on its way. */
export async function* readSnapshot(db: Queryable, edition: number): AsyncGenerator<ConcernCells[]> {
  const read = async (after: string): Promise<ConcernCells[]> => {
    const { rows } = await db.query(
      `select ${cells.join(', ')} from concordat.concern_version c
       where ${at('c', '$1')} and c.reference > $2 order by c.reference limit ${pageRows}`,
      [edition, after],
    )
    return rows as ConcernCells[] // as `cells` asks for them
  }
  let next: Promise<ConcernCells[]> | undefined = read('')
  while (next) {
    const page: ConcernCells[] = await next
    const last = page.at(-1)?.concern_id
    next = page.length === pageRows && typeof last === 'string' ? read(last) : undefined
    next?.catch(() => undefined) // thrown where it is awaited, or nobody reads on
    if (page.length > 0) yield page
  }
}

export type ChangeKind = 'new' | 'changed' | 'closed' | 'reopened'

export interface Change {
  readonly reference: string
  readonly kind: ChangeKind
  readonly now: ConcernCells
  /** The columns that differ; none of a new concern. */
  readonly cells: readonly {
    readonly column: ColumnName
    readonly before: string | null
    readonly after: string | null
  }[]
}

/** What differs between two editions; all is new after edition 0. A change that was undone in between is none. */
export async function* readChanges(db: Queryable, from: number, to: number): AsyncGenerator<Change[]> {
  for (let after = ''; ;) {
    const { rows } = await db.query(
      `select c.reference, c.version, ${factsOf('c')}, to_jsonb(b) as before from concordat.concern_version c
       left join concordat.concern_version b on b.reference = c.reference and ${at('b', '$1')}
       where ${at('c', '$2')} and c.first_edition > $1 and c.reference > $3
       order by c.reference limit ${pageRows}`,
      [from, to, after],
    )
    const changes = rows.flatMap((row) => changeOf(parseConcern(row), row['before']) ?? [])
    if (changes.length > 0) yield changes
    if (rows.length < pageRows) return
    after = String(rows.at(-1)?.['reference'])
  }
}

function changeOf(now: Concern, before: unknown): Change | undefined {
  const after = cellsOf(now)
  if (before === null) return { reference: now.reference, kind: 'new', now: after, cells: [] }
  const earlier = parseConcern(before as Record<string, unknown>) // to_jsonb of the same row type
  const old = cellsOf(earlier)
  const cells = columns.flatMap(({ name }) =>
    old[name] === after[name] ? [] : { column: name, before: old[name], after: after[name] },
  )
  if (cells.length === 0) return undefined
  return { reference: now.reference, kind: kindOf(earlier, now), now: after, cells }
}

function kindOf(before: Concern, now: Concern): ChangeKind {
  if (before.status === now.status) return 'changed'
  return now.status === 'closed' ? 'closed' : 'reopened'
}

/** Each column as the files have it. */
export function cellsOf(concern: Concern): ConcernCells {
  const text = (value: string | boolean | null) => (value === null ? null : String(value))
  return Object.fromEntries(columns.map(({ name, of }) => [name, text(concern[of])])) as ConcernCells // one for each column
}
