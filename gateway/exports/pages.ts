// The export as pages: a year of deliveries, the one that is next (rehearse, put forward, release), one delivery, what changed.
import { orAgain } from '../http/again.ts'
import { endpoint, type Endpoint, type PersonContext, type Reply } from '../http/endpoint.ts'
import { checkFields } from '../http/input.ts'
import type { FieldFault } from '../http/problem.ts'
import { z } from 'zod'
import { londonDate } from '../../policies/calendar.ts'
import { readOwnCertificate } from '../../keys/certificate.ts'
import { asPage } from '../decisions/replies.ts'
import type { ExportDeps } from './act.ts'
import { changesCsv, mostChanges, subscribe } from './api.ts'
import { acknowledgeDelivery, collectDelivery, type CollectDeps } from './collect.ts'
import { viewChanges, viewDelivery, viewEnd, viewNext, viewYear, type Seen } from './look.ts'
import { timelineOf } from './year-timeline.ts'
import { findEnrolledKey, findPersonById } from '../people/store.ts'
import { personalKinds } from '../personal-text.ts'
import { proveDelivery, type ProveDeps } from './prove.ts'
import { putForward, withdraw } from './put-forward.ts'
import { findingsOf } from './rehearsal.ts'
import { rehearse } from './rehearse.ts'
import { release } from './release.ts'
import {
  idParams,
  numberParams,
  proofParams,
  putForwardBody,
  rehearseBody,
  subscribeBody,
  yearQuery,
} from './schemas.ts'

const at = { surface: 'page' } as const
const mostOnPage = 500
const typed = z.string().max(8000).default('')
const putForwardForm = z.strictObject({ quarter: typed, amends: typed, reason: typed, findingsRead: typed })

export function exportPages(deps: CollectDeps & ProveDeps): Endpoint[] {
  return [...looking(deps), ...releasing(deps), ...receiving(deps)]
}

function looking(deps: ProveDeps): Endpoint[] {
  return [
    endpoint({
      ...at, method: 'get', path: '/deliveries', summary: 'A year of deliveries', input: { query: yearQuery },
      handle: async (context, { query }) => asPage(await viewYear(deps, context, 'page', query.year), (year) => ({
        view: { template: 'deliveries.njk', data: { ...year, timeline: timelineOf(year, londonDate(context.now)), ...roles(deps, context), exported: deps.concernsExport } },
      })),
    }),
    endpoint({
      ...at, method: 'get', path: '/deliveries/next', summary: 'The export that is owed next', input: {},
      handle: (context) => nextPage(deps, context),
    }),
    endpoint({
      ...at, method: 'get', path: '/deliveries/:number', summary: 'A delivery', input: { params: numberParams },
      handle: (context, { params }) => deliveryPage(deps, context, params.number),
    }),
    endpoint({
      ...at, method: 'get', path: '/deliveries/:number/manifest.jws', summary: 'The signed manifest of a delivery', input: { params: numberParams },
      handle: async (context, { params }) => asPage(await viewDelivery(deps, context, params.number, 'page'), ({ delivery }) => ({ contentType: 'application/jose', json: delivery.manifest })),
    }),
    endpoint({
      ...at, method: 'get', path: '/deliveries/:number/proofs/:what', summary: 'The proof that a delivery was sent, or its copy destroyed (C2SP tlog-proof)', input: { params: proofParams },
      handle: async (context, { params }) => asPage(await proveDelivery(deps, context, params.number, params.what), (file) => file),
    }),
    endpoint({
      ...at, method: 'get', path: '/deliveries/:number/certificate', summary: 'How the copy of a delivery ended', input: { params: numberParams },
      handle: async (context, { params }) => asPage(await viewEnd(deps, context, params.number), (end) => ({ view: endView(deps, end) })),
    }),
    endpoint({
      ...at, method: 'get', path: '/deliveries/:number/changes', summary: 'What changed', input: { params: numberParams },
      handle: async (context, { params }) => asPage(await viewChanges(deps, context, params.number, { as: 'page', most: mostOnPage }), (found) => ({
        view: { template: 'delivery-changes.njk', data: { ...found, establishments: deps.establishments } },
      })),
    }),
    endpoint({
      ...at, method: 'get', path: '/deliveries/:number/changes.csv', summary: 'What changed, as CSV', input: { params: numberParams },
      handle: async (context, { params }) => asPage(await viewChanges(deps, context, params.number, { as: 'page', most: mostChanges }), changesCsv),
    }),
  ] // prettier-ignore
}

async function deliveryPage(deps: ExportDeps, context: PersonContext, number: number): Promise<Reply> {
  const hasKey = (await findEnrolledKey(context.tx, context.person.id)) !== undefined
  return asPage(await viewDelivery(deps, context, number, 'page'), (seen) => ({
    view: { template: 'delivery.njk', data: { ...seen, ...roles(deps, context), hasKey, exported: deps.concernsExport } },
  }))
} // prettier-ignore

/** The certificate; until there is one, when there will be. */
function endView({ concernsExport }: ExportDeps, { delivery, item, certificate }: Seen) {
  const title = `Delivery ${delivery.number}`
  const about = { title, page: `/deliveries/${delivery.number}`, marking: concernsExport.marking, what: `The copy of delivery ${delivery.number} that was kept here` }
  if (!certificate) return { template: 'delivery-kept.njk', data: { about, item } }
  return { template: 'certificate.njk', data: { about, item, certificate, says: readOwnCertificate(certificate.jws) } }
} // prettier-ignore

function roles({ concernsExport }: ExportDeps, { person }: PersonContext) {
  const isOwn = person.party === concernsExport.from
  return {
    keepsRecords: person.roles.some((role) => role === 'records-manager' || role === 'assurance-officer'),
    mayRelease: isOwn && person.roles.includes('export-releaser'),
    onTeam: concernsExport.recipients.some((desk) =>
      person.roles.some((role) => desk === `${person.party}/${role}`),
    ),
  }
}

async function nextPage(
  deps: ExportDeps,
  context: PersonContext,
  given: Readonly<Record<string, string>> = {},
  faults: readonly FieldFault[] = [],
): Promise<Reply> {
  const outcome = await viewNext(deps, context, 'page')
  if (outcome.kind === 'refused') return asPage(outcome, () => ({}))
  const { rehearsal, underWay } = outcome.value
  const putForwardBy = underWay && (await findPersonById(context.tx, underWay.putForwardBy, context.now))
  const findings = rehearsal ? findingsOf(rehearsal.report) : 0
  return asPage(outcome, (next) => ({
    ...(faults.length > 0 && { status: 400 }),
    view: { template: 'export-next.njk', data: { ...next, ...roles(deps, context), findings, putForwardBy, personalKinds, given, faults, exported: deps.concernsExport } },
  })) // prettier-ignore
}

function releasing(deps: ExportDeps): Endpoint[] {
  const back = () => ({ redirect: '/deliveries/next' })
  return [
    endpoint({
      ...at, method: 'post', path: '/deliveries/next/rehearse', summary: 'Rehearse the export', input: { body: rehearseBody },
      handle: async (context, { body }) => asPage(await rehearse(deps, context, body), back),
    }),
    endpoint({
      ...at, method: 'post', path: '/deliveries/next', summary: 'Put the export forward', input: { body: putForwardForm },
      handle: (context, { body }) => putForwardPage(deps, context, body),
    }),
    endpoint({
      ...at, method: 'post', path: '/deliveries/next/:id/release', summary: 'Release the export', input: { params: idParams },
      handle: async (context, { params: { id } }) => asPage(await release(deps, context, id), back),
    }),
    endpoint({
      ...at, method: 'post', path: '/deliveries/next/:id/withdraw', summary: 'Take the export back', input: { params: idParams },
      handle: async (context, { params: { id } }) => asPage(await withdraw(deps, context, id), back),
    }),
  ] // prettier-ignore
}

async function putForwardPage(
  deps: ExportDeps,
  context: PersonContext,
  body: z.output<typeof putForwardForm>,
): Promise<Reply> {
  // A form sends what was left empty too.
  const filled = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== ''))
  const checked = checkFields(putForwardBody, filled)
  if ('faults' in checked) return nextPage(deps, context, body, checked.faults)
  return orAgain(
    context,
    async () =>
      asPage(await putForward(deps, context, checked.data), () => ({ redirect: '/deliveries/next' })),
    ({ fields }) => nextPage(deps, context, body, fields),
  )
}

function receiving(deps: CollectDeps): Endpoint[] {
  return [
    endpoint({
      ...at, method: 'post', path: '/deliveries/subscription', summary: 'Choose whether to be told of each delivery', input: { body: subscribeBody },
      handle: async (context, { body }) => asPage(await subscribe(deps, context, body.subscribed), () => ({ redirect: '/deliveries' })),
    }),
    endpoint({
      ...at, method: 'post', path: '/deliveries/:number/package', summary: 'Collect a delivery', input: { params: numberParams },
      handle: async (context, { params }) => asPage(await collectDelivery(deps, context, params.number), (stream) => ({ stream })),
    }),
    endpoint({
      ...at, method: 'post', path: '/deliveries/:number/acknowledge', summary: 'Say that a delivery arrived whole', input: { params: numberParams },
      handle: async (context, { params }) => asPage(await acknowledgeDelivery(deps, context, params.number), ({ number }) => ({ redirect: `/deliveries/${number}` })),
    }),
  ] // prettier-ignore
}
