// What every act on a photograph is given, and what all of them share. Whoever may not see that there are photographs gets the same
// refusal whether or not the one that they name exists; to HMPPS, one that is not meant for a report yet is not there.
import type { Subject } from '../../audit/event-frame.ts'
import type { LedgerEvent } from '../../audit/events.ts'
import type { OpeningProof } from '../../keys/opening.ts'
import type { KeyStore } from '../../keys/key-store.ts'
import type { Permit } from '../../policies/decide.ts'
import type { Act } from '../../policies/facts.ts'
import type { ResolvedRetention } from '../../policies/retention.ts'
import type { Clearance } from '../clearance/clearance.ts'
import { findClearance, lockClearance } from '../clearance/store.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../db.ts'
import { policyHash, refused, type Judge, type Outcome } from '../decisions/judge.ts'
import type { Events, PersonContext } from '../http/endpoint.ts'
import { notFound, Problem } from '../http/problem.ts'
import { personActor, type Person } from '../http/who.ts'
import type { JobQueue } from '../jobs.ts'
import type { Log } from '../log.ts'
import { factsOfPerson } from '../people/facts.ts'
import type { Vault } from '../vault.ts'
import type { PhotographExchange } from './exchange.ts'
import { factsOfPhotograph, type PhotographFacts } from './facts.ts'
import type { Photograph } from './photograph.ts'
import { findPhotograph, lockPhotograph } from './store.ts'

export interface PhotographDeps {
  readonly judge: Judge
  readonly jobs: Pick<JobQueue, 'send'>
  readonly publicUrl: string
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly vault: Vault
  readonly keyStore: KeyStore
  /** Confirms, outside the transaction that wrote it, that an entry is there to stay. */
  readonly proofOf: (entryId: string) => OpeningProof
  readonly photographs: PhotographExchange
  /** @returns undefined where no schedule has the class: then nothing is sealed */
  readonly retention: (of: Readonly<Record<'agreement' | 'from' | 'to' | 'retentionClass', string>>) => ResolvedRetention | undefined // prettier-ignore
}

export type As = 'page' | 'json'
export type Base = Pick<LedgerEvent, 'actor' | 'correlation' | 'agreement'> & {
  readonly decision: string
  readonly policy: string
  readonly clauses: string[]
}

export interface Acting {
  readonly clearance: Clearance
  readonly photograph: Photograph
  readonly base: Base
  readonly permit: Permit
}

/**
 * Does the work where every one of the acts on that photograph is permitted; both it and its report are locked. The permit is the
 * last one's.
 *
 * @throws {Problem} `not-found`
 */
export async function acting<T>(
  deps: PhotographDeps,
  context: PersonContext,
  id: string,
  acts: readonly [Act, ...Act[]],
  work: (acting: Acting) => Promise<{ readonly events: Events; readonly value: T }>,
  said: (photograph: Photograph, clearance: Clearance) => Partial<PhotographFacts> = () => ({}),
): Promise<Outcome<T>> {
  const person = await factsOfPerson(context.tx, context.person, context.now)
  const seen = await deps.judge.judge(context, 'read-photographs', person)
  if (seen.outcome === 'refusal') return refused(seen)
  const { clearance, photograph } = await takeBoth(context, id)
  const facts = { ...person, photograph: factsOfPhotograph(deps.photographs, photograph, clearance, said(photograph, clearance)) } // prettier-ignore
  let [base, permit]: [Base, Permit] = [baseOf(deps, context, seen), seen.permit]
  let tested: readonly string[] = []
  for (const act of acts) {
    const judged = await deps.judge.judge(context, act, facts)
    if (judged.outcome === 'refusal') return refused(judged)
    tested = [...tested, ...judged.permit.tested]
    permit = judged.permit
    base = { ...baseOf(deps, context, judged), clauses: [...new Set(tested)] }
  }
  return { kind: 'done', ...(await work({ clearance, photograph, base, permit })) }
}

/** The report first, as everywhere. */
async function takeBoth(context: PersonContext, id: string) {
  const found = await findPhotograph(context.tx, id)
  if (!found || !isThere(context.person, found)) throw notFound()
  const clearance = await lockClearance(context.tx, found.clearanceId)
  const photograph = await lockPhotograph(context.tx, id)
  if (!clearance || !photograph) throw notFound()
  return { clearance, photograph }
}

/** @throws {Problem} `not-found` */
export async function existing({ tx, person }: PersonContext, id: string) {
  const photograph = await findPhotograph(tx, id)
  const clearance = photograph && (await findClearance(tx, photograph.clearanceId))
  if (!clearance || !isThere(person, photograph)) throw notFound()
  return { clearance, photograph }
}

/** Whether a person may know of it. */
export function isThere(
  { party }: Pick<Person, 'party'>,
  { included }: Pick<Photograph, 'included'>,
): boolean {
  // prettier-ignore
  return party === 'hmi-prisons' || included !== undefined
}

export function baseOf(
  { photographs }: Pick<PhotographDeps, 'photographs'>,
  { person, ip, requestId }: PersonContext,
  { permit, decisionId }: { readonly permit: Permit; readonly decisionId: string },
): Base {
  return {
    actor: personActor(person, ip),
    correlation: requestId,
    agreement: photographs.agreement,
    decision: decisionId,
    policy: policyHash(permit.pack),
    clauses: [...permit.tested],
  }
}

export function about({ id, clearanceId }: Pick<Photograph, 'id' | 'clearanceId'>): Subject[] {
  return [{ kind: 'photograph', id }, { kind: 'clearance', id: clearanceId }] // prettier-ignore
}

export function fieldFault(field: string, message: string): Problem {
  return new Problem('input.invalid', 'Correct the field named here and send it again. Nothing was saved.', [
    { field, message },
  ])
}
