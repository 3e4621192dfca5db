// Enrolling the key that a person collects with: offered, judged in plain words, challenged, and only then used
// (hmpps-2025/16-encryption). There is no collecting without one, and no plain fallback.
import { isRightAnswer, makeChallenge } from '../../keys/challenge.ts'
import { judgeKey } from '../../keys/judge-key.ts'
import type { JudgedFault } from '../../keys/key-remedies.ts'
import { refused, type Outcome } from '../decisions/judge.ts'
import type { Events, PersonContext } from '../http/endpoint.ts'
import { Problem } from '../http/problem.ts'
import { personActor } from '../http/who.ts'
import { startChange, type ChangeKeyDeps } from './change-key.ts'
import { factsOfPerson } from './facts.ts'
import { hasHadKey } from './key-changes-store.ts'
import { enrolKey, insertOfferedKey, takeChallenge } from './store.ts'

export type EnrolDeps = ChangeKeyDeps

export type Offered =
  | { readonly verdict: 'challenged'; readonly fingerprint: string; readonly message: string }
  | { readonly verdict: 'refused'; readonly faults: readonly JudgedFault[] }

const mostTries = 5

/** @throws {Problem} `key.exists`: somebody's already, whoever's it is */
export async function offerKey(
  deps: EnrolDeps,
  context: PersonContext,
  pasted: string,
): Promise<Outcome<Offered>> {
  const { person, tx, now } = context
  const judged = await deps.judge.judge(context, 'enrol-key', await factsOfPerson(tx, person, now))
  if (judged.outcome === 'refusal') return refused(judged)
  const verdict = await judgeKey(pasted, { email: person.email, at: now })
  if (verdict.verdict === 'refused') {
    const reasons = verdict.faults.map((fault) => fault.code)
    return {
      kind: 'done',
      value: verdict,
      events: said(context, { type: 'key.refused', detail: { reasons } }),
    }
  }
  const challenge = await makeChallenge({
    recipientArmored: verdict.armored,
    signer: deps.signingKeys.packages,
    at: now,
  })
  const offered = await insertOfferedKey(tx, {
    fingerprint: verdict.fingerprint,
    armored: verdict.armored,
    personId: person.id,
    challengeHash: Buffer.from(challenge.answerSha256, 'hex'),
    offeredAt: now,
    ...(verdict.expiresAt && { expiresAt: verdict.expiresAt }),
  })
  if (!offered)
    throw new Problem(
      'key.exists',
      'This key is enrolled already. Make a new key, or ask your service desk whose this is.',
    )
  const value = {
    verdict: 'challenged',
    fingerprint: verdict.fingerprint,
    message: challenge.message,
  } as const
  return {
    kind: 'done',
    value,
    events: said(context, { type: 'key.offered', detail: { fingerprint: verdict.fingerprint } }),
  }
}

/** A first key is in use at once; one that changes another waits for a second person. */
export type Answered =
  { readonly wrong: true } | { readonly wrong: false; readonly state: 'enrolled' | 'waiting' }

/** A wrong answer is a value; after five tries the key has to be offered again. */
export async function answerChallenge(
  deps: EnrolDeps,
  context: PersonContext,
  fingerprint: string,
  answer: string,
): Promise<Outcome<Answered>> {
  const { person, tx, now } = context
  const judged = await deps.judge.judge(context, 'enrol-key', await factsOfPerson(tx, person, now))
  if (judged.outcome === 'refusal') return refused(judged)
  const challenge = await takeChallenge(tx, person.id, fingerprint)
  const right =
    challenge !== undefined &&
    challenge.tries <= mostTries &&
    isRightAnswer(answer, { answerSha256: challenge.hash.toString('hex'), fingerprint })
  if (!right)
    return {
      kind: 'done',
      value: { wrong: true },
      events: said(context, { type: 'key.refused', detail: { reasons: ['answer-wrong'], fingerprint } }),
    }
  if (await hasHadKey(tx, person.id)) {
    await startChange(deps, context, fingerprint)
    return {
      kind: 'done',
      value: { wrong: false, state: 'waiting' },
      events: said(context, { type: 'key.answered', detail: { fingerprint } }),
    }
  }
  await enrolKey(tx, person.id, fingerprint, now)
  return {
    kind: 'done',
    value: { wrong: false, state: 'enrolled' },
    events: said(context, { type: 'key.enrolled', detail: { fingerprint } }),
  }
}

type KeyEvent = Pick<
  Extract<Events[number], { type: 'key.offered' | 'key.answered' | 'key.refused' | 'key.enrolled' }>,
  'type' | 'detail'
>

function said(context: PersonContext, event: KeyEvent): Events {
  const base = {
    actor: personActor(context.person, context.ip),
    subjects: [{ kind: 'person', id: context.person.id }],
    correlation: context.requestId,
  } as const
  // The pair of type and detail was made together by the caller; spreading loses that they belong together.
  return [{ ...base, ...event } as Events[number]]
}
