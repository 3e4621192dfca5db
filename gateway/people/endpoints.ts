// Who I am; the start page for whoever is not signed in; and everything about people's keys.
import { z } from 'zod'
import { endpoint, openEndpoint, type Endpoint } from '../http/endpoint.ts'
import { personActor } from '../http/who.ts'
import type { EnrolDeps } from './enrol.ts'
import { keyEndpoints } from './key-endpoints.ts'
import { findEnrolledKey } from './store.ts'

export function peopleEndpoints(deps: EnrolDeps): Endpoint[] {
  return [
    endpoint({
      surface: 'api', method: 'get', path: '/api/v1/me', summary: 'Who you are here', input: {},
      answers: z.object({ name: z.string(), email: z.string(), party: z.string(), roles: z.array(z.string()), keyFingerprint: z.string().optional() }),
      handle: async ({ tx, person, ip, requestId }) => {
        const { name, email, party, roles } = person
        const key = await findEnrolledKey(tx, person.id)
        return {
          events: [{ type: 'form.viewed', actor: personActor(person, ip), subjects: [], correlation: requestId, detail: { form: '/api/v1/me' } }],
          json: { name, email, party, roles, ...(key && { keyFingerprint: key.fingerprint }) },
        }
      },
    }),
    openEndpoint({
      surface: 'page', method: 'get', path: '/start', summary: 'What this is, and the way in', input: {},
      handle: (context) => Promise.resolve({
        events: [{ type: 'form.viewed', actor: { kind: 'unknown', ip: context.ip }, subjects: [], correlation: context.requestId, detail: { form: '/start' } }],
        view: { template: 'start.njk', data: {} },
      }),
    }),
    ...keyEndpoints(deps),
  ] // prettier-ignore
}
