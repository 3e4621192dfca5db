// A case system in PostgreSQL, read through a server-side cursor in one read-only, repeatable-read transaction: one
// moment's picture, a thousand rows in memory at a time. The login that it is given can select and do nothing else.
import { checkBounded } from './case-source.ts'
import type { CaseQuery, CaseRow, CaseSource, SourceDataset } from './case-source.ts'
import * as statements from './statements.ts'
import type { Statement } from './statements.ts'

/** One connection of a pool; pg's PoolClient fits. */
export interface SourceConnection {
  query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>
  /** @param destroy true closes the connection in place of lending it again */
  release(destroy?: boolean): void
}

/** pg's Pool fits. It needs two connections at least: the second one carries the cancellation of the first. */
export interface SourcePool {
  connect(): Promise<SourceConnection>
}

export interface PostgresSourceOptions {
  /** The schema that the tables are in; `public` when absent. */
  readonly schema?: string
  /** For each statement, so for each batch of a reading. */
  readonly statementTimeoutMs?: number
  /** How long the reader of the stream may take over one batch. */
  readonly idleTimeoutMs?: number
}

/** @throws {Error} where a dataset's names could not be names in SQL */
export function createPostgresSource(
  pool: SourcePool,
  datasets: Iterable<SourceDataset>,
  options: PostgresSourceOptions = {},
): CaseSource {
  const schema = options.schema ?? 'public'
  const limits = {
    statementMs: options.statementTimeoutMs ?? 30_000,
    idleMs: options.idleTimeoutMs ?? 300_000,
  }
  const byKey = new Map<string, SourceDataset>()
  for (const dataset of datasets) {
    statements.checkNames(schema, dataset)
    byKey.set(dataset.key, dataset)
  }
  const check = (query: CaseQuery) => checkBounded(query, byKey.get(query.dataset))
  return {
    read: (query, signal) =>
      readBatches(
        pool,
        statements.settingsStatement(limits),
        statements.readStatement(schema, check(query), query),
        signal,
      ),
    estimate: async (query) => {
      const counting = statements.estimateStatement(schema, check(query), query)
      const rows = await count(pool, statements.settingsStatement(limits), counting)
      return { rows, columns: query.fields.length }
    },
  }
}

async function* readBatches(
  pool: SourcePool,
  settings: Statement,
  reading: Statement,
  signal: AbortSignal | undefined,
): AsyncGenerator<CaseRow[]> {
  signal?.throwIfAborted()
  const connection = await pool.connect()
  let isClean = false
  let cancellation: Cancellation | undefined
  try {
    await begin(connection, settings)
    cancellation = await cancelOnAbort(pool, connection, signal)
    await connection.query(reading.text, reading.values)
    for (;;) {
      signal?.throwIfAborted()
      const { rows } = await connection.query(statements.fetchStatement)
      signal?.throwIfAborted()
      if (rows.length === 0) break
      // Each column of the statement is cast to text, so each value is a string or null.
      yield rows as CaseRow[]
    }
    await connection.query('commit')
    isClean = true
  } catch (error) {
    throw signal?.aborted ? signal.reason : error
  } finally {
    // A cancellation on its way must arrive before the connection could serve somebody else.
    await cancellation?.settle()
    connection.release(!isClean)
  }
}

async function count(pool: SourcePool, settings: Statement, counting: Statement): Promise<number> {
  const connection = await pool.connect()
  let isClean = false
  try {
    await begin(connection, settings)
    const { rows } = await connection.query(counting.text, counting.values)
    await connection.query('commit')
    isClean = true
    return Number(rows[0]?.['rows'])
  } finally {
    connection.release(!isClean)
  }
}

async function begin(connection: SourceConnection, settings: Statement): Promise<void> {
  await connection.query(statements.beginStatement)
  await connection.query(settings.text, settings.values)
}

interface Cancellation {
  /** Stops listening and waits for a cancellation that was sent. */
  settle(): Promise<void>
}

async function cancelOnAbort(
  pool: SourcePool,
  connection: SourceConnection,
  signal: AbortSignal | undefined,
): Promise<Cancellation | undefined> {
  if (!signal) return undefined
  const { rows } = await connection.query('select pg_backend_pid() as pid')
  const pid = rows[0]?.['pid']
  let sent: Promise<void> = Promise.resolve()
  const cancel = () => {
    // Where no connection is to be had the statement timeout ends the reading in its place.
    sent = cancelBackend(pool, pid).catch(() => undefined)
  }
  signal.addEventListener('abort', cancel, { once: true })
  return {
    settle: () => {
      signal.removeEventListener('abort', cancel)
      return sent
    },
  }
}

async function cancelBackend(pool: SourcePool, pid: unknown): Promise<void> {
  const connection = await pool.connect()
  let isClean = false
  try {
    await connection.query('select pg_cancel_backend($1)', [pid])
    isClean = true
  } finally {
    connection.release(!isClean)
  }
}
