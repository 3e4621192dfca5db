// Paperwork over HTTP, as pages that print and as JSON: of a request, of one that was refused, and of an agreement. Who may see
// the paperwork of a request is who may see the request.
import { z } from 'zod'
import type { LedgerEvent } from '../../../audit/events.ts'
import { londonDate } from '../../../policies/calendar.ts'
import { factsShape } from '../../../policies/facts.ts'
import { policyHash } from '../../decisions/judge.ts'
import { endpoint, type Endpoint, type PersonContext, type Reply } from '../../http/endpoint.ts'
import { notFound, stateConflict } from '../../http/problem.ts'
import { personActor } from '../../http/who.ts'
import { asJson, asPage } from '../../decisions/replies.ts'
import { allowed } from '../../people/allowed.ts'
import { factsOfPerson } from '../../people/facts.ts'
import { transferParams } from '../../transfers/schemas.ts'
import { viewTransfer } from '../../transfers/view.ts'
import { PastLost } from '../past.ts'
import type { AgreementDeps } from '../reading.ts'
import { keyParams } from '../schemas.ts'
import { codeCheck, recordOfProcessing } from './agreement-forms.ts'
import type { Agreements } from '../../../policies/agreements.ts'
import {
  caseOfRefusal,
  caseOfTransfer,
  decidedBy,
  findRefusal,
  nobodys,
  type DecidedBy,
  type RequestCase,
} from './case.ts'
import type { Form } from './form.ts'
import { dataMovementForm, decisionRecord } from './request-forms.ts'

const rowAnswer = z.object({
  question: z.string(),
  answer: z.string().optional(),
  missing: z.string().optional(),
  clauses: z.array(z.string()),
  local: z.boolean(),
})
export const formAnswer = z.object({
  title: z.string(),
  about: z.string(),
  sections: z.array(z.object({ title: z.string(), rows: z.array(rowAnswer) })),
  missing: z.int(),
})

const decisionParams = z.strictObject({ id: z.uuid('This is not the reference of a decision.') })

const ofRequest = [
  { name: 'decision-record', summary: 'The decision record of a request, as the ICO’s code asks for it', make: decisionRecord },
  { name: 'data-movement-form', summary: 'The Data Movement Form of a request', make: dataMovementForm },
] as const // prettier-ignore

const ofAgreement = [
  { name: 'record-of-processing', summary: 'The entry of an agreement in the record of processing', make: recordOfProcessing },
  { name: 'code-check', summary: 'The check of an agreement against the ICO’s data sharing code', make: codeCheck },
] as const // prettier-ignore

export function paperworkEndpoints(deps: AgreementDeps): Endpoint[] {
  return [
    ...ofRequest.flatMap((form) => requestForm(deps, form)),
    ...refusalRecord(deps),
    ...ofAgreement.flatMap((form) => agreementForm(deps, form)),
  ]
}

function requestForm(deps: AgreementDeps, { name, summary, make }: (typeof ofRequest)[number]): Endpoint[] {
  const at = { method: 'get', summary, input: { params: transferParams } } as const
  const path = `/requests/:id/${name}`
  const made = async (context: PersonContext, id: string) => {
    const { transfer, event } = await viewTransfer(deps, context, id)
    const by = await decidedBy(context.tx, id)
    if (!by) throw notFound()
    const found = await caseOfTransfer(await ruledBy(deps, context, by), context, { transfer, by })
    return { event: { ...event, type: 'paperwork.made', detail: { form: name } } as const, ...filled(found, make) }
  } // prettier-ignore
  return [
    endpoint({ ...at, surface: 'page', path, handle: async (context, { params: { id } }) => shown(await made(context, id), `/requests/${id}`) }),
    endpoint({ ...at, surface: 'api', path: `/api/v1${path}`, answers: formAnswer, handle: async (context, { params: { id } }) => told(await made(context, id)) }),
  ] // prettier-ignore
}

interface Made {
  readonly event: LedgerEvent
  readonly form: Form
  readonly reference: string
}

/** @throws {Problem} `not-found` where the agreement that it was made under is not there any more */
function filled(found: RequestCase | undefined, make: (request: RequestCase) => Form) {
  if (!found) throw notFound()
  return { form: make(found), reference: found.reference }
}

function shown({ event, form, reference }: Made, back: string): Reply {
  return { events: [event], view: { template: 'paperwork.njk', data: { form, reference, back, marking: 'OFFICIAL-SENSITIVE' } } } // prettier-ignore
}

function told({ event, form }: Made): Reply {
  return { events: [event], json: form }
}

function refusalRecord(deps: AgreementDeps): Endpoint[] {
  const at = { method: 'get', summary: 'The decision record of a request that was refused', input: { params: decisionParams } } as const // prettier-ignore
  return [
    endpoint({ ...at, surface: 'page', path: '/decisions/:id/record', handle: async (context, { params }) => shown(await recordOfRefusal(deps, context, params.id), '/') }),
    endpoint({ ...at, surface: 'api', path: '/api/v1/decisions/:id/record', answers: formAnswer, handle: async (context, { params }) => told(await recordOfRefusal(deps, context, params.id)) }),
  ] // prettier-ignore
}

/** The version that decided, which can be an older one than decides now. @throws {Problem} where it is not kept any more */
async function ruledBy(
  { policies }: AgreementDeps,
  { tx }: PersonContext,
  by: DecidedBy,
): Promise<Agreements> {
  const { standing, pack_hash: packHash, decided_at: at } = by
  try {
    return await policies.asOf(tx, { standing, packHash, at })
  } catch (error) {
    if (error instanceof PastLost) throw stateConflict(`${error.message} Ask the operator.`)
    throw error
  }
}

/** Judged as a look at the request that was refused; one that is not there is judged as nobody's. */
async function recordOfRefusal(deps: AgreementDeps, context: PersonContext, id: string): Promise<Made> {
  const refusal = await findRefusal(context, id)
  const asked = factsShape.safeParse(refusal?.facts).data?.transfer
  const facts = {
    ...(await factsOfPerson(context.tx, context.person, context.now)),
    transfer: asked ?? nobodys,
  }
  if (deps.judge.rehearse('view', facts).outcome === 'refusal' || !refusal || !asked) throw notFound()
  const judged = await deps.judge.judge(context, 'view', facts)
  if (judged.outcome === 'refusal') throw notFound()
  const all = await ruledBy(deps, context, refusal)
  const made = filled(await caseOfRefusal(all, context, refusal, asked), decisionRecord)
  const { permit, decisionId } = judged
  const event = {
    type: 'paperwork.made',
    actor: personActor(context.person, context.ip),
    subjects: [{ kind: 'decision', id }],
    correlation: context.requestId,
    agreement: asked.agreement,
    decision: decisionId,
    policy: policyHash(permit.pack),
    clauses: [...permit.tested],
    detail: { form: 'decision-record' },
  } as const
  return { ...made, event }
}

function agreementForm(
  deps: AgreementDeps,
  { name, summary, make }: (typeof ofAgreement)[number],
): Endpoint[] {
  const at = { method: 'get', summary, input: { params: keyParams } } as const
  const path = `/agreements/:key/${name}`
  const made = (context: PersonContext, key: string) =>
    allowed(deps, context, 'read-agreements', ({ base }) => {
      const all = deps.policies.on(londonDate(context.now))
      const agreement = all.agreements.get(key)
      if (!agreement) throw notFound()
      const event = { ...base, type: 'paperwork.made', subjects: [], agreement: key, detail: { form: name } } as const // prettier-ignore
      return Promise.resolve({ value: { form: make(all, agreement), agreement }, events: [event] })
    })
  return [
    endpoint({ ...at, surface: 'page', path, handle: async (context, { params: { key } }) => asPage(await made(context, key), ({ form, agreement }) => ({
      view: { template: 'paperwork.njk', data: { form, reference: `${agreement.title} (${key})`, back: `/agreements/${key}` } },
    })) }),
    endpoint({ ...at, surface: 'api', path: `/api/v1${path}`, answers: formAnswer, handle: async (context, { params: { key } }) => asJson(await made(context, key), ({ form }) => form) }),
  ] // prettier-ignore
}
