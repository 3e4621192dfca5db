// The proof that an entry was committed: only confirmCommitted makes one, by reading the entry back outside the transaction
// that wrote it. Whoever holds keys asks for it before using one: no entry, no key.
import { type EntryId, parseEntryId } from './entry-id.ts'
import type { Queryable } from './queryable.ts'

const earned = Symbol('earned by confirmCommitted')

export class Committed {
  readonly #entryId: EntryId

  constructor(token: typeof earned, entryId: EntryId) {
    if (token !== earned) throw new TypeError('Only confirmCommitted makes a Committed.')
    this.#entryId = entryId
  }

  get entryId(): EntryId {
    return this.#entryId
  }
}

export class NotCommitted extends Error {}

/**
 * @param db a pool or a connection that is in no writing transaction: in the entry's own one this throws
 * @throws {NotCommitted}
 */
export async function confirmCommitted(db: Queryable, entryId: string): Promise<Committed> {
  // A session that has written and not committed has a transaction id; one that only reads has none. So a row seen
  // without one was committed by somebody.
  const { rows } = await db.query(
    'select id from ledger.entry where id = $1 and pg_current_xact_id_if_assigned() is null',
    [entryId],
  )
  if (rows.length !== 1) throw new NotCommitted('The ledger entry is not there, or not committed yet.')
  return new Committed(earned, parseEntryId(entryId))
}
