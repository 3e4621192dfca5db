// Changing a key: the old key is told in a message that only it opens, and a second person at the same body hears the end of
// the new fingerprint from its owner before the new key is used. Whoever took over a session alone changes nothing.
import { timingSafeEqual } from 'node:crypto'
import { KeyFault } from '../../keys/key-fault.ts'
import { encryptText } from '../../keys/openpgp-message.ts'
import { refused, type Judge, type Outcome } from '../decisions/judge.ts'
import type { Events, PersonContext } from '../http/endpoint.ts'
import { notFound, Problem } from '../http/problem.ts'
import { personActor } from '../http/who.ts'
import type { JobQueue } from '../jobs.ts'
import { owe } from '../mail.ts'
import { factsOfPerson } from './facts.ts'
import {
  countConfirmTry,
  findWaitingKeys,
  keepWaiting,
  lockWaitingKey,
  replaceKey,
  withdrawKey,
  type WaitingKey,
} from './key-changes-store.ts'
import type { SigningKeysInUse } from '../signing/keys-in-use.ts'
import { findEnrolledKey } from './store.ts'

export interface ChangeKeyDeps {
  readonly judge: Judge
  readonly signingKeys: Pick<SigningKeysInUse, 'packages' | 'published'>
  readonly jobs: Pick<JobQueue, 'send'>
  readonly publicUrl: string
}

const mostTries = 5
/** Of the fingerprint, read out by its owner: 32 bits, and five tries. */
export const lettersHeard = 8

/** The challenge was answered, and there was a key before: the new one waits, and both its owner's old key and address are told. */
export async function startChange(
  deps: ChangeKeyDeps,
  context: PersonContext,
  fingerprint: string,
): Promise<void> {
  const { person, tx, now } = context
  await keepWaiting(tx, person.id, fingerprint, now)
  const before = await findEnrolledKey(tx, person.id)
  const words = [
    'A new key was offered in your name. A colleague has to confirm it before it is used.', '',
    `Its fingerprint is ${fingerprint}.`, '',
    `If it was you, ask a colleague to open ${deps.publicUrl}/keys/changes and read the last ${lettersHeard} characters to them.`,
    `If it was not you, tell your security contact now, and withdraw it at ${deps.publicUrl}/keys.`, '',
  ].join('\n') // prettier-ignore
  const body = before ? await lockedWith(deps, before.armored, words, now) : undefined
  await owe(
    tx,
    deps.jobs,
    { recipient: person.email, subject: 'Your key is about to change', body: body ?? words },
    now,
  )
}

/** @returns undefined where the old key can no longer be encrypted to; its owner is told in plain words then, which hold no data */
async function lockedWith(
  deps: ChangeKeyDeps,
  armored: string,
  words: string,
  now: Date,
): Promise<string | undefined> {
  try {
    const { armored: message } = await encryptText(words, {
      recipientArmored: armored,
      signer: deps.signingKeys.packages,
      at: now,
    })
    return `This message is locked with the key that you use now. Open it as you open a package.\n\n${message}`
  } catch (error) {
    if (error instanceof KeyFault) return undefined
    throw error
  }
}

/** What waits at this person's own body, and that they could confirm. */
export async function changesFor(
  deps: Pick<ChangeKeyDeps, 'judge'>,
  context: PersonContext,
): Promise<WaitingKey[]> {
  const waiting = await findWaitingKeys(context.tx, context.person.party)
  const may: WaitingKey[] = []
  for (const key of waiting) {
    const facts = await factsOfChange(context, key)
    if (deps.judge.rehearse('confirm-key', facts).outcome === 'permit') may.push(key)
  }
  return may
}

async function factsOfChange(context: PersonContext, { owner }: WaitingKey) {
  const facts = await factsOfPerson(context.tx, context.person, context.now)
  return { ...facts, keyring: { owner: owner.id, party: owner.party } }
}

/**
 * @param heard what the owner read out; not shown to whoever confirms
 * @throws {Problem} `not-found`, also for what waits at another body
 */
export async function confirmChange(
  deps: ChangeKeyDeps,
  context: PersonContext,
  id: string,
  heard: string,
): Promise<Outcome<{ readonly wrong: boolean }>> {
  const key = await lockWaitingKey(context.tx, id)
  if (key?.owner.party !== context.person.party) throw notFound()
  const judged = await deps.judge.judge(context, 'confirm-key', await factsOfChange(context, key))
  if (judged.outcome === 'refusal') return refused(judged)
  await countConfirmTry(context.tx, id)
  const base = {
    actor: personActor(context.person, context.ip),
    subjects: [
      { kind: 'person', id: key.owner.id },
      { kind: 'key', id: key.id },
    ],
    correlation: context.requestId,
    decision: judged.decisionId,
  } as const
  if (key.confirmTries >= mostTries || !isHeard(heard, key.fingerprint))
    return {
      kind: 'done',
      value: { wrong: true },
      events: [{ ...base, type: 'key.refused', detail: { reasons: ['heard-wrong'] } }],
    }
  await replaceKey(context.tx, judged.permit, key, context.person.id, context.now)
  await owe(context.tx, deps.jobs, confirmed(deps, key), context.now)
  return {
    kind: 'done',
    value: { wrong: false },
    events: [{ ...base, type: 'key.changed', detail: { fingerprint: key.fingerprint } }],
  }
}

function confirmed(deps: ChangeKeyDeps, { owner }: WaitingKey) {
  const body = [
    'A colleague confirmed your new key. What you collect from now on is locked with it.', '',
    `If you did not ask for this, tell your security contact now, and withdraw the key at ${deps.publicUrl}/keys.`, '',
  ].join('\n') // prettier-ignore
  return { recipient: owner.email, subject: 'Your key has changed', body }
}

function isHeard(heard: string, fingerprint: string): boolean {
  const given = Buffer.from(heard.replaceAll(/[\s-]/g, '').toUpperCase())
  const wanted = Buffer.from(fingerprint.slice(-lettersHeard))
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

/**
 * Lost, or seen by somebody else: nothing more is locked with it from this instant. It takes access away and gives none, so
 * no rule is asked.
 *
 * @throws {Problem} `not-found`
 */
export async function withdrawOwnKey(context: PersonContext, fingerprint: string): Promise<Events> {
  const { person, tx, now } = context
  if (!(await withdrawKey(tx, person.id, fingerprint, now)))
    throw new Problem('not-found', 'You have no key with this fingerprint that is in use.')
  return [
    {
      type: 'key.withdrawn',
      actor: personActor(person, context.ip),
      subjects: [{ kind: 'person', id: person.id }],
      correlation: context.requestId,
      detail: { fingerprint },
    },
  ]
}
