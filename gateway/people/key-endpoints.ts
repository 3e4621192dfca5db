// A person's keys as pages, as calls of the page's own script, and over JSON: offer, prove, withdraw, and what a colleague
// confirms.
import { z } from 'zod'
import { endpoint, type Endpoint, type PersonContext, type Reply } from '../http/endpoint.ts'
import { checkFields } from '../http/input.ts'
import type { FieldFault } from '../http/problem.ts'
import { personActor } from '../http/who.ts'
import { armoredKeys } from '../signing/published.ts'
import { changesFor, confirmChange, lettersHeard, withdrawOwnKey } from './change-key.ts'
import { answerChallenge, offerKey, type EnrolDeps } from './enrol.ts'
import { findWaitingKeyOf } from './key-changes-store.ts'
import { findEnrolledKey } from './store.ts'

const armored = z.string().max(100_000)
const fingerprint = z.string().regex(/^[0-9a-fA-F]{40}$/, 'A fingerprint has 40 hexadecimal digits.')
const answerBody = z.strictObject({ fingerprint, answer: z.string().min(1).max(100) })
const heardBody = z.strictObject({
  heard: z
    .string()
    .regex(
      /^[0-9a-fA-F\s-]{8,20}$/,
      `Enter the ${lettersHeard} characters that your colleague reads to you.`,
    ),
})
const params = z.strictObject({ id: z.uuid() })

export function keyEndpoints(deps: EnrolDeps): Endpoint[] {
  return [
    ...calls(deps, 'api', { offer: '/api/v1/keys', prove: '/api/v1/keys/answer' }),
    ...calls(deps, 'page', { offer: '/keys/offer', prove: '/keys/prove' }),
    ...changesOverJson(deps),
    ...keyPages(deps),
    ...changePages(deps),
  ]
}

function calls(deps: EnrolDeps, surface: 'api' | 'page', at: { offer: string; prove: string }): Endpoint[] {
  const by = surface === 'api' ? '' : ', by the page’s own script'
  return [
    endpoint({
      surface, method: 'post', path: at.offer, summary: `Offer an OpenPGP key; answers with an encrypted challenge${by}`, successStatus: 201,
      input: { body: z.strictObject({ armored }) },
      answers: z.object({ verdict: z.enum(['challenged', 'refused']) }).loose(),
      handle: async (context, { body }) => {
        const outcome = await offerKey(deps, context, body.armored)
        if (outcome.kind === 'refused') return { events: outcome.events, status: 403, json: outcome.letter }
        return { events: outcome.events, status: outcome.value.verdict === 'challenged' ? 201 : 422, json: outcome.value }
      },
    }),
    endpoint({
      surface, method: 'post', path: at.prove, summary: `Answer the challenge: a first key is enrolled, another waits for a second person${by}`, input: { body: answerBody },
      answers: z.object({ enrolled: z.boolean(), state: z.enum(['enrolled', 'waiting']).optional() }),
      handle: async (context, { body }) => {
        const outcome = await answerChallenge(deps, context, body.fingerprint.toUpperCase(), body.answer)
        if (outcome.kind === 'refused') return { events: outcome.events, status: 403, json: outcome.letter }
        const { value } = outcome
        if (value.wrong) return { events: outcome.events, status: 422, json: { enrolled: false } }
        return { events: outcome.events, json: { enrolled: value.state === 'enrolled', state: value.state } }
      },
    }),
  ] // prettier-ignore
}

function changesOverJson(deps: EnrolDeps): Endpoint[] {
  const surface = 'api'
  return [
    endpoint({
      surface, method: 'post', path: '/api/v1/keys/withdraw', summary: 'Withdraw a key of your own at once', input: { body: z.strictObject({ fingerprint }) },
      answers: z.object({ withdrawn: z.literal(true) }),
      handle: async (context, { body }) => ({ events: await withdrawOwnKey(context, body.fingerprint.toUpperCase()), json: { withdrawn: true } }),
    }),
    endpoint({
      surface, method: 'get', path: '/api/v1/keys/changes', summary: 'Changes of key at your own body that wait for a second person', input: {},
      answers: z.object({ changes: z.array(z.object({ id: z.uuid(), owner: z.string(), answeredAt: z.iso.datetime() })) }),
      handle: async (context) => {
        const changes = await changesFor(deps, context)
        const json = { changes: changes.map(({ id, owner, answeredAt }) => ({ id, owner: owner.name, answeredAt: answeredAt.toISOString() })) }
        return { events: [looked(context, changes.length)], json }
      },
    }),
    endpoint({
      surface, method: 'post', path: '/api/v1/keys/changes/:id/confirm', summary: 'Confirm a colleague’s change of key by the end of its fingerprint, as they read it to you',
      input: { params, body: heardBody }, answers: z.object({ confirmed: z.boolean() }),
      handle: async (context, { params: { id }, body }) => {
        const outcome = await confirmChange(deps, context, id, body.heard)
        if (outcome.kind === 'refused') return { events: outcome.events, status: 403, json: outcome.letter }
        return { events: outcome.events, status: outcome.value.wrong ? 422 : 200, json: { confirmed: !outcome.value.wrong } }
      },
    }),
  ] // prettier-ignore
}

function keyPages(deps: EnrolDeps): Endpoint[] {
  const surface = 'page'
  return [
    endpoint({ surface, method: 'get', path: '/keys', summary: 'Your key', input: {}, handle: (context) => keysPage(deps, context, {}) }),
    endpoint({
      surface, method: 'get', path: '/keys/new', summary: 'Make a key in the browser', input: {},
      handle: (context) => Promise.resolve({
        events: [viewed(context, '/keys/new')],
        view: { template: 'key-new.njk', data: { gatewayKey: armoredKeys(deps.signingKeys.published), now: context.now.toISOString() } },
      }),
    }),
    endpoint({
      surface, method: 'post', path: '/keys', summary: 'Offer a key', input: { body: z.strictObject({ armored }) },
      handle: async (context, { body }) => {
        const outcome = await offerKey(deps, context, body.armored)
        if (outcome.kind === 'refused') return refusal(outcome)
        const shown = await keysPage(deps, context, outcome.value.verdict === 'refused' ? { faults: outcome.value.faults, given: body.armored } : { offered: outcome.value })
        return { ...shown, events: outcome.events, status: outcome.value.verdict === 'refused' ? 422 : 200 }
      },
    }),
    endpoint({
      surface, method: 'post', path: '/keys/answer', summary: 'Answer the challenge', input: { body: answerBody },
      handle: async (context, { body }) => {
        const outcome = await answerChallenge(deps, context, body.fingerprint.toUpperCase(), body.answer)
        if (outcome.kind === 'refused') return refusal(outcome)
        if (!outcome.value.wrong) return { events: outcome.events, redirect: '/keys' }
        const faults = [{ code: 'key.answer-wrong', message: 'That is not the code in the message.', remedy: 'Decrypt the message again and copy the whole code. After five tries, offer the key again.' }]
        return { ...(await keysPage(deps, context, { faults, offered: { fingerprint: body.fingerprint } })), events: outcome.events, status: 422 }
      },
    }),
    endpoint({
      surface, method: 'post', path: '/keys/withdraw', summary: 'Withdraw a key of your own at once', input: { body: z.strictObject({ fingerprint }) },
      handle: async (context, { body }) => ({ events: await withdrawOwnKey(context, body.fingerprint.toUpperCase()), redirect: '/keys' }),
    }),
  ] // prettier-ignore
}

function changePages(deps: EnrolDeps): Endpoint[] {
  const surface = 'page'
  return [
    endpoint({ surface, method: 'get', path: '/keys/changes', summary: 'Changes of key that wait for a second person', input: {}, handle: (context) => changesPage(deps, context, {}) }),
    endpoint({
      surface, method: 'post', path: '/keys/changes/:id/confirm', summary: 'Confirm a colleague’s change of key', input: { params, body: z.strictObject({ heard: z.string().max(100).default('') }) },
      handle: async (context, { params: { id }, body }) => {
        const checked = checkFields(heardBody, body)
        if ('faults' in checked) return { ...(await changesPage(deps, context, { id, faults: checked.faults, given: body.heard })), status: 400 }
        const outcome = await confirmChange(deps, context, id, checked.data.heard)
        if (outcome.kind === 'refused') return refusal(outcome)
        if (!outcome.value.wrong) return { events: outcome.events, redirect: '/keys/changes' }
        const faults = [{ field: 'heard', message: 'Those are not the last characters of the new key. Ask your colleague to read them again. If they do not match, the key may not be theirs.' }]
        return { ...(await changesPage(deps, context, { id, faults, given: body.heard })), events: outcome.events, status: 422 }
      },
    }),
  ] // prettier-ignore
}

function refusal(outcome: Extract<Awaited<ReturnType<typeof offerKey>>, { kind: 'refused' }>): Reply {
  return {
    events: outcome.events,
    status: 403,
    view: { template: 'refusal.njk', data: { letter: outcome.letter } },
  }
}

async function keysPage(
  deps: EnrolDeps,
  context: PersonContext,
  data: Readonly<Record<string, unknown>>,
): Promise<Reply> {
  const enrolled = await findEnrolledKey(context.tx, context.person.id)
  const waiting = await findWaitingKeyOf(context.tx, context.person.id)
  const changes = await changesFor(deps, context)
  const published = deps.signingKeys.published
  const shown = {
    enrolled,
    waiting,
    changes: changes.length,
    gatewayKey: armoredKeys(published),
    gatewayKeys: published,
  }
  return { events: [viewed(context, '/keys')], view: { template: 'keys.njk', data: { ...data, ...shown } } }
}

async function changesPage(
  deps: EnrolDeps,
  context: PersonContext,
  mistaken: { readonly id?: string; readonly faults?: readonly FieldFault[]; readonly given?: string },
): Promise<Reply> {
  const changes = await changesFor(deps, context)
  return {
    events: [looked(context, changes.length)],
    view: { template: 'key-changes.njk', data: { changes, mistaken } },
  }
}

function viewed(context: PersonContext, form: string) {
  return {
    type: 'form.viewed',
    actor: personActor(context.person, context.ip),
    subjects: [],
    correlation: context.requestId,
    detail: { form },
  } as const
}

function looked(context: PersonContext, shown: number) {
  return { ...viewed(context, '/keys/changes'), type: 'keys.viewed', detail: { shown } } as const
}
