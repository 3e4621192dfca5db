// Which entries are evidence: what somebody outside will be shown later. Their receipts wait until the witnesses that the policy
// names have cosigned a checkpoint over them; receipts of all others go on without, and an alarm says so. Local: no agreement
// says which.
import { valueAt } from './commitment.ts'
import { parseJson } from './disclosure.ts'
import type { EventType } from './events.ts'

const evidence: ReadonlySet<string> = new Set<EventType>([
  'transfer.requested',
  'transfer.approved',
  'transfer.supplied',
  'transfer.part-supplied',
  'transfer.escalated',
  'decision.refused',
  'item.sealed',
  'item.collected',
  'item.mailed-to',
  'item.destroyed',
  'certificate.issued',
])

/** @param body of an entry */
export function isEvidence(body: Uint8Array): boolean {
  const type = valueAt(parseJson(body), 'type')
  return typeof type === 'string' && evidence.has(type)
}
