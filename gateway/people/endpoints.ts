// Who I am, and the key that I collect with; the start page for whoever is not signed in.
import { z } from 'zod'
import { endpoint, openEndpoint, type Endpoint, type PersonContext, type Reply } from '../http/endpoint.ts'
import { personActor } from '../http/who.ts'
import { answerChallenge, offerKey, type EnrolDeps } from './enrol.ts'
import { findEnrolledKey } from './store.ts'

const armored = z.string().max(100_000)
const answerBody = z.strictObject({
  fingerprint: z.string().regex(/^[0-9a-fA-F]{40}$/, 'A fingerprint has 40 hexadecimal digits.'),
  answer: z.string().min(1).max(100),
})

export function peopleEndpoints(deps: EnrolDeps): Endpoint[] {
  return [...api(deps), ...pages(deps)]
}

function api(deps: EnrolDeps): Endpoint[] {
  const surface = 'api'
  return [
    endpoint({
      surface, method: 'get', path: '/api/v1/me', summary: 'Who you are here', input: {},
      answers: z.object({ name: z.string(), email: z.string(), party: z.string(), roles: z.array(z.string()), keyFingerprint: z.string().optional() }),
      handle: async (context) => {
        const { name, email, party, roles } = context.person
        const key = await findEnrolledKey(context.tx, context.person.id)
        return { events: [viewed(context, '/api/v1/me')], json: { name, email, party, roles, ...(key && { keyFingerprint: key.fingerprint }) } }
      },
    }),
    endpoint({
      surface, method: 'post', path: '/api/v1/keys', summary: 'Offer an OpenPGP key; answers with an encrypted challenge', successStatus: 201,
      input: { body: z.strictObject({ armored }) },
      answers: z.object({ verdict: z.enum(['challenged', 'refused']) }).loose(),
      handle: async (context, { body }) => {
        const outcome = await offerKey(deps, context, body.armored)
        if (outcome.kind === 'refused') return { events: outcome.events, status: 403, json: outcome.letter }
        return { events: outcome.events, status: outcome.value.verdict === 'challenged' ? 201 : 422, json: outcome.value }
      },
    }),
    endpoint({
      surface, method: 'post', path: '/api/v1/keys/answer', summary: 'Answer the challenge: the key is enrolled', input: { body: answerBody },
      answers: z.object({ enrolled: z.boolean() }),
      handle: async (context, { body }) => {
        const outcome = await answerChallenge(deps, context, body.fingerprint.toUpperCase(), body.answer)
        if (outcome.kind === 'refused') return { events: outcome.events, status: 403, json: outcome.letter }
        return { events: outcome.events, status: outcome.value.wrong ? 422 : 200, json: { enrolled: !outcome.value.wrong } }
      },
    }),
  ] // prettier-ignore
}

function pages(deps: EnrolDeps): Endpoint[] {
  const surface = 'page'
  return [
    openEndpoint({
      surface, method: 'get', path: '/start', summary: 'What this is, and the way in', input: {},
      handle: (context) => Promise.resolve({
        events: [{ type: 'form.viewed', actor: { kind: 'unknown', ip: context.ip }, subjects: [], correlation: context.requestId, detail: { form: '/start' } }],
        view: { template: 'start.njk', data: {} },
      }),
    }),
    endpoint({ surface, method: 'get', path: '/keys', summary: 'Your key', input: {}, handle: (context) => keysPage(context, {}) }),
    endpoint({
      surface, method: 'post', path: '/keys', summary: 'Offer a key', input: { body: z.strictObject({ armored }) },
      handle: async (context, { body }) => {
        const outcome = await offerKey(deps, context, body.armored)
        if (outcome.kind === 'refused') return { events: outcome.events, status: 403, view: { template: 'refusal.njk', data: { letter: outcome.letter } } }
        const shown = await keysPage(context, outcome.value.verdict === 'refused' ? { faults: outcome.value.faults, given: body.armored } : { offered: outcome.value })
        return { ...shown, events: outcome.events, status: outcome.value.verdict === 'refused' ? 422 : 200 }
      },
    }),
    endpoint({
      surface, method: 'post', path: '/keys/answer', summary: 'Answer the challenge', input: { body: answerBody },
      handle: async (context, { body }) => {
        const outcome = await answerChallenge(deps, context, body.fingerprint.toUpperCase(), body.answer)
        if (outcome.kind === 'refused') return { events: outcome.events, status: 403, view: { template: 'refusal.njk', data: { letter: outcome.letter } } }
        if (!outcome.value.wrong) return { events: outcome.events, redirect: '/keys' }
        const faults = [{ code: 'key.answer-wrong', message: 'That is not the code in the message.', remedy: 'Decrypt the message again and copy the whole code. After five tries, offer the key again.' }]
        return { ...(await keysPage(context, { faults, offered: { fingerprint: body.fingerprint } })), events: outcome.events, status: 422 }
      },
    }),
  ] // prettier-ignore
}

async function keysPage(context: PersonContext, data: Readonly<Record<string, unknown>>): Promise<Reply> {
  const enrolled = await findEnrolledKey(context.tx, context.person.id)
  return { events: [viewed(context, '/keys')], view: { template: 'keys.njk', data: { ...data, enrolled } } }
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
