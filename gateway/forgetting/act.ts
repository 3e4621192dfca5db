// Asking for an erasure, authorising it as the second person, withdrawing it, and looking at what there is.
import { randomUUID } from 'node:crypto'
import type { LedgerEvent } from '../../audit/events.ts'
import type { Act } from '../../policies/facts.ts'
import { policyHash, refused, type Judge, type Outcome } from '../decisions/judge.ts'
import type { Events, PersonContext } from '../http/endpoint.ts'
import { notFound, Problem, stateConflict, type FieldFault } from '../http/problem.ts'
import { personActor } from '../http/who.ts'
import { factsOfPerson } from '../people/facts.ts'
import { leastLetters, wordsOf, type Erasure } from './erasure.ts'
import type { ForgottenList } from './list.ts'
import type { AskBody } from './schemas.ts'
import {
  findErasure,
  findPersonByEmail,
  forget,
  identifiersOf,
  insertErasure,
  listErasures,
  presentFields,
  previewErasure,
  withdrawErasure,
  type Trace,
} from './store.ts'

export interface ForgettingDeps {
  readonly judge: Judge
  readonly forgottenList: ForgottenList
  /** For how many days backups are kept: until then they hold what was forgotten. */
  readonly backupDays: number
}

type Judged = Extract<Awaited<ReturnType<Judge['judge']>>, { outcome: 'permit' }>

async function permitted<T>(
  { judge }: ForgettingDeps,
  context: PersonContext,
  act: Extract<Act, 'ask-erasure' | 'authorise-erasure'>,
  erasure: { readonly id: string; readonly askedBy?: string; readonly about?: string },
  work: (judged: Judged) => Promise<{ readonly events: Events; readonly value: T }>,
): Promise<Outcome<T>> {
  const facts = await factsOfPerson(context.tx, context.person, context.now)
  const judged = await judge.judge(context, act, { ...facts, erasure })
  if (judged.outcome === 'refusal') return refused(judged)
  return { kind: 'done', ...(await work(judged)) }
}

function said(
  context: PersonContext,
  judged: Judged,
  id?: string,
): Omit<LedgerEvent, 'type' | 'detail'> & { clauses: string[] } {
  return {
    actor: personActor(context.person, context.ip),
    subjects: id === undefined ? [] : [{ kind: 'erasure', id }],
    correlation: context.requestId,
    decision: judged.decisionId,
    policy: policyHash(judged.permit.pack),
    clauses: [...judged.permit.tested],
  }
}

export function look(
  deps: ForgettingDeps,
  context: PersonContext,
  as: 'page' | 'json',
): Promise<Outcome<readonly Erasure[]>> {
  return permitted(deps, context, 'ask-erasure', { id: 'all' }, async (judged) => {
    const value = await listErasures(context.tx)
    return {
      value,
      events: [
        { ...said(context, judged), type: 'erasures.viewed', detail: { shown: value.length, as } },
      ] as const,
    }
  })
}

export interface Looked {
  readonly erasure: Erasure
  readonly traces: readonly Trace[]
}

/** @throws {Problem} `not-found` */
export function lookAt(
  deps: ForgettingDeps,
  context: PersonContext,
  id: string,
  as: 'page' | 'json',
): Promise<Outcome<Looked>> {
  return permitted(deps, context, 'ask-erasure', { id }, async (judged) => {
    const erasure = await existing(context, id)
    const traces = await previewErasure(context.tx, erasure)
    return {
      value: { erasure, traces },
      events: [{ ...said(context, judged, id), type: 'erasures.viewed', detail: { shown: 1, as } }] as const,
    }
  })
}

/** @throws {Problem} `input.invalid`, naming the field */
export async function ask(
  deps: ForgettingDeps,
  context: PersonContext,
  body: AskBody,
): Promise<Outcome<Erasure>> {
  const id = randomUUID()
  const about = body.email === undefined ? undefined : await findPersonByEmail(context.tx, body.email)
  const facts = { id, askedBy: context.person.id, ...(about !== undefined && { about }) }
  return permitted(deps, context, 'ask-erasure', facts, async (judged) => {
    const { identifiers, fields } = await checked(context, body, about)
    const scope = fields.length > 0 ? 'fields' : 'person'
    const { basis, reason } = body
    await insertErasure(context.tx, judged.permit, { id, scope, basis, reason, personId: about, identifiers, fields, askedBy: context.person.id, at: context.now }) // prettier-ignore
    const detail = { scope, basis, ...(fields.length > 0 && { fields: fields.length }) }
    return {
      value: await existing(context, id),
      events: [{ ...said(context, judged, id), type: 'erasure.asked', detail }] as const,
    }
  })
}

async function checked({ tx }: PersonContext, body: AskBody, about: string | undefined) {
  const faults: FieldFault[] = []
  const own = about === undefined ? [] : ((await identifiersOf(tx, about)) ?? [])
  const given = body.identifiers ?? []
  const identifiers = [...new Set([...own.filter(isLongEnough), ...given])]
  const fields = body.fields ?? []
  if (body.email !== undefined && about === undefined)
    faults.push({ field: 'email', message: 'Nobody is registered with this address. To forget somebody who is not registered, leave it empty and write the name or number below.' }) // prettier-ignore
  const short = given.find((identifier) => !isLongEnough(identifier))
  if (short !== undefined)
    faults.push({ field: 'identifiers', message: `Each line needs at least ${leastLetters} letters or digits, or it would be taken out of words about other people.` }) // prettier-ignore
  if (identifiers.length === 0 && fields.length === 0 && faults.length === 0)
    faults.push({ field: 'identifiers', message: 'Say whom or what to forget.' })
  if (identifiers.length > 0 && fields.length > 0)
    faults.push({ field: 'fields', message: 'Ask for a person or for fields, not for both at once.' })
  else if (fields.length > 0 && (await presentFields(tx, fields)).length < fields.length)
    faults.push({ field: 'fields', message: 'One of them holds no personal value, or it was erased before.' })
  if (faults.length > 0) throw new Problem('input.invalid', 'Nothing was saved.', faults)
  return { identifiers, fields }
}

function isLongEnough(identifier: string): boolean {
  return wordsOf(identifier).join('').length >= leastLetters
}

/** Forgets at once and for good. @throws {Problem} `not-found`, `state.conflict` */
export async function authorise(
  deps: ForgettingDeps,
  context: PersonContext,
  id: string,
): Promise<Outcome<Erasure>> {
  // Who may not look is told the same of one that is there as of one that is not.
  const facts = await factsOfPerson(context.tx, context.person, context.now)
  const seen = await deps.judge.judge(context, 'ask-erasure', { ...facts, erasure: { id } })
  if (seen.outcome === 'refusal') return refused(seen)
  const erasure = await existing(context, id)
  const { askedBy, personId: about } = erasure
  return permitted(
    deps,
    context,
    'authorise-erasure',
    { id, askedBy, ...(about !== undefined && { about }) },
    async (judged) => {
      if (erasure.status.state !== 'asked') throw stateConflict('This erasure is not waiting any more.')
      const { scope, basis } = erasure
      const forgotten = await forget(context.tx, id, context.person.id, context.now)
      await deps.forgottenList.add(erasure, erasure.status.identifiers, context.person.id, context.now)
      const detail = { scope, basis, ...forgotten, replayed: false }
      return {
        value: await existing(context, id),
        events: [{ ...said(context, judged, id), type: 'ledger.erased', detail }] as const,
      }
    },
  )
}

/** @throws {Problem} `not-found`, `state.conflict` */
export async function withdraw(
  deps: ForgettingDeps,
  context: PersonContext,
  id: string,
): Promise<Outcome<Erasure>> {
  return permitted(deps, context, 'ask-erasure', { id }, async (judged) => {
    await existing(context, id)
    await withdrawErasure(context.tx, id)
    return {
      value: await existing(context, id),
      events: [{ ...said(context, judged, id), type: 'erasure.withdrawn', detail: {} }] as const,
    }
  })
}

async function existing({ tx }: PersonContext, id: string): Promise<Erasure> {
  const erasure = await findErasure(tx, id)
  if (!erasure) throw notFound()
  return erasure
}
