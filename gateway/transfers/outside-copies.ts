// Paper and removable media: registered by whoever made or handed over the copy, received by the other body, approved by an
// assurance officer where it is a medium, and ended with how and who saw it. While one is open the copies of its item are not
// accounted for, and the certificate says so.
import { randomUUID } from 'node:crypto'
import { londonDate } from '../../policies/calendar.ts'
import type { Act } from '../../policies/facts.ts'
import { refused, type Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { notFound, Problem, stateConflict } from '../http/problem.ts'
import { meetCopyDuties, oweAttestation, type CopyDuties } from '../retention/copy-duties.ts'
import type { Item } from '../retention/item.ts'
import { isOpen, methodsOf, type OutsideCopy, type OutsideState } from '../retention/outside-copy.ts'
import * as store from '../retention/outside-copy-store.ts'
import { findTakenCopies, findItemOf } from '../retention/store.ts'
import { done, entryBase, type ActDeps, type Done, type Permitted } from './act.ts'
import { lockVisible } from './approve.ts'
import { factsOf } from './facts.ts'
import type { CopyInput, EndingInput } from './outside-copy-schemas.ts'
import type { Transfer } from './transfer.ts'

export interface OutsideDeps extends ActDeps {
  readonly copyDuties: CopyDuties
}

interface Judged extends Permitted {
  readonly transfer: Transfer
  readonly item: Item
}

/**
 * @returns what was done; its `copy` is the id in the register
 * @throws {Problem} `not-found`; `state.conflict` where nothing is held; `input.invalid`
 * @clause hmpps-2025/16-formats, imb-2024/iss-removable-media
 */
export async function registerCopy(
  deps: OutsideDeps,
  context: PersonContext,
  id: string,
  given: CopyInput,
): Promise<Outcome<Done & { readonly copy: string }>> {
  const judged = await judge(deps, context, id, 'register-copy')
  if (judged.kind === 'refused') return judged
  const { transfer, item } = judged.value
  if (item.status.state !== 'sealed') throw stateConflict('This was destroyed: no copy of it may be made.')
  const { tx, now, person } = context
  const today = londonDate(now)
  if (given.kind === 'removable-media' && (given.backOn < today || given.backOn > item.destroyOn))
    throw wrong('backOn', `Give a day from today to ${item.destroyOn}, on which the data is destroyed.`)
  const isSender = person.party === transfer.from
  if (given.kind === 'paper' && (given.origin === 'handed-over') !== isSender)
    throw wrong('origin', isSender ? 'Paper that you hand over is registered here; what the other body prints, it registers itself.' : 'Paper that is handed over is registered by the body that hands it over; you say that you received it.') // prettier-ignore
  const copy: OutsideCopy = {
    id: randomUUID(),
    itemId: item.id,
    ...(given.kind === 'paper'
      ? { kind: 'paper', origin: given.origin, amount: given.amount }
      : { kind: 'removable-media', origin: 'copied', amount: 1, device: given.device, backOn: given.backOn }),
    description: given.description,
    place: given.place,
    state: given.kind === 'removable-media' ? 'asked' : isSender ? 'handed-over' : 'held',
    registeredBy: person.id,
    registeredAt: now,
  }
  await store.insertOutsideCopy(tx, judged.value.permit, copy)
  await oweAttestation(tx, deps.copyDuties, { transferId: id, personId: transfer.requester, destroyOn: item.destroyOn }) // prettier-ignore
  const { kind, amount, description, place } = copy
  const outcome = done(transfer, transfer.state, judged.value, {
    ...base(context, judged.value),
    type: 'copy.registered',
    detail: { copy: copy.id, kind, amount, description, place },
  })
  return outcome.kind === 'refused' ? outcome : { ...outcome, value: { ...outcome.value, copy: copy.id } }
}

/** The other body has it. @throws {Problem} `not-found`, `state.conflict` */
export async function receiveCopy(deps: OutsideDeps, context: PersonContext, id: string, copyId: string) {
  const judged = await judge(deps, context, id, 'receive-copy')
  if (judged.kind === 'refused') return judged
  const { transfer, item, permit } = judged.value
  await lockIn(context, item, copyId, 'handed-over')
  await store.receiveOutsideCopy(context.tx, permit, { id: copyId, by: context.person.id, at: context.now })
  return done(transfer, transfer.state, judged.value, {
    ...base(context, judged.value),
    type: 'copy.received',
    detail: { copy: copyId },
  })
}

/** A medium is refused until an assurance officer says yes to that one. @throws {Problem} `not-found`, `state.conflict` */
export async function answerMedia(
  deps: OutsideDeps,
  context: PersonContext,
  id: string,
  copyId: string,
  { approved, reason }: { readonly approved: boolean; readonly reason: string },
) {
  const judged = await judge(deps, context, id, 'answer-media', { reasonGiven: reason !== '' })
  if (judged.kind === 'refused') return judged
  const { transfer, item, permit } = judged.value
  const copy = await lockIn(context, item, copyId, 'asked')
  if (copy.registeredBy === context.person.id)
    throw stateConflict('You asked for this yourself: another assurance officer answers.')
  await store.answerOutsideCopy(context.tx, permit, { id: copyId, by: context.person.id, at: context.now, approved, reason }) // prettier-ignore
  await meetIfNoneIsOpen(context, id, item)
  return done(transfer, transfer.state, judged.value, {
    ...base(context, judged.value),
    type: 'copy.answered',
    detail: { copy: copyId, approved, reason },
  })
}

/** @throws {Problem} `not-found`, `state.conflict`, `input.invalid` @clause imb-2024/iss-disposal-paper, imb-2024/iss-disposal-digital */
export async function endCopy(
  deps: OutsideDeps,
  context: PersonContext,
  id: string,
  copyId: string,
  given: EndingInput,
) {
  const judged = await judge(deps, context, id, 'dispose-copy')
  if (judged.kind === 'refused') return judged
  const { transfer, item, permit } = judged.value
  const copy = await lockIn(context, item, copyId, 'held')
  const ways: readonly string[] = methodsOf[copy.kind]
  if (given.outcome === 'destroyed' && !ways.includes(given.method))
    throw wrong('method', `Say how it was destroyed: ${ways.join(', ').replaceAll('-', ' ')}.`)
  if (given.on > londonDate(context.now) || given.on < londonDate(copy.registeredAt))
    throw wrong('on', 'Give the day on which it was done, from the day of its registration to today.')
  await store.endOutsideCopy(context.tx, permit, { id: copyId, by: context.person.id, at: context.now, ...given }) // prettier-ignore
  await meetIfNoneIsOpen(context, id, item)
  const { outcome, on } = given
  return done(transfer, transfer.state, judged.value, {
    ...base(context, judged.value),
    type: 'copy.ended',
    detail: { copy: copyId, outcome, on, ...(given.outcome === 'destroyed' && { method: given.method, witness: given.witness }) }, // prettier-ignore
  })
}

/** When the last copy has ended, and none that was collected is left open, nothing more is owed. */
async function meetIfNoneIsOpen({ tx, now }: PersonContext, id: string, item: Item): Promise<void> {
  const outside = await store.findOutsideCopies(tx, item.id)
  const collected = await findTakenCopies(tx, item.id)
  if (outside.some(isOpen) || collected.some(({ attested }) => !attested)) return
  await meetCopyDuties(tx, id, ['copies.attested'], now)
}

async function judge(
  deps: OutsideDeps,
  context: PersonContext,
  id: string,
  act: Act,
  said: { readonly reasonGiven?: boolean } = {},
): Promise<Extract<Outcome<never>, { kind: 'refused' }> | { readonly kind: 'permitted'; readonly value: Judged }> {
  const transfer = await lockVisible(deps, context, id)
  const facts = await factsOf(context.tx, context.person, transfer, context.now, said)
  const judged = await deps.judge.judge(context, act, facts)
  if (judged.outcome === 'refusal') return refused(judged)
  const item = await findItemOf(context.tx, id)
  if (!item) throw stateConflict('Nothing has been supplied under this request yet.')
  return { kind: 'permitted', value: { transfer, item, permit: judged.permit, decisionId: judged.decisionId } }
} // prettier-ignore

async function lockIn(
  { tx }: PersonContext,
  item: Item,
  copyId: string,
  state: OutsideState,
): Promise<OutsideCopy> {
  const copy = await store.lockOutsideCopy(tx, item.id, copyId)
  if (!copy) throw notFound()
  if (copy.state !== state) throw stateConflict(`This copy is ${stateWords[copy.state]}.`)
  return copy
}

const stateWords: Record<OutsideState, string> = {
  asked: 'waiting for an assurance officer',
  declined: 'one that the assurance officer did not allow',
  'handed-over': 'not received yet',
  held: 'held already',
  destroyed: 'destroyed already',
  returned: 'returned already',
}

function base(context: PersonContext, judged: Judged) {
  const common = entryBase(context, judged.transfer, judged)
  return { ...common, subjects: [...common.subjects, { kind: 'item', id: judged.item.id } as const] }
}

function wrong(field: string, message: string): Problem {
  return new Problem('input.invalid', 'Nothing was changed.', [{ field, message }])
}
