// The export over JSON: rehearsing and releasing at HMI Prisons, and collecting, verifying and acknowledging by the team.
import { z } from 'zod'
import { endpoint, type Endpoint } from '../http/endpoint.ts'
import { csvHeader, csvLines } from '../packages/csv.ts'
import { asJson, seeing, type ExportDeps } from './act.ts'
import { acknowledgeDelivery, collectDelivery, type CollectDeps } from './collect.ts'
import { viewChanges, viewDelivery, viewNext, viewYear, type Changes } from './look.ts'
import { changeFields } from './package-fields.ts'
import { linesOf } from './package-format.ts'
import { proveDelivery, type ProveDeps } from './prove.ts'
import { putForward, withdraw } from './put-forward.ts'
import { rehearse } from './rehearse.ts'
import { release } from './release.ts'
import {
  changesAnswer, deliveryAnswer, idParams, nextAnswer, numberOrLatest, numberParams, proofParams, putForwardBody, rehearsalAnswer, rehearseBody, subscribeBody, yearAnswer,
  yearQuery,
} from './schemas.ts' // prettier-ignore
import { setSubscribed } from './subscriptions.ts'
import { writeChanges, writeDelivery, writeNext, writeRehearsal, writeSeen, writeYear } from './written.ts'

const at = { surface: 'api' } as const
/** What an answer holds at once; a package has all of them. */
export const mostChanges = 20_000

export function exportApi(deps: CollectDeps & ProveDeps): Endpoint[] {
  return [...releasing(deps), ...receiving(deps)]
}

function releasing(deps: ExportDeps): Endpoint[] {
  return [
    endpoint({
      ...at, method: 'get', path: '/api/v1/exports/next', summary: 'The export that is owed next, and how its rehearsal went', input: {}, answers: nextAnswer,
      handle: async (context) => asJson(await viewNext(deps, context, 'json'), (next) => ({ json: writeNext(next, context.now) })),
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/exports/rehearse', summary: 'Rehearse an export: nothing is made', input: { body: rehearseBody }, answers: rehearsalAnswer,
      handle: async (context, { body }) => asJson(await rehearse(deps, context, body), ({ quarter, rehearsal }) => ({ json: writeRehearsal(quarter, rehearsal, context.now) })),
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/exports', summary: 'Put forward what was rehearsed', input: { body: putForwardBody }, successStatus: 201,
      answers: z.object({ id: z.uuid(), quarterEndsOn: z.iso.date() }),
      handle: async (context, { body }) => asJson(await putForward(deps, context, body), (made) => ({ status: 201, json: made })),
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/exports/:id/release', summary: 'Release what somebody else put forward', input: { params: idParams },
      answers: z.object({ id: z.uuid(), number: z.int() }),
      handle: async (context, { params }) => asJson(await release(deps, context, params.id), (released) => ({ json: released })),
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/exports/:id/withdraw', summary: 'Take back what was put forward', input: { params: idParams },
      answers: z.object({ id: z.uuid(), state: z.literal('withdrawn') }),
      handle: async (context, { params: { id } }) => asJson(await withdraw(deps, context, id), () => ({ json: { id, state: 'withdrawn' } })),
    }),
  ] // prettier-ignore
}

function receiving(deps: CollectDeps & ProveDeps): Endpoint[] {
  return [
    endpoint({
      ...at, method: 'get', path: '/api/v1/deliveries', summary: 'A year of deliveries', input: { query: yearQuery }, answers: yearAnswer,
      handle: async (context, { query }) => asJson(await viewYear(deps, context, 'json', query.year), (year) => ({ json: writeYear(year) })),
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/deliveries/subscription', summary: 'Choose whether to be told of each delivery', input: { body: subscribeBody },
      answers: subscribeBody,
      handle: async (context, { body }) => asJson(await subscribe(deps, context, body.subscribed), () => ({ json: body })),
    }),
    endpoint({
      ...at, method: 'get', path: '/api/v1/deliveries/:number', summary: 'A delivery, by its number or `latest`', input: { params: numberOrLatest }, answers: deliveryAnswer,
      handle: async (context, { params }) => asJson(await viewDelivery(deps, context, params.number, 'json'), (seen) => ({ json: writeSeen(seen) })),
    }),
    endpoint({
      ...at, method: 'get', path: '/api/v1/deliveries/:number/manifest', summary: 'The signed manifest of a delivery (compact JWS)', input: { params: numberOrLatest },
      handle: async (context, { params }) => asJson(await viewDelivery(deps, context, params.number, 'json'), ({ delivery }) => ({ contentType: 'application/jose', json: delivery.manifest })),
    }),
    endpoint({
      ...at, method: 'get', path: '/api/v1/deliveries/:number/proofs/:what', summary: 'The proof that a delivery was sent, or its copy destroyed (C2SP tlog-proof)', input: { params: proofParams },
      handle: async (context, { params }) => asJson(await proveDelivery(deps, context, params.number, params.what), (file) => file),
    }),
    endpoint({
      ...at, method: 'get', path: '/api/v1/deliveries/:number/package', summary: 'Collect a delivery, encrypted to your own key', input: { params: numberOrLatest },
      handle: async (context, { params }) => asJson(await collectDelivery(deps, context, params.number), (stream) => ({ stream })),
    }),
    endpoint({
      ...at, method: 'get', path: '/api/v1/deliveries/:number/changes', summary: 'What changed since the delivery before', input: { params: numberParams }, answers: changesAnswer,
      handle: async (context, { params }) => asJson(await viewChanges(deps, context, params.number, { as: 'json', most: mostChanges }), (found) => ({ json: writeChanges(found) })),
    }),
    endpoint({
      ...at, method: 'get', path: '/api/v1/deliveries/:number/changes.csv', summary: 'The same as CSV', input: { params: numberParams },
      handle: async (context, { params }) => asJson(await viewChanges(deps, context, params.number, { as: 'json', most: mostChanges }), changesCsv),
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/deliveries/:number/acknowledge', summary: 'Say that a delivery arrived whole', input: { params: numberParams }, answers: deliveryAnswer,
      handle: async (context, { params }) => asJson(await acknowledgeDelivery(deps, context, params.number), (delivery) => ({ json: writeDelivery(delivery) })),
    }),
  ] // prettier-ignore
}

export function changesCsv({ changes }: Changes) {
  const text = `${csvHeader(changeFields)}${csvLines(changes.flatMap(linesOf), changeFields)}`
  return { contentType: 'text/csv', json: text }
}

export function subscribe(deps: ExportDeps, context: Parameters<typeof seeing>[1], subscribed: boolean) {
  return seeing(deps, context, async (base) => {
    await setSubscribed(context.tx, context.person.id, subscribed, context.now)
    return {
      value: undefined,
      events: [{ ...base, type: 'concerns-export.subscribed', detail: { subscribed } }],
    }
  })
}
