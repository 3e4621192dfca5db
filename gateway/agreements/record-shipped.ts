// At a start: what this release ships is on record. What the very first start finds is in force from then on; what a later
// release brings anew is proposed, and waits for a person who activates it.
import { firstDayOf, headOf, type AgreementVersion } from '../../policies/versions.ts'
import type { LedgerEvent } from '../../audit/events.ts'
import type { Transaction } from '../db.ts'
import type { Policies } from './policies.ts'
import { insertShipped, insertVersion, isKnown, lastNumber } from './version-store.ts'

/** @returns the entries that are owed; none where all of it was on record */
export async function recordShipped(
  tx: Transaction,
  { shipped, beside }: Policies,
  localHash: string,
  at: Date,
): Promise<LedgerEvent[]> {
  // Of two processes that start at once the second finds what the first has written.
  await tx.query(`select pg_advisory_xact_lock(hashtext('concordat activating'))`)
  await insertVersion(tx, { key: 'local', hash: localHash, files: beside })
  const first = await lastNumber(tx)
  const events: LedgerEvent[] = []
  for (const version of shipped) {
    if (await isKnown(tx, version)) continue
    const head = headOf(version)
    const from = head && firstDayOf(head)
    const dated = { ...version, ...(from !== undefined && { from }) }
    const number = first === 0 ? events.length + 1 : undefined
    events.push(eventOf(dated, await insertShipped(tx, dated, number, at), number))
  }
  return events
}

function eventOf(
  version: AgreementVersion & { readonly from?: string },
  id: string,
  number: number | undefined,
): LedgerEvent {
  const { key, hash, from } = version
  const base = {
    actor: { kind: 'process', name: 'gateway' },
    subjects: [{ kind: 'version', id }],
    correlation: 'start',
    agreement: key,
  } as const
  const detail = { hash, ...(from !== undefined && { appliesFrom: from }) }
  return number === undefined
    ? { ...base, type: 'agreement.version-proposed', detail }
    : { ...base, type: 'agreement.version-activated', detail: { ...detail, number } }
}
