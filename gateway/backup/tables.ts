// The tables that a backup holds, and the locks that the owner lifts to fill them again: foreign keys and the ledger's own
// triggers. Everything that is lifted is put back in the same transaction, and foreign keys check every row when they are.
import { z } from 'zod'
import type { Queryable, Transaction } from '../db.ts'
import type { BackupTable } from './manifest.ts'

/** Sessions end with a restore. Of the job queue, what is yet to be done. */
const left = ['concordat.session']
export const queue = { schema: 'pgboss', table: 'job' } as const

export async function readMigrations(db: Queryable): Promise<string[]> {
  const { rows } = await db.query('select name from public.schema_migration order by id')
  return rows.map((row) => String(row['name']))
}

const tableRow = z.object({ schema: z.string(), table: z.string(), columns: z.array(z.string()) })

export async function listTables(db: Queryable): Promise<BackupTable[]> {
  const { rows } = await db.query(
    `select n.nspname::text as schema, c.relname::text as table, array_agg(a.attname::text order by a.attnum) as columns
     from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
     where ((n.nspname in ('concordat', 'ledger') and c.relkind in ('r', 'p') and not c.relispartition) or (n.nspname, c.relname) = ($1, $2))
       and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     group by 1, 2 order by 1, 2`,
    [queue.schema, queue.table],
  )
  return rows
    .map((row) => tableRow.parse(row))
    .filter(({ schema, table }) => !left.includes(`${schema}.${table}`))
    .map((found) => ({ ...found, file: `database/${found.schema}.${found.table}.copy.gz` }))
}

export function nameOf({ schema, table }: Pick<BackupTable, 'schema' | 'table'>): string {
  return `"${schema}"."${table}"`
}

export function columnsOf({ columns }: BackupTable): string {
  return columns.map((column) => `"${column}"`).join(', ')
}

export interface Lifted {
  /** Puts back what was lifted; a row that breaks a foreign key fails it. */
  putBack(): Promise<void>
}

/** Takes the foreign keys and the triggers of these schemas away, until they are put back in the same transaction. */
export async function liftChecks(tx: Transaction): Promise<Lifted> {
  const keys = await tx.query(
    `select conrelid::regclass::text as place, quote_ident(conname) as name, pg_get_constraintdef(oid) as definition from pg_constraint
     where contype = 'f' and connamespace in ('concordat'::regnamespace, 'ledger'::regnamespace) and conparentid = 0 order by 1, 2`,
  )
  const triggers = await tx.query(
    `select distinct tgrelid::regclass::text as place from pg_trigger t join pg_class c on c.oid = t.tgrelid
     where not tgisinternal and c.relnamespace in ('concordat'::regnamespace, 'ledger'::regnamespace) order by 1`,
  )
  for (const { place, name } of keys.rows)
    await tx.query(`alter table ${String(place)} drop constraint ${String(name)}`)
  for (const { place } of triggers.rows) await tx.query(`alter table ${String(place)} disable trigger user`)
  return {
    putBack: async () => {
      for (const { place } of triggers.rows)
        await tx.query(`alter table ${String(place)} enable trigger user`)
      for (const { place, name, definition } of keys.rows)
        await tx.query(`alter table ${String(place)} add constraint ${String(name)} ${String(definition)}`)
      await moveSequences(tx)
    },
  }
}

/** Identity columns go on after the highest number that was put back. */
async function moveSequences(tx: Transaction): Promise<void> {
  const { rows } = await tx.query(
    `select a.attrelid::regclass::text as place, quote_ident(a.attname) as name, pg_get_serial_sequence(a.attrelid::regclass::text, a.attname) as sequence
     from pg_attribute a join pg_class c on c.oid = a.attrelid
     where a.attidentity <> '' and c.relnamespace in ('concordat'::regnamespace, 'ledger'::regnamespace)`,
  )
  for (const { place, name, sequence } of rows)
    await tx.query(`select setval($1::regclass, coalesce((select max(${String(name)}) from ${String(place)}), 0) + 1, false)`, [sequence]) // prettier-ignore
}

/** Whether the gateway has ever been used on it. */
export async function isUnused(db: Queryable): Promise<boolean> {
  const { rows } = await db.query(
    `select not exists (select from ledger.entry) and not exists (select from concordat.person) and not exists (select from concordat.transfer) as unused`,
  )
  return rows[0]?.['unused'] === true
}
