// Makes the synthetic prison case system: a database of its own beside the gateway's, its tables, its rows, and a login
// that can select the columns of the datasets and do nothing else. Made once; the same seed and size are left standing.
import { createHash } from 'node:crypto'
import { tableName } from '../../gateway/sources/statements.ts'
import { inventTables } from './synthetic.ts'
import type { SyntheticOptions, SyntheticTables } from './synthetic.ts'
import { createTableStatements, grantStatement, insertStatement, notice } from './tables.ts'
import type { TableDataset } from './tables.ts'

interface Queryable {
  query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>
}

/** The gateway's Database fits. */
export interface AdminConnection extends Queryable {
  withTransaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export interface SourceDatabaseOptions extends SyntheticOptions {
  /** May create databases and roles. */
  readonly admin: Queryable
  /** Opens a database of the same server with the same rights. */
  readonly connect: (database: string) => AdminConnection
  /** Lower-case letters, figures and underscores. */
  readonly database: string
  readonly reader: { readonly name: string; readonly password: string }
  readonly datasets: readonly TableDataset[]
}

export interface SourceDatabase {
  /** Rows by table's dataset key. */
  readonly rows: Readonly<Record<string, number>>
  /** False where the same data stood there already. */
  readonly loaded: boolean
}

const rowsPerInsert = 5000

/** @throws {Error} where a name is not a plain one, or the database holds something that is not the synthetic source */
export async function createSourceDatabase(options: SourceDatabaseOptions): Promise<SourceDatabase> {
  const { admin, database, reader } = options
  checkName(database)
  checkName(reader.name)
  const { rows } = await admin.query('select 1 from pg_database where datname = $1', [database])
  if (rows.length === 0) await admin.query(`create database ${database} encoding 'UTF8' template template0`)
  await createReader(admin, reader)
  const connection = options.connect(database)
  try {
    const tables = inventTables(options)
    const digest = digestTables(tables, options.datasets)
    const standing = await readStanding(connection, digest)
    const counts =
      standing ?? (await connection.withTransaction((tx) => load(tx, options.datasets, tables, digest)))
    await connection.withTransaction((tx) => grant(tx, options))
    return { rows: counts, loaded: standing === undefined }
  } finally {
    await connection.close()
  }
}

function checkName(name: string): void {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(name))
    throw new Error(`'${name}' is not a plain name for a database or login`)
}

async function createReader(admin: Queryable, reader: SourceDatabaseOptions['reader']): Promise<void> {
  const { rows } = await admin.query('select 1 from pg_roles where rolname = $1', [reader.name])
  const verb = rows.length === 0 ? 'create' : 'alter'
  const attributes = 'login nosuperuser nocreatedb nocreaterole noinherit'
  // CREATE ROLE takes no parameters, so the server itself quotes the password.
  const quoted = await admin.query(
    `select format('${verb} role %I ${attributes} password %L', $1::text, $2::text) as text`,
    [reader.name, reader.password],
  )
  await admin.query(String(quoted.rows[0]?.['text']))
  await admin.query(`alter role ${reader.name} set default_transaction_read_only = on`)
}

/** SHA-256, in hexadecimal, of every table's shape and rows. */
export function digestTables(tables: SyntheticTables, datasets: readonly TableDataset[]): string {
  const hash = createHash('sha256').update(JSON.stringify(datasets))
  for (const [key, rows] of tables) {
    hash.update(key)
    for (const row of rows) hash.update(JSON.stringify(row))
  }
  return hash.digest('hex')
}

/** @returns the counts of a source that holds the same data in the same tables; undefined where there is none */
async function readStanding(
  connection: Queryable,
  digest: string,
): Promise<Record<string, number> | undefined> {
  const tables = await connection.query(`select tablename as name from pg_tables where schemaname = 'public'`)
  if (tables.rows.length === 0) return undefined
  if (!tables.rows.some((table) => table['name'] === 'synthetic_notice')) {
    throw new Error('That database holds tables that are not the synthetic source. Name another one.')
  }
  const { rows } = await connection.query('select rows from synthetic_notice where digest = $1', [digest])
  // Written below, by this module alone.
  return rows[0]?.['rows'] as Record<string, number> | undefined
}

async function load(
  tx: Queryable,
  datasets: readonly TableDataset[],
  tables: SyntheticTables,
  digest: string,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const dataset of datasets) {
    const rows = tables.get(dataset.key)
    if (!rows) throw new Error(`There is no synthetic data for the dataset '${dataset.key}'.`)
    for (const statement of createTableStatements(dataset)) await tx.query(statement)
    for (let start = 0; start < rows.length; start += rowsPerInsert) {
      const { text, values } = insertStatement(dataset, rows.slice(start, start + rowsPerInsert))
      await tx.query(text, values)
    }
    await tx.query(`analyze ${tableName(dataset)}`)
    counts[dataset.key] = rows.length
  }
  await tx.query('drop table if exists synthetic_notice')
  await tx.query(
    'create table synthetic_notice (notice text not null, digest text not null, rows jsonb not null)',
  )
  await tx.query('insert into synthetic_notice (notice, digest, rows) values ($1, $2, $3)', [
    notice,
    digest,
    JSON.stringify(counts),
  ])
  await tx.query(`comment on schema public is '${notice}'`)
  return counts
}

/** Everything is taken from everybody first: a new PostgreSQL database lets anyone connect and make temporary tables. */
async function grant(tx: Queryable, { database, reader, datasets }: SourceDatabaseOptions): Promise<void> {
  await tx.query(`revoke all on database ${database} from public`)
  await tx.query('revoke all on schema public from public')
  await tx.query(`revoke all on all tables in schema public from ${reader.name}`)
  await tx.query(`grant connect on database ${database} to ${reader.name}`)
  await tx.query(`grant usage on schema public to ${reader.name}`)
  for (const dataset of datasets) await tx.query(grantStatement(dataset, reader.name))
}
