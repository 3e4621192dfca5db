// One entry of the access log: what it records, and its proof, in which whoever asks opens the personal values that the reader
// of the proof is to see, and no others. And the proof that the log of today holds what it held before.
import { z } from 'zod'
import type { LedgerEvent } from '../../audit/events.ts'
import { readLogEntry } from '../../audit/log.ts'
import { proveConsistency, proveInclusion, type ProofWanted } from '../../audit/proofs.ts'
import { readCosignedNote } from '../../audit/cosignatures.ts'
import { toBase64 } from '../../audit/bytes.ts'
import { readPruned } from '../../audit/pruned.ts'
import { readLatestCheckpoint } from '../../audit/tree-store.ts'
import type { Judge, Outcome } from '../decisions/judge.ts'
import type { Queryable } from '../db.ts'
import { asJson, asPage } from '../decisions/replies.ts'
import { endpoint, type Endpoint, type PersonContext, type Reply } from '../http/endpoint.ts'
import { notFound, Problem } from '../http/problem.ts'
import { personActor } from '../http/who.ts'
import { factsOfPerson } from '../people/facts.ts'
import { unproved } from '../unproved.ts'

export interface OneEntryDeps {
  readonly judge: Judge
  /** Whether receipts of evidence wait for the witnesses that the policy names. */
  readonly policyHolds: boolean
}

const entryParams = z.strictObject({ id: z.uuid('This is not the id of an entry.') })
const fieldName = z.string().max(100)
const proofQuery = z.strictObject({
  disclose: z
    .union([fieldName, z.array(fieldName).max(50)])
    .default([])
    .transform((given) => [given].flat()),
})
const consistencyQuery = z.strictObject({
  from: z.coerce.number('Give the size of the checkpoint that you hold.').int().min(1, 'From nothing there is nothing to prove.'),
}) // prettier-ignore

export function oneEntryEndpoints(deps: OneEntryDeps): Endpoint[] {
  return [
    endpoint({
      surface: 'page', method: 'get', path: '/access-log/:id', summary: 'One entry, and what its proof can open', input: { params: entryParams },
      handle: async (context, { params }) => asPage(await lookAt(deps, context, params.id), (entry) => ({ view: { template: 'access-log-entry.njk', data: { entry } } })),
    }),
    endpoint({
      surface: 'api', method: 'get', path: '/api/v1/ledger/entries/:id', summary: 'One entry, and what its proof can open', input: { params: entryParams },
      answers: z.looseObject({ entryId: z.uuid(), type: z.string(), at: z.string(), openable: z.array(z.object({ field: z.string(), value: z.string() })) }),
      handle: async (context, { params }) => asJson(await lookAt(deps, context, params.id), (entry) => entry),
    }),
    endpoint({
      surface: 'page', method: 'get', path: '/access-log/:id/proof', summary: 'The proof that an entry is in the ledger (C2SP tlog-proof)', input: { params: entryParams, query: proofQuery },
      handle: async (context, { params, query }) => asPage(await prove(deps, context, params.id, query.disclose), proofFile),
    }),
    endpoint({
      surface: 'api', method: 'get', path: '/api/v1/ledger/entries/:id/proof', summary: 'The proof that an entry is in the ledger (C2SP tlog-proof)', input: { params: entryParams, query: proofQuery },
      handle: async (context, { params, query }) => {
        const proved = await prove(deps, context, params.id, query.disclose)
        return proved.kind === 'refused' ? asJson(proved, () => undefined) : { events: proved.events, ...proofFile(proved.value) }
      },
    }),
    endpoint({
      surface: 'api', method: 'get', path: '/api/v1/ledger/consistency', summary: 'The proof that the ledger of today holds all that it held at an earlier size (RFC 6962 section 2.1.2)', input: { query: consistencyQuery },
      answers: z.object({ from: z.int(), to: z.int(), hashes: z.array(z.base64()), checkpoint: z.string() }),
      handle: (context, { query }) => consistent(context, query.from),
    }),
  ] // prettier-ignore
}

type Proved = Extract<Awaited<ReturnType<typeof proveInclusion>>, { outcome: 'proved' }>

function proofFile({ proof, index }: Proved): Omit<Reply, 'events'> {
  return { contentType: 'text/plain; charset=utf-8', filename: `entry-${index}.tlog-proof`, json: proof }
}

async function lookAt(
  deps: OneEntryDeps,
  context: PersonContext,
  entryId: string,
): Promise<Outcome<NonNullable<Awaited<ReturnType<typeof readLogEntry>>>>> {
  const judged = await judgeReading(deps, context)
  if (judged.outcome === 'refusal') return { kind: 'refused', letter: judged.letter, events: [judged.event] }
  const entry = await readLogEntry(context.tx, entryId)
  if (entry === undefined) throw await absent(context.tx, entryId)
  const event: LedgerEvent = {
    ...by(context), type: 'ledger.viewed', subjects: [], decision: judged.decisionId, clauses: [...judged.permit.tested],
    detail: { shown: 1, entry: entryId },
  } // prettier-ignore
  return { kind: 'done', value: entry, events: [event] }
}

async function prove(
  deps: OneEntryDeps,
  context: PersonContext,
  entryId: string,
  disclose: NonNullable<ProofWanted['disclose']>,
): Promise<Outcome<Proved>> {
  const judged = await judgeReading(deps, context)
  if (judged.outcome === 'refusal') return { kind: 'refused', letter: judged.letter, events: [judged.event] }
  const proved = await proveInclusion(context.tx, entryId, { policyHolds: deps.policyHolds, disclose })
  if (proved.outcome === 'absent') throw await absent(context.tx, entryId)
  if (proved.outcome !== 'proved') throw unproved(proved)
  requireAll(disclose, proved.disclosed)
  const event: LedgerEvent = {
    ...by(context),
    type: 'ledger.proof-issued',
    subjects: [],
    decision: judged.decisionId,
    detail: { entry: entryId, treeSize: proved.treeSize, ...(proved.disclosed.length > 0 && { disclosed: [...proved.disclosed] }) }, // prettier-ignore
  }
  return { kind: 'done', value: proved, events: [event] }
}

/** A proof that silently opens less than was asked for would mislead whoever hands it on. */
function requireAll(asked: 'all' | readonly string[], opened: readonly string[]): void {
  const missing = asked === 'all' ? [] : asked.filter((field) => !opened.includes(field))
  if (missing.length === 0) return
  throw new Problem('input.invalid', 'The proof was not made.', [
    { field: 'disclose', message: `This entry has no personal value that can be opened at ${missing.join(', ')}. What was erased cannot be opened again.` },
  ]) // prettier-ignore
}

/** One that is gone because of its age is told from one that never was, by the time in its id (RFC 9562 section 5.7). */
async function absent(db: Queryable, entryId: string): Promise<Problem> {
  const pruned = await readPruned(db)
  if (pruned === undefined || timeIn(entryId) >= pruned.before.getTime()) return notFound()
  const day = pruned.before.toISOString().slice(0, 10)
  return new Problem(
    'not-found',
    `Entries from before ${day} are past the log limit: only hashes and totals of them are kept. The access log shows the totals. A proof that was taken before still verifies.`,
  )
}

function timeIn(entryId: string): number {
  return Number.parseInt(entryId.replaceAll('-', '').slice(0, 12), 16)
}

async function consistent(context: PersonContext, from: number): Promise<Reply> {
  const latest = await readLatestCheckpoint(context.tx)
  if (!latest || from > latest.size)
    throw new Problem('input.invalid', 'There is no such proof.', [
      { field: 'from', message: `The latest checkpoint has ${latest?.size ?? 0} entries. If you hold one of more, the ledger was put back: tell whoever runs it.` },
    ]) // prettier-ignore
  const pruned = await readPruned(context.tx)
  if (pruned && from < pruned.through)
    throw new Problem('input.invalid', 'There is no such proof any more.', [
      { field: 'from', message: `The first ${pruned.through} entries are past the log limit, and the hashes between them are gone. Compare a checkpoint of at least ${pruned.through} entries.` },
    ]) // prettier-ignore
  const hashes = await proveConsistency(context.tx, from, latest.size)
  const event: LedgerEvent = { ...by(context), type: 'form.viewed', subjects: [], detail: { form: '/api/v1/ledger/consistency' } } // prettier-ignore
  const checkpoint = await readCosignedNote(context.tx, latest)
  return { events: [event], json: { from, to: latest.size, hashes: hashes.map(toBase64), checkpoint } }
}

async function judgeReading({ judge }: OneEntryDeps, context: PersonContext) {
  return judge.judge(context, 'read-log', await factsOfPerson(context.tx, context.person, context.now))
}

function by(context: PersonContext) {
  return { actor: personActor(context.person, context.ip), correlation: context.requestId }
}
