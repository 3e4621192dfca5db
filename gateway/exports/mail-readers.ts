// Who can read a delivery that goes out as a message: the members of the team whom the rules let open it today, each by their own
// enrolled key. A decision and an entry for each; who may not, or has no key, is left out and recorded.
import type { LedgerEvent } from '../../audit/events.ts'
import type { Transaction } from '../db.ts'
import { keepRefused, policyHash, ProcessRefused } from '../decisions/judge.ts'
import { record } from '../http/mount.ts'
import type { Person } from '../http/who.ts'
import { findEnrolledKey } from '../people/store.ts'
import type { Item } from '../retention/item.ts'
import type { ExportDeps } from './act.ts'
import type { SentDelivery } from './delivery.ts'
import { factsOf, membersOf } from './facts.ts'

export interface Reader {
  readonly armored: string
  readonly event: LedgerEvent
}

interface About {
  readonly delivery: SentDelivery
  readonly copy: Pick<Item, 'id' | 'destroyOn'>
  readonly mailId: string
}

export async function decideReaders(deps: ExportDeps, tx: Transaction, about: About): Promise<Reader[]> {
  const readers: Reader[] = []
  for (const member of await membersOf(tx, deps.concernsExport, deps.clock())) {
    const reader = await decideReader(deps, tx, member, about)
    if (reader) readers.push(reader)
  }
  return readers
}

async function decideReader(
  deps: ExportDeps,
  tx: Transaction,
  member: Person,
  { delivery, copy, mailId }: About,
): Promise<Reader | undefined> {
  const now = deps.clock()
  const facts = await factsOf(tx, deps.concernsExport, member, now, {
    id: delivery.id,
    shownAs: 'download',
    destroyOn: copy.destroyOn,
  })
  const said = {
    actor: { kind: 'process', name: 'worker' },
    subjects: [
      { kind: 'delivery', id: delivery.id },
      { kind: 'item', id: copy.id },
      { kind: 'person', id: member.id },
    ],
    correlation: mailId,
    agreement: deps.concernsExport.agreement,
  } as const
  try {
    const { permit, decisionId: decision } = await deps.judge.judgeProcess({ tx, now }, 'open', facts)
    const key = await findEnrolledKey(tx, member.id)
    if (!key) throw new Error('a permit to open was given without a key')
    const policy = policyHash(permit.pack)
    const detail = { delivery: delivery.number, fingerprint: key.fingerprint }
    const event = { ...said, type: 'item.mailed-to', decision, policy, clauses: [...permit.tested], detail } as const // prettier-ignore
    return { armored: key.armored, event }
  } catch (error) {
    if (!(error instanceof ProcessRefused)) throw error
    const decision = await keepRefused(tx, error, now)
    const clauses = error.decision.refusals.map(({ clause }) => clause)
    const policy = policyHash(error.decision.pack)
    await record(tx, [{ ...said, type: 'decision.refused', decision, policy, clauses, detail: { act: 'open' } }], now) // prettier-ignore
    return undefined
  }
}
