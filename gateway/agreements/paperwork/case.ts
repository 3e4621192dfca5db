// What the paperwork of one request is made from: the request or the refused decision as it was kept, with its agreement, its
// people and its retention. Read once, and turned into forms by pure functions.
import { z } from 'zod'
import type { Agreement, Agreements, Exchange } from '../../../policies/agreements.ts'
import type { Dataset } from '../../../policies/dataset.ts'
import type { TransferFacts } from '../../../policies/facts.ts'
import type { Parties } from '../../../policies/parties.ts'
import { resolveRetention, type ResolvedRetention } from '../../../policies/retention.ts'
import type { Queryable } from '../../db.ts'
import type { PersonContext } from '../../http/endpoint.ts'
import { findPersonById } from '../../people/store.ts'
import { findItemOf } from '../../retention/store.ts'
import type { Item } from '../../retention/item.ts'
import { findTexts } from '../../transfers/store.ts'
import type { Transfer } from '../../transfers/transfer.ts'

export interface Decider {
  readonly act: string
  readonly name: string
  readonly roles: readonly string[]
  readonly at: Date
}

/** A clause that had a say, in the words of the version that decided. */
export interface RuledClause {
  readonly id: string
  readonly words: string
  readonly local: boolean
}

export interface RequestCase {
  readonly reference: string
  readonly agreement: Agreement
  readonly parties: Parties
  readonly exchange?: Exchange
  readonly asked: Pick<TransferFacts, 'from' | 'to' | 'dataset' | 'fields' | 'establishments' | 'periodFrom' | 'periodTo' | 'purpose' | 'statutoryBasis'> & { readonly inspection?: string } // prettier-ignore
  readonly requestedAt: Date
  readonly requestedBy?: { readonly name: string; readonly roles: readonly string[] }
  readonly dataset?: Dataset
  readonly purpose?: string
  readonly relevance?: string
  readonly retention?: ResolvedRetention
  readonly item?: Item
  readonly outcome: string
  readonly reasons: readonly string[]
  readonly clauses: readonly RuledClause[]
  /** The agreement and the hash of its version that decided, and of the gateway's own rules. */
  readonly pack: string
  readonly deciders: readonly Decider[]
  readonly collectedAt?: Date
}

/** @returns undefined where its agreement is not loaded any more */
export async function caseOfTransfer(
  agreements: Agreements,
  context: PersonContext,
  { transfer, by }: { readonly transfer: Transfer; readonly by: DecidedBy },
): Promise<RequestCase | undefined> {
  const agreement = agreements.agreements.get(transfer.agreement)
  if (!agreement) return undefined
  const texts = await findTexts(context.tx, transfer.id)
  const latest = (kind: string) => texts.findLast((text) => text.kind === kind)?.text
  const item = await findItemOf(context.tx, transfer.id)
  const relevance = latest('relevance')
  const reasons = ['return', 'part-supply', 'escalate'].flatMap((kind) => latest(kind) ?? [])
  return {
    ...(await named(agreements, agreement, context, transfer, transfer.requester)),
    reference: transfer.reference,
    asked: { ...transfer, inspection: transfer.inspection },
    requestedAt: transfer.requestedAt,
    ...(relevance !== undefined && { relevance }),
    ...(item && { item }),
    ...(transfer.collectedAt && { collectedAt: transfer.collectedAt }),
    outcome: outcomes[transfer.state],
    reasons: reasons.length > 0 || transfer.approvedAt === undefined ? reasons : ['Every clause that was put to the test is met.'],
    clauses: wordsOf(agreements, await clausesTested(context, transfer.id)),
    ...packOf(by),
    deciders: await decidersOf(context, transfer),
  } // prettier-ignore
}

const outcomes: Readonly<Record<Transfer['state'], string>> = {
  requested: 'Not decided yet: it waits for a second person.',
  returned: 'Returned for a change.',
  approved: 'Approved. It waits to be supplied.',
  escalated: 'Approved, and escalated by who supplies it.',
  supplied: 'Shared.',
  'part-supplied': 'Shared in part.',
  available: 'Shared. It waits to be collected.',
  collected: 'Shared and collected.',
  acknowledged: 'Shared, collected and confirmed.',
  destroyed: 'Shared, and destroyed on its date.',
}

async function decidersOf(context: PersonContext, transfer: Transfer): Promise<Decider[]> {
  const steps = [
    ['Approved by', transfer.approver, transfer.approvedAt],
    ['Supplied by', transfer.supplier, transfer.suppliedAt],
  ] as const
  const deciders: Decider[] = []
  for (const [act, id, at] of steps) {
    const person = id === undefined ? undefined : await findPersonById(context.tx, id, at ?? context.now)
    if (person && at) deciders.push({ act, name: person.name, roles: person.roles, at })
  }
  return deciders
}

async function clausesTested(context: PersonContext, transferId: string): Promise<string[]> {
  const { rows } = await context.tx.query(
    `select distinct clause from concordat.decision, unnest(tested) as clause
     where transfer_id = $1 and act <> 'view' and outcome = 'permit' order by clause`,
    [transferId],
  )
  return rows.map((row) => String(row['clause']))
}

const packShape = {
  standing: z.number().nullable(),
  pack: z.string(),
  pack_hash: z.string(),
  decided_at: z.date(),
}
const decidedShape = z.object(packShape)
export type DecidedBy = z.output<typeof decidedShape>

/** What decided a request when it was last asked for. */
export async function decidedBy(tx: Queryable, transferId: string): Promise<DecidedBy | undefined> {
  const { rows } = await tx.query(
    `select standing, pack, pack_hash, decided_at from concordat.decision
     where transfer_id = $1 and act = 'request' and outcome = 'permit' order by decided_at desc limit 1`,
    [transferId],
  )
  return rows[0] && decidedShape.parse(rows[0])
}

function packOf({ pack, pack_hash }: Pick<DecidedBy, 'pack' | 'pack_hash'>) {
  return { pack: `${pack}@${pack_hash}` }
}

function wordsOf({ clauses, local }: Agreements, ids: readonly string[]): RuledClause[] {
  return ids.map((id) => {
    const clause = clauses.get(id)
    const says = clause && 'says' in clause && clause.says !== undefined ? `“${clause.says}” ` : ''
    return { id, words: `${says}${clause?.summary ?? ''}`, local: clause?.pack === local.key }
  })
}

const storedShape = z.object({
  ...packShape,
  id: z.string(),
  person_id: z.string().nullable(),
  refusals: z.array(z.object({ clause: z.string(), reason: z.string() })),
})

export type StoredRefusal = z.output<typeof storedShape> & { readonly facts: unknown }

/** A request that was refused when it was made, and so was never kept but as its decision. */
export async function findRefusal(context: PersonContext, id: string): Promise<StoredRefusal | undefined> {
  const { rows } = await context.tx.query(
    `select id, person_id, facts, refusals, decided_at, standing, pack, pack_hash from concordat.decision
     where id = $1 and act = 'request' and outcome = 'refusal'`,
    [id],
  )
  const [row] = rows
  return row && { ...storedShape.parse(row), facts: row['facts'] }
}

/** @returns undefined where its agreement is not loaded any more */
export async function caseOfRefusal(
  agreements: Agreements,
  context: PersonContext,
  refusal: StoredRefusal,
  asked: TransferFacts,
): Promise<RequestCase | undefined> {
  const agreement = agreements.agreements.get(asked.agreement)
  if (!agreement) return undefined
  const { inspection, ...rest } = asked
  return {
    ...(await named(agreements, agreement, context, asked, refusal.person_id ?? undefined)),
    reference: refusal.id,
    asked: { ...rest, ...(inspection && { inspection: inspection.reference }) },
    requestedAt: refusal.decided_at,
    outcome: 'Refused. Nothing was shared.',
    reasons: refusal.refusals.map(({ reason }) => reason),
    clauses: wordsOf(agreements, [...new Set(refusal.refusals.map(({ clause }) => clause))]),
    ...packOf(refusal),
    deciders: [{ act: 'Decided by', name: 'the rules named above, applied by this service', roles: [], at: refusal.decided_at }],
  } // prettier-ignore
}

type Governed = Pick<TransferFacts, 'from' | 'to' | 'exchange' | 'dataset' | 'purpose' | 'retentionClass'>

async function named(
  agreements: Agreements,
  agreement: Agreement,
  context: PersonContext,
  { from, to, exchange: key, dataset: table, purpose: aim, retentionClass }: Governed,
  requesterId: string | undefined,
) {
  const exchange = agreement.exchanges.get(key)
  const dataset = agreements.datasets.get(table)
  const purpose = agreements.purposes.get(aim)?.title
  const retention = resolveRetention(agreements, agreement.key, from, to, retentionClass)
  const requestedBy = requesterId === undefined ? undefined : await findPersonById(context.tx, requesterId, context.now) // prettier-ignore
  return {
    agreement,
    parties: agreements.parties,
    ...(exchange && { exchange }),
    ...(dataset && { dataset }),
    ...(purpose !== undefined && { purpose }),
    ...(retention && { retention }),
    ...(requestedBy && { requestedBy: { name: requestedBy.name, roles: requestedBy.roles } }),
  }
}

/** Stands in where there is nothing: nobody may look at it. */
export const nobodys: TransferFacts = {
  id: 'none',
  agreement: 'none',
  exchange: 'none',
  from: 'none',
  to: 'none',
  state: 'requested',
  dataset: 'none',
  fields: [],
  establishments: [],
  periodFrom: '2025-01-01',
  periodTo: '2025-01-01',
  purpose: 'none',
  relevanceStated: false,
}
