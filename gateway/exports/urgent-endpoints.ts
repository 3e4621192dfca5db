// Urgent concerns over JSON and as a page.
import { z } from 'zod'
import { orAgain } from '../http/again.ts'
import { endpoint, type Endpoint, type PersonContext, type Reply } from '../http/endpoint.ts'
import { checkFields } from '../http/input.ts'
import type { FieldFault } from '../http/problem.ts'
import { asPage } from '../decisions/replies.ts'
import { findEnrolledKey } from '../people/store.ts'
import { asJson } from './act.ts'
import type { CollectDeps } from './collect.ts'
import { collectUrgent } from './urgent-collect.ts'
import { findings, type UrgentShare } from './urgent-store.ts'
import { reviewUrgent, shareUrgently, viewUrgent } from './urgent.ts'

const params = z.strictObject({ id: z.uuid('This is not the id of an urgent share.') })
const concern = z.string().trim().toUpperCase().min(1).max(40)
const shareBody = z.strictObject({
  concern,
  people: z.array(z.uuid()).max(50),
  reason: z.string().trim().max(4000),
})
const reviewBody = z.strictObject({
  finding: z.enum(findings, 'Say whether it was right to share it at once.'),
  words: z.string().trim().min(1, 'Say why.').max(4000),
})
/** What a form has to say; over JSON the rules refuse what is missing. */
const shareTyped = z.strictObject({
  concern: z
    .string()
    .trim()
    .toUpperCase()
    .min(1, 'Give the id of the concern. It stands on its page.')
    .max(40),
  people: z.array(z.uuid()).min(1, 'Choose at least one person.').max(50),
  reason: z.string().trim().min(1, 'Say why it cannot wait.').max(4000),
})

const ids = z.preprocess(
  (value) => (value === undefined || value === '' ? [] : [value].flat()),
  z.array(z.uuid()).max(50),
)
const typed = z.string().max(8000).default('')
const shareForm = z.strictObject({ concern: typed, people: ids, reason: typed })
const reviewForm = z.strictObject({ finding: typed, words: typed })

const shareAnswer = z.object({
  id: z.uuid(), reference: z.string(), concern: z.string(), sharedAt: z.iso.datetime(), reviewBy: z.iso.datetime(), finding: z.enum(findings).optional(),
  people: z.array(z.object({ id: z.uuid(), name: z.string(), collectedAt: z.iso.datetime().optional() })),
}) // prettier-ignore

function writeShare({ id, reference, concern: about, sharedAt, reviewBy, review, recipients }: UrgentShare) {
  return {
    id, reference, concern: about, sharedAt: sharedAt.toISOString(), reviewBy: reviewBy.toISOString(), ...(review && { finding: review.finding }),
    people: recipients.map(({ id: person, name, collectedAt }) => ({ id: person, name, ...(collectedAt && { collectedAt: collectedAt.toISOString() }) })),
  } // prettier-ignore
}

export function urgentEndpoints(deps: CollectDeps): Endpoint[] {
  return [...overJson(deps), ...asPages(deps)]
}

function overJson(deps: CollectDeps): Endpoint[] {
  const at = { surface: 'api' } as const
  return [
    endpoint({
      ...at, method: 'get', path: '/api/v1/urgent-concerns', summary: 'Urgent concerns that were shared between quarters', input: {},
      answers: z.object({ shares: z.array(shareAnswer), team: z.array(z.object({ id: z.uuid(), name: z.string() })) }),
      handle: async (context) => asJson(await viewUrgent(deps, context, 'json'), ({ shares, team }) => ({ json: { shares: shares.map(writeShare), team } })),
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/urgent-concerns', summary: 'Share one urgent concern at once with named members of the team', input: { body: shareBody }, successStatus: 201,
      answers: shareAnswer,
      handle: async (context, { body }) => asJson(await shareUrgently(deps, context, body), (share) => ({ status: 201, json: writeShare(share) })),
    }),
    endpoint({
      ...at, method: 'get', path: '/api/v1/urgent-concerns/:id/package', summary: 'Collect an urgent concern, encrypted to your own key', input: { params },
      handle: async (context, { params: { id } }) => asJson(await collectUrgent(deps, context, id), (stream) => ({ stream })),
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/urgent-concerns/:id/review', summary: 'Close the review of an urgent share', input: { params, body: reviewBody },
      answers: z.object({ id: z.uuid(), finding: z.enum(findings) }),
      handle: async (context, { params: { id }, body }) => asJson(await reviewUrgent(deps, context, id, body), (reviewed) => ({ json: reviewed })),
    }),
  ] // prettier-ignore
}

function asPages(deps: CollectDeps): Endpoint[] {
  const at = { surface: 'page' } as const
  const back = () => ({ redirect: '/urgent-concerns' })
  return [
    endpoint({
      ...at, method: 'get', path: '/urgent-concerns', summary: 'Urgent concerns', input: { query: z.strictObject({ concern: typed }) }, handle: (context, { query }) => page(deps, context, query),
    }),
    endpoint({
      ...at, method: 'post', path: '/urgent-concerns', summary: 'Share an urgent concern', input: { body: shareForm },
      handle: async (context, { body }) => {
        const checked = checkFields(shareTyped, body)
        if ('faults' in checked) return page(deps, context, body, checked.faults)
        return orAgain(
          context,
          async () => asPage(await shareUrgently(deps, context, checked.data), back),
          ({ fields }) => page(deps, context, body, fields),
        )
      },
    }),
    endpoint({
      ...at, method: 'post', path: '/urgent-concerns/:id/package', summary: 'Collect an urgent concern', input: { params },
      handle: async (context, { params: { id } }) => asPage(await collectUrgent(deps, context, id), (stream) => ({ stream })),
    }),
    endpoint({
      ...at, method: 'post', path: '/urgent-concerns/:id/review', summary: 'Close the review of an urgent share', input: { params, body: reviewForm },
      handle: async (context, { params: { id }, body }) => {
        const checked = checkFields(reviewBody, body)
        if ('faults' in checked) return page(deps, context, { ...body, reviewing: id }, checked.faults)
        return asPage(await reviewUrgent(deps, context, id, checked.data), back)
      },
    }),
  ] // prettier-ignore
}

async function page(
  deps: CollectDeps,
  context: PersonContext,
  given: Readonly<Record<string, unknown>> = {},
  faults: readonly FieldFault[] = [],
): Promise<Reply> {
  const { person } = context
  const mayShare = person.party === deps.concernsExport.from && person.roles.includes('export-releaser')
  const mayReview = person.party === deps.concernsExport.from && person.roles.includes('assurance-officer')
  const hasKey = (await findEnrolledKey(context.tx, person.id)) !== undefined
  return asPage(await viewUrgent(deps, context, 'page'), (found) => ({
    ...(faults.length > 0 && { status: 400 }),
    view: {
      template: 'urgent-concerns.njk',
      data: { ...found, given, faults, mayShare, mayReview, hasKey, now: context.now },
    },
  }))
}
