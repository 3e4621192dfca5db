// Where each act is judged: the endpoints and jobs that pass through a clause whose rule has a say in it. A test compares this
// with the endpoints that there are. An act that is not here waits for its pages.
import type { Act } from '../../policies/facts.ts'

const request = '/api/v1/requests/:id'
const versions = '/api/v1/agreements/:key/versions'

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
  destroy: ['job sweep'],
  view: [
    `GET ${request}`,
    `GET ${request}/certificate`,
    'GET /requests/:id',
    'GET /requests/:id/certificate',
    `GET ${request}/decision-record`,
    `GET ${request}/data-movement-form`,
    'GET /api/v1/decisions/:id/record',
    'GET /requests/:id/decision-record',
    'GET /requests/:id/data-movement-form',
    'GET /decisions/:id/record',
  ],
  'read-log': [
    'GET /api/v1/ledger/entries',
    'GET /api/v1/ledger/entries/:id/proof',
    'GET /access-log',
    'GET /access-log/:id/proof',
  ],
  'enrol-key': ['POST /api/v1/keys', 'POST /api/v1/keys/answer', 'POST /keys', 'POST /keys/answer'],
  'read-concerns': [
    'GET /api/v1/concerns',
    'GET /api/v1/concerns/:reference',
    'GET /concerns',
    'GET /concerns/of/:reference',
  ],
  'change-concerns': [
    'PUT /api/v1/concerns/:reference',
    'POST /api/v1/concerns/intakes/:id/take',
    'POST /concerns',
    'POST /concerns/intake/:id/take',
  ],
  'read-agreements': [
    'GET /api/v1/agreements',
    'GET /api/v1/agreements/:key',
    'GET /api/v1/agreements/:key/clauses/:clause',
    `GET ${versions}`,
    `GET ${versions}/:id`,
    `GET ${versions}/:id/replay`,
    'GET /api/v1/agreements/:key/record-of-processing',
    'GET /api/v1/agreements/:key/code-check',
    'GET /agreements',
    'GET /agreements/:key/record-of-processing',
    'GET /agreements/:key/code-check',
    'GET /agreements/:key',
    'GET /agreements/:key/clauses/:clause',
  ],
  'see-deliveries': [
    'GET /api/v1/exports/next',
    'GET /api/v1/deliveries',
    'POST /api/v1/deliveries/subscription',
    'GET /api/v1/urgent-concerns',
    'GET /deliveries',
    'GET /deliveries/next',
    'POST /deliveries/subscription',
    'GET /urgent-concerns',
  ],
  'put-forward': [
    'POST /api/v1/exports/rehearse',
    'POST /api/v1/exports',
    'POST /api/v1/exports/:id/withdraw',
    'POST /deliveries/next/rehearse',
    'POST /deliveries/next',
    'POST /deliveries/next/:id/withdraw',
  ],
  release: [
    'POST /api/v1/exports/:id/release',
    'POST /api/v1/urgent-concerns',
    'POST /deliveries/next/:id/release',
    'POST /urgent-concerns',
  ],
  pack: ['job seal-delivery'],
  open: [
    'GET /api/v1/deliveries/:number',
    'GET /api/v1/deliveries/:number/manifest',
    'GET /api/v1/deliveries/:number/package',
    'GET /api/v1/deliveries/:number/changes',
    'GET /api/v1/deliveries/:number/changes.csv',
    'GET /api/v1/urgent-concerns/:id/package',
    'GET /deliveries/:number',
    'GET /deliveries/:number/manifest.jws',
    'GET /deliveries/:number/changes',
    'GET /deliveries/:number/changes.csv',
    'POST /deliveries/:number/package',
    'POST /urgent-concerns/:id/package',
  ],
  receive: ['POST /api/v1/deliveries/:number/acknowledge', 'POST /deliveries/:number/acknowledge'],
  review: ['POST /api/v1/urgent-concerns/:id/review', 'POST /urgent-concerns/:id/review'],
  dispose: ['job sweep'],
  'propose-version': [`POST ${versions}`],
  'activate-version': [`POST ${versions}/:id/activate`],
  'withdraw-version': [`POST ${versions}/:id/withdraw`],
}

/** Everything that passes through a clause, each once. */
export function waysThrough(acts: readonly Act[]): string[] {
  return [...new Set(acts.flatMap((act) => passesThrough[act] ?? []))]
}
