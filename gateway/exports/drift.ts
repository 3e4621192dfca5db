// Whether the concerns database still has what the contract of the export promises. A column that went, or became something
// else, blocks: it is named, and nothing is released until it is back. One that is new is told, and is not in the export.
import { columns } from '../concerns/table-schema.ts'
import type { Queryable } from '../db.ts'
import { factColumns } from '../concerns/store.ts'

export interface Drift {
  /** As the database calls it. */
  readonly column: string
  readonly says: string
  readonly blocks: boolean
}

const databaseTypes = { string: 'text', date: 'date', boolean: 'boolean' } as const
/** What holds a version together and leaves with none. */
const ofVersions = new Set(['version', 'first_edition', 'last_edition'])

/** Each column of the contract as the database calls it: in the same order, the id first. */
const expected = ['reference', ...factColumns].map((name, index) => ({ name, column: columns[index] }))

export async function findDrift(db: Queryable): Promise<Drift[]> {
  const { rows } = await db.query(
    `select column_name, data_type from information_schema.columns where table_schema = 'concordat' and table_name = 'concern_version'
     order by ordinal_position`,
  )
  return driftOf(new Map(rows.map((row) => [String(row['column_name']), String(row['data_type'])])))
}

/** @param found column → type, as the database has them now */
export function driftOf(found: ReadonlyMap<string, string>): Drift[] {
  const known = new Set(expected.map(({ name }) => name))
  const extra = [...found.keys()].filter((name) => !known.has(name) && !ofVersions.has(name))
  return [
    ...expected.flatMap(({ name, column }) => {
      const type = found.get(name)
      const promised = column?.name ?? name
      if (type === undefined)
        return {
          column: name,
          says: `The column ${name} is missing, which the export has as ${promised}.`,
          blocks: true,
        }
      const wanted = databaseTypes[column?.type ?? 'string']
      if (type !== wanted)
        return { column: name, says: `The column ${name} is now ${type} and not ${wanted}.`, blocks: true }
      return []
    }),
    ...extra.map((name) => ({
      column: name,
      says: `The column ${name} is new. It is not in the export until its contract has it.`,
      blocks: false,
    })),
  ]
}

/** Columns that held something in the delivery before and hold nothing now: what fills them went upstream. */
export function emptied(before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): Drift[] {
  return columns.flatMap(({ name }) => {
    const filled = before.get(name) ?? 0
    if (filled === 0 || (now.get(name) ?? 0) > 0) return []
    return {
      column: name,
      says: `The column ${name} is empty in every concern, and was filled in ${filled} in the delivery before.`,
      blocks: true,
    }
  })
}
