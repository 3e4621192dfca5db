// What the ledger asks of a database connection; gateway/db.ts has it. Two logins use it: the gateway's (append, read)
// and the ledger's (sequence, publish).

export interface Queryable {
  query(
    text: string,
    values?: unknown[],
  ): Promise<{ rows: Record<string, unknown>[]; rowCount: number | null }>
}

export interface Transactor extends Queryable {
  /** One transaction on one connection: commits when the work resolves, rolls back when it throws. */
  withTransaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>
}
