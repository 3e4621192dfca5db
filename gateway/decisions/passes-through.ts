// Where each act is judged: the endpoints and jobs that pass through a clause whose rule has a say in it. A test compares this
// with the endpoints that there are. An act that is not here waits for its pages.
import type { Act } from '../../policies/facts.ts'

const request = '/api/v1/requests/:id'
const versions = '/api/v1/agreements/:key/versions'

/** Over JSON and as a page. */
function both(...ways: readonly string[]): string[] {
  return ways.flatMap((way) => [way.replace(' ', ' /api/v1'), way])
}

// What shows Hub data, takes it out or puts it in (hub-2023/2.2).
// prettier-ignore
const hubData = [
  ...both('GET /figures', 'GET /figures/export.csv', 'POST /figures', 'GET /clearances/:id', 'GET /consents/:id', 'POST /clearances/:id/consents'),
  ...both('GET /hub/users', 'GET /hub-answers', 'GET /hub-answers/:id', 'POST /hub-answers', 'POST /clearances/:id/tables', 'GET /tables/:id'),
  ...both('GET /tables/:id/cleared.csv'), 'GET /clearances/:id/tables/new', 'GET /api/v1/figures/:reference', 'GET /figures/of/:reference',
  'POST /api/v1/consents/:id/attest', 'POST /api/v1/consents/:id/objections/:objection/decide',
]

const photographActs = [
  'POST /photographs/:id/checks', 'POST /photographs/:id/include', 'POST /photographs/:id/answer', 'POST /photographs/:id/objections/:objection/decide',
  'POST /photographs/:id/clear', 'GET /photographs/:id/cleared', 'POST /photographs/:id/publications',
] // prettier-ignore

// prettier-ignore
export const passesThrough: Readonly<Partial<Record<Act, readonly string[]>>> = {
  request: ['POST /api/v1/requests', `PUT ${request}`, 'POST /requests'],
  return: [`POST ${request}/return`, 'POST /requests/:id/return'],
  approve: [`POST ${request}/approve`, 'POST /requests/:id/approve'],
  supply: [`POST ${request}/supply`, 'POST /requests/:id/supply'],
  'part-supply': [`POST ${request}/supply`, 'POST /requests/:id/supply'],
  escalate: [`POST ${request}/supply`, 'POST /requests/:id/supply'],
  seal: ['job seal-package'],
  collect: [`GET ${request}/package`, 'POST /requests/:id/package'],
  acknowledge: [`POST ${request}/acknowledge`, 'POST /requests/:id/acknowledge'],
  attest: [`POST ${request}/attest`, 'POST /requests/:id/attest'],
  'register-copy': [`POST ${request}/copies`, 'POST /requests/:id/copies'],
  'receive-copy': [`POST ${request}/copies/:copy/receive`, 'POST /requests/:id/copies/:copy/receive'],
  'answer-media': [`POST ${request}/copies/:copy/answer`, 'POST /requests/:id/copies/:copy/answer'],
  'dispose-copy': [`POST ${request}/copies/:copy/end`, 'POST /requests/:id/copies/:copy/end'],
  destroy: ['job sweep'],
  view: [
    `GET ${request}`, `GET ${request}/certificate`, 'GET /requests/:id', 'GET /requests/:id/certificate', `GET ${request}/decision-record`,
    `GET ${request}/data-movement-form`, 'GET /api/v1/decisions/:id/record', 'GET /requests/:id/decision-record',
    'GET /requests/:id/data-movement-form', 'GET /decisions/:id/record', 'GET /requests/:id/change', 'POST /requests/:id/copies',
    'GET /requests/:id/open',
  ],
  'read-log': [
    'GET /api/v1/ledger/entries', 'GET /api/v1/ledger/entries/:id', 'GET /api/v1/ledger/entries/:id/proof', 'GET /access-log',
    'GET /access-log/:id', 'GET /access-log/:id/proof',
  ],
  'read-retention': [
    'GET /api/v1/retention/due', 'GET /api/v1/retention/holds', 'GET /api/v1/retention/items/:id', 'GET /retention', 'GET /retention/holds',
    'GET /api/v1/retention/copies', 'GET /retention/copies', 'GET /retention/certificates', 'GET /retention/schedules',
    'GET /retention/schedules/:owner/:class', 'GET /retention/items/:id', 'POST /retention/schedules/:owner/:class',
  ],
  'place-hold': ['POST /api/v1/retention/items/:id/holds', 'POST /retention/items/:id/hold'],
  'review-hold': ['POST /api/v1/retention/holds/:id/review', 'POST /retention/holds/:id/review'],
  'ask-lift': ['POST /api/v1/retention/holds/:id/ask-lift', 'POST /retention/holds/:id/ask-lift'],
  'lift-hold': ['POST /api/v1/retention/holds/:id/lift', 'POST /retention/holds/:id/lift'],
  reschedule: ['POST /api/v1/retention/items/:id/clock', 'POST /retention/items/:id/clock', 'POST /retention/schedules/:owner/:class'],
  'offer-return': ['POST /api/v1/retention/items/:id/return', 'POST /retention/items/:id/return'],
  'answer-return': ['POST /api/v1/retention/items/:id/return/answer', 'POST /retention/items/:id/return/answer'],
  'move-key': ['job sweep', 'job reseal'],
  'confirm-key': ['POST /api/v1/keys/changes/:id/confirm', 'POST /keys/changes/:id/confirm'],
  'enrol-key': ['POST /api/v1/keys', 'POST /api/v1/keys/answer', 'POST /keys', 'POST /keys/answer', 'POST /keys/offer', 'POST /keys/prove'],
  'read-concerns': [
    'GET /api/v1/concerns', 'GET /api/v1/concerns/:reference', 'GET /concerns', 'GET /concerns/of/:reference',
    'GET /concerns/of/:reference/edit',
  ],
  'change-concerns': [
    'PUT /api/v1/concerns/:reference', 'POST /api/v1/concerns/intakes/:id/take', 'POST /concerns', 'POST /concerns/intake/:id/take',
    'GET /api/v1/concerns/intakes', 'GET /api/v1/concerns/intakes/:id', 'POST /api/v1/concerns/intakes',
    'POST /api/v1/concerns/intakes/:id/discard', 'GET /concerns/new', 'GET /concerns/of/:reference/edit', 'GET /concerns/intake',
    'POST /concerns/intake', 'GET /concerns/intake/:id', 'POST /concerns/intake/:id/discard',
  ],
  'read-figures': ['GET /api/v1/figures', 'GET /api/v1/figures/:reference', 'GET /figures', 'GET /figures/of/:reference', 'POST /figures', ...both('GET /figures/export.csv')],
  'register-figures': ['POST /api/v1/figures', 'POST /figures'],
  'read-clearance': [
    ...both('GET /hub-answers', 'GET /hub-answers/:id'),
    'GET /api/v1/clearances', 'GET /api/v1/clearances/:id', 'GET /api/v1/consents', 'GET /api/v1/consents/:id', 'GET /api/v1/releases',
    'GET /clearances', 'GET /clearances/:id', 'GET /consents', 'GET /consents/:id', 'GET /releases', 'POST /api/v1/consents/:id/answer',
    'POST /api/v1/consents/:id/withdraw', 'POST /api/v1/consents/:id/attest', 'POST /api/v1/consents/:id/objections',
    'POST /api/v1/consents/:id/objections/:objection/decide', 'POST /clearances/:id/consents', 'POST /consents/:id/attest',
  ],
  'ask-consent': ['POST /api/v1/clearances', 'POST /api/v1/clearances/:id/consents', 'POST /clearances', 'POST /clearances/:id/consents', ...both('POST /hub-answers', 'POST /hub-answers/:id/release')],
  'run-fact-check': [
    'POST /api/v1/clearances/:id/delivered', 'POST /api/v1/clearances/:id/close', 'POST /api/v1/consents/:id/objections/:objection/decide',
    'POST /clearances/:id/delivered', 'POST /clearances/:id/close', 'POST /consents/:id/objections/:objection/decide',
    ...both('POST /photographs/:id/objections/:objection/decide'),
  ],
  'answer-consent': [
    ...both('POST /hub-answers/:id/answer'),
    'POST /api/v1/consents/:id/answer', 'POST /api/v1/consents/:id/withdraw', 'PUT /api/v1/releases/:reference',
    'POST /consents/:id/answer', 'POST /consents/:id/withdraw', 'POST /releases',
  ],
  'object-to-figure': ['POST /api/v1/consents/:id/objections', 'POST /consents/:id/objections'],
  'check-draft': [
    ...both('POST /clearances/:id/tables', 'GET /tables/:id', 'GET /tables/:id/cleared.csv', 'POST /tables/:id/attest'), 'GET /clearances/:id/tables/new',
    'POST /api/v1/clearances/:id/checks', 'GET /api/v1/checks/:id', 'POST /clearances/:id/checks', 'GET /checks/:id',
    'POST /api/v1/checks/:id/clear', 'POST /checks/:id/clear',
  ],
  publish: ['POST /api/v1/checks/:id/clear', 'POST /checks/:id/clear'],
  'attest-figure': ['POST /api/v1/consents/:id/attest', 'POST /consents/:id/attest', ...both('POST /tables/:id/attest')],
  'read-photographs': [
    ...both('GET /photographs', 'GET /clearances/:id/photographs', 'POST /clearances/:id/photographs', 'GET /photographs/:id', 'GET /photographs/:id/image', 'POST /photographs/:id/consents'),
    ...both('POST /photographs/:id/consents/:consent/withdraw', 'POST /photographs/:id/copies/:copy/end', ...photographActs),
  ],
  'keep-photograph': both('POST /clearances/:id/photographs', 'POST /photographs/:id/consents', 'POST /photographs/:id/consents/:consent/withdraw'),
  'recall-photograph': both('POST /photographs/:id/copies/:copy/end'),
  'destroy-photograph': ['job sweep'],
  show: both('GET /photographs/:id/image', 'POST /photographs/:id/checks'),
  'check-photograph': both('POST /photographs/:id/checks'),
  include: both('POST /photographs/:id/include', 'POST /photographs/:id/clear', 'GET /photographs/:id/cleared'),
  'answer-photograph': both('POST /photographs/:id/answer'),
  'clear-photograph': both('POST /photographs/:id/clear', 'GET /photographs/:id/cleared'),
  share: both('POST /photographs/:id/publications'),
  'read-agreements': [
    'GET /api/v1/agreements', 'GET /api/v1/agreements/:key', 'GET /api/v1/agreements/:key/clauses/:clause', `GET ${versions}`,
    `GET ${versions}/:id`, `GET ${versions}/:id/replay`, 'GET /api/v1/agreements/:key/record-of-processing',
    'GET /api/v1/agreements/:key/code-check', 'GET /agreements', 'GET /agreements/propose', 'GET /agreements/needs',
    'GET /agreements/:key/versions', 'GET /agreements/:key/versions/:id', 'GET /agreements/:key/record-of-processing',
    'GET /agreements/:key/code-check', 'GET /agreements/:key', 'GET /agreements/:key/clauses/:clause', 'POST /agreements/propose',
  ],
  'ask-erasure': [
    'GET /api/v1/erasures', 'GET /api/v1/erasures/:id', 'POST /api/v1/erasures', 'POST /api/v1/erasures/:id/withdraw', 'GET /erasures',
    'GET /erasures/new', 'GET /erasures/:id', 'POST /erasures', 'POST /erasures/:id/withdraw', 'POST /api/v1/erasures/:id/authorise',
    'POST /erasures/:id/authorise',
  ],
  'authorise-erasure': ['POST /api/v1/erasures/:id/authorise', 'POST /erasures/:id/authorise'],
  'see-deliveries': [
    'GET /api/v1/exports/next', 'GET /api/v1/deliveries', 'POST /api/v1/deliveries/subscription', 'GET /api/v1/urgent-concerns',
    'GET /deliveries', 'GET /deliveries/next', 'POST /deliveries/subscription', 'GET /urgent-concerns', 'POST /api/v1/exports/:id/release',
    'POST /api/v1/exports/:id/withdraw', 'GET /api/v1/deliveries/:number', 'GET /api/v1/deliveries/:number/manifest',
    'GET /api/v1/deliveries/:number/package', 'GET /api/v1/deliveries/:number/changes', 'GET /api/v1/deliveries/:number/changes.csv',
    'POST /api/v1/deliveries/:number/acknowledge', 'GET /deliveries/:number', 'GET /deliveries/:number/certificate', 'GET /deliveries/:number/manifest.jws',
    'GET /deliveries/:number/changes', 'GET /deliveries/:number/changes.csv', 'POST /deliveries/next/:id/release',
    'POST /deliveries/next/:id/withdraw', 'POST /deliveries/:number/package', 'POST /deliveries/:number/acknowledge',
    'GET /api/v1/urgent-concerns/:id/package', 'POST /api/v1/urgent-concerns/:id/review', 'POST /urgent-concerns/:id/package',
    'POST /urgent-concerns/:id/review', 'GET /api/v1/deliveries/:number/proofs/:what', 'GET /deliveries/:number/proofs/:what', 'GET /deliveries/:number/certificate',
  ],
  'put-forward': [
    'POST /api/v1/exports/rehearse', 'POST /api/v1/exports', 'POST /api/v1/exports/:id/withdraw', 'POST /deliveries/next/rehearse',
    'POST /deliveries/next', 'POST /deliveries/next/:id/withdraw',
  ],
  release: [
    ...both('POST /hub/returns', 'POST /hub-answers/:id/release'),
    'POST /api/v1/exports/:id/release', 'POST /api/v1/urgent-concerns', 'POST /deliveries/next/:id/release', 'POST /urgent-concerns',
  ],
  pack: ['job seal-delivery'],
  open: [
    ...hubData,
    'GET /api/v1/deliveries/:number/package',
    'GET /api/v1/deliveries/:number/changes', 'GET /api/v1/deliveries/:number/changes.csv', 'GET /api/v1/urgent-concerns/:id/package',
    'GET /deliveries/:number/changes',
    'GET /deliveries/:number/changes.csv', 'POST /deliveries/:number/package', 'POST /urgent-concerns/:id/package',
  ],
  admit: both('POST /hub/users'),
  'end-hub-access': both('POST /hub/users/:id/change'),
  'amend-conditions': both('POST /hub/conditions'),
  'read-hub-use': both('GET /hub/use'),
  receive: ['POST /api/v1/deliveries/:number/acknowledge', 'POST /deliveries/:number/acknowledge'],
  review: ['POST /api/v1/urgent-concerns/:id/review', 'POST /urgent-concerns/:id/review'],
  dispose: ['job sweep'],
  'propose-version': [`POST ${versions}`, 'POST /agreements/propose'],
  'activate-version': [`POST ${versions}/:id/activate`, 'POST /agreements/:key/versions/:id/activate'],
  'withdraw-version': [`POST ${versions}/:id/withdraw`, 'POST /agreements/:key/versions/:id/withdraw'],
}

/** Everything that passes through a clause, each once. */
interface ClockWays {
  readonly starts: readonly string[]
  readonly meets: readonly string[]
}

const ways = (...acts: readonly Act[]) => waysThrough(acts)
const supply: ClockWays = { starts: ways('approve'), meets: ways('supply') }

/**
 * The clocks that the gateway runs, by the clause of their duty: what starts one and what meets it. A duty that is not here has its
 * clock in the pack, and waits for the pages of its two events.
 */
// prettier-ignore
export const clocksRun: Readonly<Record<string, ClockWays>> = {
  'hmpps-2025/11': supply,
  'hmpps-2025/16': supply,
  'local/say-it-arrived': { starts: ways('collect'), meets: ways('acknowledge') },
  'local/attest-copies': { starts: ['job sweep'], meets: ways('attest') },
  'hmpps-2025/20': { starts: ['job sweep'], meets: ways('pack') },
  'local/export-acknowledged': { starts: ways('pack'), meets: ways('receive') },
  'local/urgent-review': { starts: both('POST /urgent-concerns'), meets: ways('review') },
  'hmpps-2025/18-hub-silence': { starts: both('POST /clearances/:id/consents'), meets: both('POST /consents/:id/answer') },
  'hmpps-2025/18-objection': { starts: both('POST /clearances/:id/delivered'), meets: both('POST /clearances/:id/close') },
}

export function waysThrough(acts: readonly Act[]): string[] {
  return [...new Set(acts.flatMap((act) => passesThrough[act] ?? []))]
}
