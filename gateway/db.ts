// The one door to PostgreSQL: pools, transactions, and how its types become ours. Nothing else imports pg.
// Instants come back as Date, days as 'YYYY-MM-DD', bigint as number (refused beyond 2^53).
import type { Readable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'

export interface Result {
  rows: Record<string, unknown>[]
  rowCount: number | null
}

/** One connection or one transaction. Statements are prepared by their text; values never enter the text. */
export interface Queryable {
  query(text: string, values?: unknown[]): Promise<Result>
}

/** A transaction that is open; made by `withTransaction` alone. */
export interface Transaction extends Queryable {
  readonly inTransaction: true
  /** Many rows in one statement. @param statement `copy … from stdin` @param lines in its text format: tabs between values (`copyText`) */
  copyIn(statement: string, lines: string): Promise<void>
  /** The same from a stream of bytes in that format. */
  copyFrom(statement: string, bytes: Readable): Promise<void>
  /** The rows of a `copy … to stdout`, as bytes; it is read to its end before the next statement. */
  copyOut(statement: string): Readable
}

const copyEscapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/** A value as the text format of COPY has it (PostgreSQL 18, COPY, File Formats); a null is `\N`. */
export function copyText(value: string): string {
  return /[\\\t\n\r]/.test(value)
    ? value.replaceAll(/[\\\t\n\r]/g, (found) => copyEscapes[found] ?? found)
    : value
}

export interface Database extends Queryable {
  /** Runs the work in one transaction: commits when it resolves, rolls back and rethrows when it rejects. */
  withTransaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  /** Lends one connection, outside any transaction. */
  withConnection<T>(work: (connection: Queryable) => Promise<T>): Promise<T>
  /** The pool itself, for libraries that bring statements of their own (sessions, jobs). */
  readonly pool: pg.Pool
  close(): Promise<void>
}

export interface DatabaseOptions {
  readonly applicationName: string
  readonly maxConnections?: number
  /** Told about an idle connection that broke; the pool replaces it by itself. */
  readonly onIdleError?: (error: Error) => void
}

/** The commit was sent and no answer came back: the work may or may not have been kept. */
export class CommitUnknown extends Error {
  constructor(cause: unknown) {
    super('The database did not confirm the commit; whether it was kept is not known.', { cause })
    this.name = 'CommitUnknown'
  }
}

const INT8 = 20
const DATE = 1082
const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === INT8) return safeInteger
    if (oid === DATE) return (value: string) => value
    // pg's own types name only the types it knows; it takes any number.
    return (pg.types.getTypeParser as (oid: number, format?: string) => (value: string) => unknown)(
      oid,
      format,
    )
  },
}

function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError('a bigint beyond 2^53 came from the database')
  return value
}

/** @param url `postgres://user:password@host:port/database`; TLS as the URL's `sslmode` says */
export function openDatabase(url: string, options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.maxConnections ?? 10,
    application_name: options.applicationName,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 60_000,
    idle_in_transaction_session_timeout: 60_000,
    types,
  })
  // The server may be told to stop while our goodbye is still on its way to it: that breaks nothing.
  pool.on('error', (error) => {
    if (!pool.ending) options.onIdleError?.(error)
  })
  // One that breaks while it is lent says so to nobody but itself, and an 'error' that nobody hears ends the process. Its
  // next statement fails, which is how whoever uses it learns of it.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return {
    pool,
    query: (text, values) => pool.query(prepared(text, values)),
    withTransaction: (work) => withTransaction(pool, work),
    withConnection: (work) => withConnection(pool, work),
    close: () => pool.end(),
  }
}

/** Most of ours are written out and few; what is put together from parts must not fill the server's memory. */
const mostPrepared = 500
const names = new Map<string, string>()

/** A statement with values gets the name under which the server keeps its parse and plan, on each connection. */
function prepared(text: string, values: unknown[] | undefined): pg.QueryConfig {
  if (values === undefined || values.length === 0) return { text }
  if (!names.has(text) && names.size < mostPrepared) names.set(text, `concordat_${names.size}`)
  const name = names.get(text)
  return name === undefined ? { text, values } : { name, text, values }
}

async function withConnection<T>(pool: pg.Pool, work: (connection: Queryable) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken = true
  try {
    const result = await work({ query: (text, values) => client.query(prepared(text, values)) })
    broken = false
    return result
  } finally {
    client.release(broken)
  }
}

async function withTransaction<T>(pool: pg.Pool, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('begin')
    const result = await work({
      inTransaction: true,
      query: (text, values) => client.query(prepared(text, values)),
      copyIn: (statement, lines) => finished(client.query(copyFrom(statement)).end(lines)),
      copyFrom: (statement, bytes) => pipeline(bytes, client.query(copyFrom(statement))),
      copyOut: (statement) => client.query(copyTo(statement)),
    })
    const committed = await client.query('commit').catch((cause: unknown) => {
      throw new CommitUnknown(cause)
    })
    // A transaction in which a statement failed answers COMMIT with ROLLBACK and no error.
    if (committed.command !== 'COMMIT') throw new Error('The transaction was rolled back by the database.')
    return result
  } catch (error) {
    broken = await rollBack(client, error)
    throw error
  } finally {
    client.release(broken)
  }
}

/** @returns what broke the connection, so that the pool drops it; undefined when it can be used again */
async function rollBack(client: pg.PoolClient, error: unknown): Promise<Error | undefined> {
  if (error instanceof CommitUnknown) return error
  return client.query('rollback').then(
    () => undefined,
    (cause: unknown) => new Error('rollback failed', { cause }),
  )
}
