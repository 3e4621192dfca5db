// The journey as pages: home, the request builder, a request with its timeline and what can be done with it, the refusal
// letter, the certificate. The same acts as over JSON.
import { z } from 'zod'
import type { Outcome } from '../decisions/judge.ts'
import { endpoint, type Endpoint, type PersonContext, type Reply } from '../http/endpoint.ts'
import { listed } from './api.ts'
import { acknowledgeTransfer } from './acknowledge.ts'
import type { Done } from './act.ts'
import { attestCopies } from './attest.ts'
import { armoredKeys } from '../signing/published.ts'
import { approveTransfer, returnTransfer } from './approve.ts'
import { builderPages } from './builder-pages.ts'
import { viewCertificate } from './certificate-view.ts'
import { formViewed } from './check.ts'
import { collectTransfer } from './collect.ts'
import { suppliesDue } from './duties.ts'
import { waitingOn } from '../waiting.ts'
import type { TransferDeps } from './deps.ts'
import { dueToBeDestroyed, listFor } from './list.ts'
import { refusalPage } from './refusal-page.ts'
import { transferPage } from './request-page.ts'
import { answerMedia, endCopy, receiveCopy, registerCopy } from './outside-copies.ts'
import * as copies from './outside-copy-schemas.ts'
import { owedTo, owedViewed } from './owed.ts'
import { attestBody, returnBody, supplyBody, transferParams } from './schemas.ts'
import { viewTransfer } from './view.ts'
import { supplyTransfer } from './supply.ts'
import { orAgain } from '../http/again.ts'
import { checkFields } from '../http/input.ts'
import type { FieldFault } from '../http/problem.ts'
import { supplyForm, supplyGiven } from './supply-form.ts'

const page = { surface: 'page', method: 'get' } as const
const post = { surface: 'page', method: 'post' } as const
const params = transferParams
const attestForm = z.strictObject({ outcome: z.string().max(20).default(''), everyCopy: z.string().max(10).default('') }) // prettier-ignore

export function transferPages(deps: TransferDeps): Endpoint[] {
  return [
    endpoint({
      ...page, path: '/', summary: 'Home: waiting on you, your requests, due to be destroyed', input: {},
      handle: (context) => home(deps, context),
    }),
    ...builderPages(deps),
    endpoint({
      ...page, path: '/requests/:id', summary: 'A request, its timeline, and what you can do', input: { params },
      handle: (context, { params: { id } }) => transferPage(deps, context, id),
    }),
    ...acting(deps),
    ...outside(deps),
    endpoint({
      ...post, path: '/requests/:id/package', summary: 'Collect; a form, since it changes what the ledger says', input: { params },
      handle: async (context, { params: { id } }) => {
        const outcome = await collectTransfer(deps, context, id)
        return outcome.kind === 'refused' ? refusalPage(outcome) : { events: outcome.events, stream: outcome.value }
      },
    }),
    endpoint({
      ...page, path: '/open', summary: 'Open a package that you have, in the browser and without a network', input: {},
      handle: (context) => Promise.resolve({
        events: [formViewed(context, '/open')],
        view: { template: 'open.njk', data: { gatewayKey: armoredKeys(deps.signingKeys.published) } },
      }),
    }),
    endpoint({
      ...page, path: '/requests/:id/open', summary: 'Collect and open in the browser', input: { params },
      handle: async (context, { params: { id } }) => {
        const { transfer, event } = await viewTransfer(deps, context, id)
        return { events: [event], view: { template: 'open.njk', data: { transfer, gatewayKey: armoredKeys(deps.signingKeys.published) } } }
      },
    }),
    endpoint({
      ...page, path: '/requests/:id/certificate', summary: 'The certificate of destruction', input: { params },
      handle: async (context, { params: { id } }) => {
        const { event, transfer, ...data } = await viewCertificate(deps, context, id)
        const about = { title: `Request ${transfer.reference}`, page: `/requests/${id}`, marking: transfer.marking, what: `The package of request ${transfer.reference}` }
        return { events: [event], view: { template: 'certificate.njk', data: { ...data, about } } }
      },
    }),
  ] // prettier-ignore
}

/** Paper and removable media. */
function outside(deps: TransferDeps): Endpoint[] {
  const ofOne = copies.copyParams
  return [
    endpoint({
      ...post, path: '/requests/:id/copies', summary: 'Register a copy on paper, or ask for one on a removable medium', input: { params, body: copies.copyForm },
      handle: (context, { params: { id }, body }) => tried(deps, context, id, 'copy', body, checkFields(copies.copyBody, copies.copyGiven(body)), (data) => registerCopy(deps, context, id, data)),
    }),
    endpoint({
      ...post, path: '/requests/:id/copies/:copy/receive', summary: 'Say that paper that was handed over arrived', input: { params: ofOne },
      handle: async (context, { params: { id, copy } }) => backTo(await receiveCopy(deps, context, id, copy)),
    }),
    endpoint({
      ...post, path: '/requests/:id/copies/:copy/answer', summary: 'Allow a removable medium or not, as an assurance officer', input: { params: ofOne, body: copies.answerForm },
      handle: (context, { params: { id, copy }, body }) => tried(deps, context, id, `answer-${copy}`, body, checkFields(copies.answerBody, { reason: body.reason, ...(body.approved !== '' && { approved: body.approved === 'yes' }) }), (data) => answerMedia(deps, context, id, copy, data)),
    }),
    endpoint({
      ...post, path: '/requests/:id/copies/:copy/end', summary: 'Say how a copy on paper or on a removable medium ended', input: { params: ofOne, body: copies.endingForm },
      handle: (context, { params: { id, copy }, body }) => tried(deps, context, id, `end-${copy}`, body, checkFields(copies.endingBody, copies.endingGiven(body)), (data) => endCopy(deps, context, id, copy, data)),
    }),
  ] // prettier-ignore
}

function acting(deps: TransferDeps): Endpoint[] {
  return [
    endpoint({
      ...post, path: '/requests/:id/approve', summary: 'Approve', input: { params },
      handle: async (context, { params: { id } }) => backTo(await approveTransfer(deps, context, id)),
    }),
    endpoint({
      ...post, path: '/requests/:id/return', summary: 'Return for a change', input: { params, body: z.strictObject({ reason: z.string().max(8000).default('') }) },
      handle: async (context, { params: { id }, body }) => {
        const checked = checkFields(returnBody, body)
        return 'faults' in checked ? again(deps, context, id, 'return', body, checked.faults) : backTo(await returnTransfer(deps, context, id, checked.data.reason))
      },
    }),
    endpoint({
      ...post, path: '/requests/:id/supply', summary: 'Supply, part-supply or escalate', input: { params, body: supplyForm },
      handle: async (context, { params: { id }, body }) => {
        const checked = checkFields(supplyBody, supplyGiven(body))
        return 'faults' in checked ? again(deps, context, id, 'supply', body, checked.faults) : backTo(await supplyTransfer(deps, context, id, checked.data))
      },
    }),
    endpoint({
      ...post, path: '/requests/:id/attest', summary: 'Say what became of every copy that you took', input: { params, body: attestForm },
      handle: async (context, { params: { id }, body }) => {
        const checked = checkFields(attestBody, { ...body, everyCopy: body.everyCopy === 'yes' })
        return 'faults' in checked ? again(deps, context, id, 'attest', body, checked.faults) : backTo(await attestCopies(deps, context, id, checked.data.outcome))
      },
    }),
    endpoint({
      ...post, path: '/requests/:id/acknowledge', summary: 'Say that the package arrived whole', input: { params },
      handle: async (context, { params: { id } }) => backTo(await acknowledgeTransfer(deps, context, id)),
    }),
  ] // prettier-ignore
}

async function home(deps: TransferDeps, context: PersonContext): Promise<Reply> {
  const { waitingOnYou, yours } = await listFor(deps, context)
  const due = await dueToBeDestroyed(context, [...yours, ...waitingOnYou])
  const supplyDue = await suppliesDue(context.tx, [...yours, ...waitingOnYou].map((transfer) => transfer.id)) // prettier-ignore
  const owed = await owedTo(deps, context)
  const others = await waitingOn(context, deps.binds(context.person.party))
  const events = [listed(context, yours.length + waitingOnYou.length), owedViewed(context, owed.yours.length + owed.others.length + others.length), formViewed(context, '/')] as const // prettier-ignore
  return {
    events,
    view: {
      template: 'home.njk',
      data: {
        waitingOnYou,
        others,
        yours,
        due,
        owed,
        supplyDue,
        datasets: deps.datasets,
        establishments: deps.establishments,
        askers: deps.exchanges
          .askers(context.now)
          .filter(({ party, from }) => [party, from].includes(context.person.party)),
      },
    },
  }
}

/** The same page with what was typed and what is wrong with it. */
async function again(
  deps: TransferDeps,
  context: PersonContext,
  id: string,
  form: string,
  given: unknown,
  faults: readonly FieldFault[],
): Promise<Reply> {
  const shown = await transferPage(deps, context, id, { form, given, faults })
  return { ...shown, status: 400 }
}

/** One form of the page: done, or shown again with what is wrong in it, also where that only shows in the doing. */
async function tried<T>(
  deps: TransferDeps,
  context: PersonContext,
  id: string,
  form: string,
  given: unknown,
  checked: { data: T } | { faults: FieldFault[] },
  act: (data: T) => Promise<Outcome<Done>>,
): Promise<Reply> {
  if ('faults' in checked) return again(deps, context, id, form, given, checked.faults)
  return orAgain(
    context,
    async () => backTo(await act(checked.data)),
    (problem) => again(deps, context, id, form, given, problem.fields),
  )
}

function backTo(outcome: Outcome<Done>): Reply {
  if (outcome.kind === 'refused') return refusalPage(outcome)
  return { events: outcome.events, redirect: `/requests/${outcome.value.id}` }
}
