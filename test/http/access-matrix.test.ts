// Who may do what: every endpoint called as every kind of person, on a running gateway, and what the ledger says came of it,
// as a table that anybody can read (test/golden/access-matrix.md).
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../demo/client.ts'
import { createBrowser } from '../../demo/identity/browser.ts'
import { allEndpoints } from '../../gateway/app.ts'
import { addDays } from '../../gateway/retention/due-calendar.ts'
import { columns } from '../../gateway/concerns/table-schema.ts'
import { columns as figureColumns } from '../../gateway/figures/columns.ts'
import { passesThrough } from '../../gateway/decisions/passes-through.ts'
import { londonDate } from '../../policies/calendar.ts'
import type { Act } from '../../policies/facts.ts'
import type { TransferState } from '../../gateway/transfers/transfer.ts'
import { readSources } from '../../policies/sources.ts'
import { policiesDir } from '../policies/policies.ts'
import { expectGolden } from '../support/golden.ts'
import {
  enrolKey,
  permittedRequest,
  startGateway,
  type Subject,
  type TestGateway,
} from '../support/gateway.ts'
import { personAt, signedIn, type PagePerson } from '../support/pages.ts'
import { clearanceFor, knownObjection, type ClearanceState } from '../support/clearances.ts'
import {
  knownConsent,
  knownPictureCopy,
  knownPictureObjection,
  photographFor,
  photographSaid,
  type PhotographState,
} from '../support/photographs.ts'
import { png } from '../support/pictures.ts'
import { conditionsVersion } from '../../demo/hub.ts'
import { restoreHub } from '../support/hub.ts'
import { transferAt } from '../support/transfers.ts'

const people = [
  { who: undefined, title: 'not signed in' },
  { who: 'iain.fletcher', title: 'not registered' },
  { who: 'iain.fletcher', title: 'without a role', registered: true },
  { who: 'ayesha.rahman', title: 'analyst who asked' },
  { who: 'tom.whitfield', title: 'other analyst' },
  { who: 'gwen.pritchard', title: 'approver' },
  { who: 'daniel.okafor', title: 'supply desk' },
  { who: 'marta.kowalczyk', title: 'assurance officer' },
  { who: 'rhian.davies', title: 'concerns editor' },
  { who: 'oliver.bennett', title: 'export releaser' },
  { who: 'nadia.hussain', title: 'Intelligence Team' },
  { who: 'helen.marsh', title: 'records manager' },
  { who: 'peter.lowe', title: 'agreement keeper' },
  { who: 'leila.santos', title: 'Data and Analysis' },
  { who: 'martin.boyle', title: 'report owner' },
  { who: 'colin.baxter', title: 'scrutiny team' },
  { who: 'grace.adeyemi', title: 'publisher' },
] as const satisfies readonly { who: Subject | undefined; title: string; registered?: true }[]

/** Ways that judge this act for another call than the one that is made here: another outcome, a second step, a file. */
const otherCalls = [
  'part-supply: POST /api/v1/requests/:id/supply',
  'part-supply: POST /requests/:id/supply',
  'escalate: POST /api/v1/requests/:id/supply',
  'escalate: POST /requests/:id/supply',
  'reschedule: POST /retention/schedules/:owner/:class',
  'propose-version: POST /agreements/propose',
  'release: POST /hub/returns',
  'read-figures: POST /figures',
  'show: POST /api/v1/photographs/:id/checks',
  'show: POST /photographs/:id/checks',
  'read-clearance: POST /clearances/:id/consents',
  'read-clearance: POST /api/v1/consents/:id/objections/:objection/decide',
  'keep-photograph: POST /clearances/:id/photographs',
]

interface Fitting {
  /** The state of the transfer that the address names. */
  readonly state?: TransferState
  /** The address names a file of concerns that the editor had checked. */
  readonly checked?: true
  /** The address names something that is kept, or a hold on it whose lifting a third person asked for. */
  readonly kept?: 'item' | 'hold'
  /** The address names a change of the first analyst's key. */
  readonly change?: true
  /** The address names a version of an agreement that another keeper proposed. */
  readonly proposed?: true
  /** The address names the refusal of something that the first analyst asked for. */
  readonly refused?: true
  readonly query?: string
  /** What the address names, where it is not the concern. */
  readonly reference?: string
  /** Whether an export is put forward, which the address then names, or none is under way. */
  readonly exporting?: 'none' | 'put-forward'
  /** Nobody has said that delivery 1 arrived. */
  readonly unacknowledged?: true
  /** Whether an urgent share waits for its review, which the address then names. */
  readonly urgent?: 'none' | 'shared'
  /** The address names an erasure that the second assurance officer asked for. */
  readonly erasure?: true
  /** A file as the body of an API call, or, with words about it, in a form. */
  readonly file?: string | Buffer
  /** The address names a photograph in this state. */
  readonly photograph?: PhotographState
  /** The address names a report whose figures are cleared, or a request for consent in it. */
  readonly clearing?: ClearanceState
  /** The address names an account with the Performance Hub that is dormant, whose line manager is the approver. */
  readonly hubUser?: true
  /** The address names a copy on paper or on a medium, in this state. */
  readonly outside?: 'asked' | 'handed-over' | 'held'
  readonly body?: Readonly<Record<string, unknown>>
  readonly form?: Readonly<Record<string, string>>
}

const { concern_id: concernId, ...concern } = Object.fromEntries(
  columns.map(({ name, example }) => [name, example]),
)
/** Ids of the members of the Intelligence Team, once the gateway runs. */
const team: string[] = []
const sharing = () => ({ concern: String(concernId), people: [...team], reason: 'People are at risk.' })
const reviewing = { finding: 'right', words: 'It could not wait.' }
const amending = { amends: 1, reason: 'A mistake.', findingsRead: true }
const forgetting = { identifiers: ['Nobody Whatever'], basis: 'court-order', reason: 'Ordered.' } as const
const figureFile = [
  figureColumns.map(({ name }) => name),
  figureColumns.map(({ example }) => example.replaceAll(',', '')),
]
  .map((line) => line.join(','))
  .join('\r\n')
const supplying = { body: { outcome: 'supply' } }
const requestForm = (gateway: TestGateway): Record<string, string> =>
  Object.fromEntries(
    Object.entries(permittedRequest(gateway)).map(([name, value]) => [
      name,
      name === 'fields' ? 'incident_date' : String(value),
    ]),
  )

/** What each endpoint is called with, so that nothing but the person decides. */
const fittings = (gateway: TestGateway): Record<string, Fitting> => {
  const answer = { fingerprint: 'F'.repeat(40), answer: 'ABC' }
  const plain = [
    'get /api/v1/me', 'get /start', 'get /keys', 'get /api/v1/requests', 'get /api/v1/duties', 'get /', 'get /requests/new', 'get /access-log',
    'get /api/v1/ledger/entries', 'get /access-log/:id/proof', 'get /api/v1/ledger/entries/:id/proof', 'get /access-log/:id', 'get /api/v1/ledger/entries/:id', 'get /api/v1/ledger/verifier-key',
    'get /api/v1/ledger/checkpoint', 'get /certificate-key', 'get /api/v1/certificate-key', 'get /certificate-keys', 'get /api/v1/certificate-keys', 'get /gateway.pub.asc', 'get /api/v1/package-keys',
    'get /keys/new', 'get /open', 'get /keys/changes', 'get /api/v1/keys/changes',
    'get /retention', 'get /retention/holds', 'get /retention/schedules', 'get /retention/certificates', 'get /retention/schedules/:owner/:class',
    'get /api/v1/retention/due', 'get /api/v1/retention/holds', 'get /retention/copies', 'get /api/v1/retention/copies',
    'get /api/v1/concerns', 'get /api/v1/concerns/:reference', 'get /concerns', 'get /concerns/template.csv', 'get /concerns/template.xlsx', 'get /concerns/schema.json', 'get /api/v1/concerns/intakes',
    'get /api/v1/exports/next', 'get /api/v1/deliveries', 'get /api/v1/deliveries/:number', 'get /api/v1/deliveries/:number/manifest',
    'get /api/v1/deliveries/:number/package', 'get /api/v1/deliveries/:number/changes', 'get /api/v1/deliveries/:number/changes.csv',
    'get /deliveries/:number/proofs/:what', 'get /api/v1/deliveries/:number/proofs/:what',
    'get /deliveries', 'get /deliveries/next', 'get /deliveries/:number', 'get /deliveries/:number/manifest.jws', 'get /deliveries/:number/changes',
    'get /deliveries/:number/changes.csv', 'get /deliveries/:number/certificate', 'get /urgent-concerns', 'get /api/v1/urgent-concerns',
    'get /concerns/of/:reference', 'get /concerns/of/:reference/edit', 'get /concerns/new', 'get /concerns/intake', 'post /concerns/intake',
    'get /api/v1/agreements', 'get /api/v1/agreements/:key', 'get /api/v1/agreements/:key/clauses/:clause', 'get /agreements', 'get /agreements/:key',
    'get /agreements/propose', 'get /agreements/needs', 'post /agreements/propose', 'get /agreements/:key/versions',
    'get /agreements/:key/clauses/:clause', 'get /agreements/:key/code-check', 'get /agreements/:key/record-of-processing',
    'get /api/v1/agreements/:key/code-check', 'get /api/v1/agreements/:key/record-of-processing',
    'get /api/v1/erasures', 'get /erasures', 'get /erasures/new',
    'get /api/v1/clearances', 'get /clearances', 'get /api/v1/consents', 'get /consents', 'get /api/v1/releases', 'get /releases', 'get /api/v1/hub-answers', 'get /hub-answers',
    'get /api/v1/photographs', 'get /photographs',
    'get /api/v1/hub', 'get /hub', 'get /hub/returns', 'post /hub/returns', 'get /api/v1/hub/users', 'get /hub/users', 'get /api/v1/hub/use', 'get /hub/use', 'get /api/v1/figures/export.csv', 'get /figures/export.csv',
    'get /api/v1/figures', 'get /figures', 'get /figures/template.csv', 'get /figures/template.xlsx', 'post /figures',
  ] // prettier-ignore
  return {
    ...Object.fromEntries(plain.map((name) => [name, {}])),
    'get /api/v1/figures/:reference': { reference: 'SH-LEI-2026-09' },
    'get /figures/of/:reference': { reference: 'SH-LEI-2026-09' },
    'post /api/v1/figures': { file: figureFile },
    'post /api/v1/hub/returns': { file: 'place,count\r\nLeeds,4\r\n' },
    ...usingHub(),
    ...clearing(),
    ...photographing(),
    'post /api/v1/keys': { body: { armored: 'hello' } },
    'post /keys': { form: { armored: 'hello' } },
    'post /keys/offer': { form: { armored: 'hello' } },
    'post /keys/prove': { form: answer },
    'post /api/v1/keys/withdraw': { body: { fingerprint: 'F'.repeat(40) } },
    'post /keys/withdraw': { form: { fingerprint: 'F'.repeat(40) } },
    'post /api/v1/keys/changes/:id/confirm': { change: true, body: { heard: '00000000' } },
    'post /keys/changes/:id/confirm': { change: true, form: { heard: '00000000' } },
    'post /api/v1/keys/answer': { body: answer },
    'post /keys/answer': { form: answer },
    'post /api/v1/requests': { body: permittedRequest(gateway) },
    'post /api/v1/requests/check': { body: permittedRequest(gateway) },
    'post /requests': { form: requestForm(gateway) },
    'post /requests/check': { form: requestForm(gateway) },
    'post /requests/change': { form: requestForm(gateway) },
    'put /api/v1/requests/:id': { state: 'returned', body: permittedRequest(gateway) },
    'get /requests/:id/change': { state: 'returned' },
    'get /api/v1/requests/:id': { state: 'approved' },
    'get /requests/:id': { state: 'approved' },
    'get /decisions/:id/record': { refused: true },
    'get /api/v1/decisions/:id/record': { refused: true },
    'get /requests/:id/decision-record': { state: 'approved' },
    'get /requests/:id/data-movement-form': { state: 'approved' },
    'get /api/v1/requests/:id/decision-record': { state: 'approved' },
    'get /api/v1/requests/:id/data-movement-form': { state: 'approved' },
    'get /requests/:id/open': { state: 'available' },
    'post /api/v1/requests/:id/approve': { state: 'requested' },
    'post /requests/:id/approve': { state: 'requested' },
    'post /api/v1/requests/:id/return': { state: 'requested', body: { reason: 'Name the wing.' } },
    'post /requests/:id/return': { state: 'requested', form: { reason: 'Name the wing.' } },
    'post /api/v1/requests/:id/supply': { state: 'approved', ...supplying },
    'post /requests/:id/supply': { state: 'approved', form: supplying.body },
    'get /api/v1/requests/:id/package': { state: 'available' },
    'post /requests/:id/package': { state: 'available' },
    'post /api/v1/requests/:id/acknowledge': { state: 'collected' },
    'post /requests/:id/acknowledge': { state: 'collected' },
    'post /api/v1/requests/:id/attest': {
      state: 'collected',
      body: { outcome: 'destroyed', everyCopy: true },
    },
    'post /requests/:id/attest': { state: 'collected', form: { outcome: 'destroyed', everyCopy: 'yes' } },
    ...outsideCopies(),
    'get /api/v1/requests/:id/certificate': { state: 'destroyed' },
    'get /requests/:id/certificate': { state: 'destroyed' },
    'post /api/v1/exports/rehearse': { body: {} },
    'post /api/v1/exports': { exporting: 'none', body: amending },
    'post /api/v1/exports/:id/release': { exporting: 'put-forward' },
    'post /api/v1/exports/:id/withdraw': { exporting: 'put-forward' },
    'post /deliveries/next/rehearse': { form: {} },
    'post /deliveries/next': {
      exporting: 'none',
      form: { amends: '1', reason: 'A mistake.', findingsRead: 'yes' },
    },
    'post /deliveries/next/:id/release': { exporting: 'put-forward' },
    'post /deliveries/next/:id/withdraw': { exporting: 'put-forward' },
    'post /deliveries/subscription': { form: { subscribed: 'yes' } },
    'post /deliveries/:number/acknowledge': { unacknowledged: true },
    'post /deliveries/:number/package': {},
    'post /api/v1/urgent-concerns': { urgent: 'none', body: sharing() },
    'post /urgent-concerns': { urgent: 'none', form: { ...sharing(), people: team.join() } },
    'get /api/v1/urgent-concerns/:id/package': { urgent: 'shared' },
    'post /urgent-concerns/:id/package': { urgent: 'shared' },
    'post /api/v1/urgent-concerns/:id/review': { urgent: 'shared', body: reviewing },
    'post /urgent-concerns/:id/review': { urgent: 'shared', form: reviewing },
    'post /api/v1/deliveries/subscription': { body: { subscribed: true } },
    'post /api/v1/deliveries/:number/acknowledge': { unacknowledged: true },
    'put /api/v1/concerns/:reference': { body: { ...concern, version: 1, reason: 'Again' } },
    'post /concerns': { form: { ...concern, concern_id: 'C-2', version: '1', reason: 'Again' } },
    'post /api/v1/concerns/intakes': { body: { concerns: [{ ...concern, concern_id: 'C-3' }] } },
    'post /api/v1/concerns/intakes/:id/take': { checked: true, body: { reason: 'New' } },
    'post /api/v1/concerns/intakes/:id/discard': { checked: true },
    'get /api/v1/erasures/:id': { erasure: true },
    'get /erasures/:id': { erasure: true },
    'post /api/v1/erasures': { body: forgetting },
    'post /erasures': { form: { ...forgetting, identifiers: 'Nobody Whatever' } },
    ...Object.fromEntries(
      ['/api/v1/erasures', '/erasures'].flatMap((path) =>
        ['authorise', 'withdraw'].map((act) => [`post ${path}/:id/${act}`, { erasure: true } as const]),
      ),
    ),
    'get /concerns/intake/:id': { checked: true },
    'get /api/v1/concerns/intakes/:id': { checked: true },
    'post /concerns/intake/:id/take': { checked: true, form: { reason: 'New' } },
    'post /concerns/intake/:id/discard': { checked: true },
    ...keeping(),
  }
}

let conditionsCount = 0
const usingHub = (): Record<string, Fitting> => {
  const said = { purpose: 'inspection', unseen: true }
  const day = londonDate(new Date())
  const authorising = { username: 'oliver.bennett@hmi-prisons.example', organisation: 'associated-organisation', document: 'Letter 7', writtenOn: day, until: addDays(day, 100), lineManager: 'gwen.pritchard@hmi-prisons.example' }
  conditionsCount += 1
  const amending = { version: `9.${conditionsCount}`, words: 'Shorter.' }
  return {
    'post /api/v1/hub/accept': { body: { version: conditionsVersion, terms: true, conditions: true } },
    'post /hub/accept': { form: { version: conditionsVersion, terms: 'yes', conditions: 'yes' } },
    'post /api/v1/hub/session': { body: said },
    'post /hub/session': { form: { ...said, unseen: 'yes' } },
    'post /hub/sign-out-everywhere': {},
    'post /api/v1/hub/users': { body: authorising },
    'post /hub/users': { form: authorising },
    'post /api/v1/hub/users/:id/change': { hubUser: true, body: { how: 'left' } },
    'post /hub/users/:id/change': { hubUser: true, form: { how: 'revoked' } },
    'post /api/v1/hub/conditions': { body: amending },
    'post /hub/conditions': { form: amending },
  }
} // prettier-ignore

const clearing = (): Record<string, Fitting> => {
  const opening = { title: 'HMP Leeds', kind: 'report-figures' }
  const words = { words: 'Because.' }
  const stated = ['hub-2023/4.1', 'hub-2023/4.2', 'hub-2023/4.4.1', 'hub-2023/4.5']
  const asking = { figure: 'AS-LEI-2026-09', context: 'A sentence.', searched: 'GOV.UK' }
  const attesting = { what: 'disclosure', words: 'I looked.', smallestCell: '12' }
  const deciding = { decision: 'overruled', reason: 'It is right.' }
  const release = { title: 'Safety in custody', releaseOn: '2026-12-10' }
  const both = (path: string, fitting: Fitting, given: object): [string, Fitting][] => [
    [`post /api/v1${path}`, { ...fitting, body: { ...given } }],
    [`post ${path}`, { ...fitting, form: given as Record<string, string> }], // each is text
  ]
  const consent = '/consents/:id'
  return {
    'post /api/v1/clearances/:id/tables': {
      clearing: 'report',
      file: 'wing,men\r\nA,12\r\n',
      form: { title: 'T', measure: 'M', filters: 'F' },
    },
    'post /clearances/:id/tables': { clearing: 'report' },
    'get /clearances/:id/tables/new': { clearing: 'report' },
    'get /api/v1/hub-answers/:id': { clearing: 'use' },
    'get /hub-answers/:id': { clearing: 'use' },
    ...Object.fromEntries([
      ...both(
        '/hub-answers',
        {},
        { kind: 'foi-answer', reference: 'FOI-12', figure: 'UF-LEI-2026-09', words: 'A count.' },
      ),
      ...both('/hub-answers/:id/answer', { clearing: 'use' }, { answer: 'permit' }),
      ...both('/hub-answers/:id/release', { clearing: 'permitted-use' }, {}),
    ]),
    'get /api/v1/tables/:id': { clearing: 'table' },
    'get /tables/:id': { clearing: 'table' },
    'get /api/v1/tables/:id/cleared.csv': { clearing: 'cleared-table' },
    'get /tables/:id/cleared.csv': { clearing: 'cleared-table' },
    'post /api/v1/tables/:id/attest': { clearing: 'table', body: words },
    'post /tables/:id/attest': { clearing: 'table', form: words },
    'post /api/v1/clearances/:id/checks': { clearing: 'report', file: 'There were 412.' },
    'post /clearances/:id/checks': { clearing: 'report' },
    'get /api/v1/checks/:id': { clearing: 'checked' },
    'get /checks/:id': { clearing: 'checked' },
    'post /api/v1/checks/:id/clear': { clearing: 'checked', body: { unknownsRead: true } },
    'post /checks/:id/clear': { clearing: 'checked', form: { unknownsRead: 'yes' } },
    'get /api/v1/clearances/:id': { clearing: 'report' },
    'get /clearances/:id': { clearing: 'report' },
    'get /api/v1/consents/:id': { clearing: 'request' },
    'get /consents/:id': { clearing: 'request' },
    ...Object.fromEntries([
      ...both('/clearances', {}, opening),
      ...both('/clearances/:id/delivered', { clearing: 'report' }, {}),
      ...both('/clearances/:id/close', { clearing: 'ended' }, {}),
      ...both(`${consent}/answer`, { clearing: 'request' }, { answer: 'refuse' }),
      ...both(`${consent}/withdraw`, { clearing: 'consented' }, {}),
      ...both(`${consent}/attest`, { clearing: 'request' }, attesting),
      ...both(`${consent}/objections`, { clearing: 'request' }, words),
      ...both(`${consent}/objections/:objection/decide`, { clearing: 'objected' }, deciding),
    ]),
    'post /api/v1/clearances/:id/consents': { clearing: 'report', body: { ...asking, stated } },
    'post /clearances/:id/consents': { clearing: 'report', form: { ...asking, stated: 'hub-2023/4.1' } },
    'put /api/v1/releases/:reference': { reference: 'SAFETY-2026-Q3', body: release },
    'post /releases': { form: { ...release, reference: 'SAFETY-2026-Q3' } },
  }
}

const photographing = (): Record<string, Fitting> => {
  const day = (offset: number) => addDays(londonDate(new Date()), offset)
  const consent = { who: 'person 1', form: 'Cabinet 4', writtenOn: day(-10), uses: 'The report', storage: 'Sealed', until: day(100) }
  const how = { how: 'Taken off the website.' }
  const each = (act: string, photograph: PhotographState, given: Record<string, string>): [string, Fitting][] => [
    [`post /api/v1/photographs/:id/${act}`, { photograph, body: given }],
    [`post /photographs/:id/${act}`, { photograph, form: given }],
  ]
  return {
    'get /api/v1/clearances/:id/photographs': { clearing: 'report' },
    'get /clearances/:id/photographs': { clearing: 'report' },
    'post /api/v1/clearances/:id/photographs': { clearing: 'report', file: png, form: photographSaid },
    'post /clearances/:id/photographs': { clearing: 'report' },
    'get /api/v1/photographs/:id': { photograph: 'sealed' },
    'get /photographs/:id': { photograph: 'sealed' },
    'get /api/v1/photographs/:id/image': { photograph: 'sealed' },
    'get /photographs/:id/image': { photograph: 'sealed' },
    'post /api/v1/photographs/:id/consents': { photograph: 'unconsented', body: { ...consent, sharedWith: ['hmpps'] } },
    'post /photographs/:id/consents': { photograph: 'unconsented', form: { ...consent, sharedWith: 'hmpps' } },
    'post /api/v1/photographs/:id/consents/:consent/withdraw': { photograph: 'consented' },
    'post /photographs/:id/consents/:consent/withdraw': { photograph: 'consented', form: {} },
    'post /api/v1/photographs/:id/copies/:copy/end': { photograph: 'recalled', body: how },
    'post /photographs/:id/copies/:copy/end': { photograph: 'recalled', form: how },
    'get /api/v1/photographs/:id/cleared': { photograph: 'released' },
    'get /photographs/:id/cleared': { photograph: 'released' },
    ...Object.fromEntries([
      ...each('checks', 'answered', { question: 'victims', answer: 'clear', words: 'I looked.' }),
      ...each('include', 'answered', {}),
      ...each('answer', 'included', { answer: 'no-objection' }),
      ...each('objections/:objection/decide', 'objected', { decision: 'overruled', reason: 'It is right.' }),
      ...each('clear', 'clearable', {}),
      ...each('publications', 'cleared', { place: 'https://www.example.org/leeds', reportPublishedOn: day(0) }),
    ]),
  }
} // prettier-ignore

/** Paper and removable media: each call finds a copy in the state that its act takes. */
const outsideCopies = (): Record<string, Fitting> => {
  const print = { kind: 'paper', description: 'Rosters', place: 'Safe 2', origin: 'printed' }
  const on = londonDate(new Date())
  const ending = { outcome: 'returned', on }
  const state = 'collected'
  return {
    'post /api/v1/requests/:id/copies': { state, body: { ...print, amount: 1 } },
    'post /requests/:id/copies': { state, form: { ...print, amount: '1' } },
    'post /api/v1/requests/:id/copies/:copy/receive': { state, outside: 'handed-over', body: {} },
    'post /requests/:id/copies/:copy/receive': { state, outside: 'handed-over', form: {} },
    'post /api/v1/requests/:id/copies/:copy/answer': { state, outside: 'asked', body: { approved: false, reason: 'No need.' } },
    'post /requests/:id/copies/:copy/answer': { state, outside: 'asked', form: { approved: 'no', reason: 'No need.' } },
    'post /api/v1/requests/:id/copies/:copy/end': { state, outside: 'held', body: ending },
    'post /requests/:id/copies/:copy/end': { state, outside: 'held', form: ending },
  } // prettier-ignore
}

const keeping = (): Record<string, Fitting> => {
  const reviewOn = addDays(londonDate(new Date()), 30)
  const hold = { kind: 'inquiry', reason: 'An inquiry.', reviewOn }
  const reason = 'It is needed for longer.'
  return {
    'post /retention/schedules/:owner/:class': { form: { reason } },
    'get /retention/items/:id': { kept: 'item' },
    'post /retention/items/:id/hold': { kept: 'item', form: hold },
    'post /retention/items/:id/clock': { kept: 'item', form: { destroyOn: addDays(reviewOn, 900), reason, confirmed: 'yes' } },
    'post /retention/items/:id/return': { kept: 'item' },
    'post /retention/items/:id/return/answer': { kept: 'item', form: { returnable: 'no' } },
    'post /retention/holds/:id/review': { kept: 'hold', form: { reason, reviewOn } },
    'post /api/v1/retention/holds/:id/review': { kept: 'hold', body: { reason, reviewOn } },
    'post /retention/holds/:id/ask-lift': { kept: 'hold', form: { reason } },
    'post /retention/holds/:id/lift': { kept: 'hold' },
    'get /api/v1/retention/items/:id': { kept: 'item' },
    'post /api/v1/retention/items/:id/holds': { kept: 'item', body: hold },
    'post /api/v1/retention/items/:id/clock': { kept: 'item', body: { destroyOn: addDays(reviewOn, 900), reason } },
    'post /api/v1/retention/items/:id/return': { kept: 'item' },
    'post /api/v1/retention/items/:id/return/answer': { kept: 'item', body: { returnable: false } },
    'post /api/v1/retention/holds/:id/ask-lift': { kept: 'hold', body: { reason } },
    'post /api/v1/retention/holds/:id/lift': { kept: 'hold' },
    'get /api/v1/agreements/:key/versions': {},
    'post /api/v1/agreements/:key/versions': { body: { files: versionFiles('proposed here') } },
    'get /api/v1/agreements/:key/versions/:id': { proposed: true },
    'get /api/v1/ledger/consistency': { query: '?from=1' },
    'get /api/v1/agreements/:key/versions/:id/replay': { proposed: true, query: '?since=2026-01-01' },
    'post /api/v1/agreements/:key/versions/:id/activate': { proposed: true },
    'post /api/v1/agreements/:key/versions/:id/withdraw': { proposed: true },
    'get /agreements/:key/versions/:id': { proposed: true },
    'post /agreements/:key/versions/:id/activate': { proposed: true, form: {} },
    'post /agreements/:key/versions/:id/withdraw': { proposed: true, form: {} },
  } // prettier-ignore
}

const agreement = 'noms-rom'
const { sources } = await readSources(policiesDir)

/** The files of the smallest agreement, as nobody has sent them yet. */
function versionFiles(said: string): Record<string, string> {
  const prefix = `agreements/${agreement}/`
  const own = [...sources].filter(([path]) => path.startsWith(prefix))
  return Object.fromEntries(
    own.map(([path, text]) => [
      path.slice(prefix.length),
      path.endsWith('/agreement.yaml') ? `${text}# ${said}\n` : text,
    ]),
  )
}

interface Outcome {
  readonly cell: string
  readonly clauses: readonly string[]
}

const meanings: Readonly<Record<string, string>> = {
  'token.missing': 'sign in first',
  'session.required': 'sign in first',
  'csrf.invalid': 'sign in first', // of somebody without a session, who can have no token
  'person.unknown': 'not registered',
  'not-found': 'not found',
}

describe('the access matrix', () => {
  let gateway: TestGateway
  let proved: string
  const pages = new Map<string, PagePerson>()
  const tokens = new Map<string, string>()
  const fitting = new Map<TransferState, string>()
  beforeAll(async () => {
    gateway = await startGateway({ people: 300 })
    await enrolKey(gateway)
    fitting.set('destroyed', await transferAt(gateway, 'destroyed'))
    await gateway.settle()
    const { rows } = await gateway.owner.query('select entry_id from ledger.leaf order by seq limit 1')
    proved = String(rows[0]?.['entry_id'])
    const editor = await gateway.as('rhian.davies')
    for (const reference of [concernId, 'C-2'])
      await editor.put(`/api/v1/concerns/${reference}`, { ...concern, reason: 'First' })
    await firstDelivery(gateway)
  }, 600_000)
  afterAll(() => gateway.close())

  /** A transfer in the state; one that an act moved on is replaced. */
  const transferIn = async (state: TransferState): Promise<string> => {
    const known = fitting.get(state)
    const { rows } = await gateway.owner.query(
      'select 1 from concordat.transfer where id = $1 and state = $2',
      [known, state],
    )
    if (known !== undefined && rows.length === 1) return known
    const made = await transferAt(gateway, state)
    fitting.set(state, made)
    return made
  }

  /** A file that waits for the editor who had it checked. */
  const checkedFile = async (): Promise<string> => {
    const editor = await gateway.as('rhian.davies')
    const concerns = ['C-4', 'C-5', 'C-6'].map((id) => ({ ...concern, concern_id: id, inspection: 'INS-9' }))
    return String((await editor.post('/api/v1/concerns/intakes', { concerns })).json()['id'])
  }

  /** Something that is kept, offered for return or not; or a hold on it, whose lifting a third person asked for. */
  const keptFor = async (what: 'item' | 'hold', isToBeOffered: boolean): Promise<string> => {
    const transfer = await transferIn('acknowledged')
    const { rows } = await gateway.owner.query('select id from concordat.item where transfer_id = $1', [transfer]) // prettier-ignore
    const item = rows[0]?.['id']
    await gateway.owner.query('delete from concordat.return_answer')
    await gateway.owner.query('delete from concordat.return_offer')
    const other = `(select id from concordat.person where subject = 'gwen.pritchard')`
    if (!isToBeOffered) await gateway.owner.query(`insert into concordat.return_offer (item_id, offered_by, offered_at) values ($1, ${other}, now())`, [item]) // prettier-ignore
    if (what === 'item') return String(item)
    const made = await gateway.owner.query(
      `insert into concordat.hold (id, item_id, kind, reason, placed_by, placed_at, review_on, lift_asked_by, lift_asked_at, lift_reason)
       values (gen_random_uuid(), $1, 'inquiry', 'An inquiry', ${other}, now(), current_date + 30, ${other}, now(), 'Over') returning id`,
      [item],
    )
    return String(made.rows[0]?.['id'])
  }

  /** A change of the first analyst's key that nobody has tried to confirm. */
  const waitingChange = async (): Promise<string> => {
    await gateway.owner.query(`update concordat.person_key set state = 'withdrawn' where state = 'waiting'`)
    const { rows } = await gateway.owner.query(
      `insert into concordat.person_key (fingerprint, person_id, armored, state, offered_at, answered_at)
       select upper(encode(sha256(gen_random_uuid()::text::bytea), 'hex')), id, 'a key', 'waiting', now(), now()
       from concordat.person where subject = 'ayesha.rahman' returning id`,
    )
    return String(rows[0]?.['id'])
  }

  const idFor = async (
    {
      state,
      checked,
      kept,
      change,
      proposed,
      refused,
      urgent,
      exporting,
      erasure,
      clearing: cleared,
      hubUser,
      photograph,
    }: Fitting,
    isToBeOffered: boolean,
  ): Promise<string> => {
    if (state) return transferIn(state)
    if (checked) return checkedFile()
    if (kept) return keptFor(kept, isToBeOffered)
    if (proposed) return proposedVersion()
    if (refused) return refusedRequest()
    if (urgent) return urgentIn(urgent)
    if (exporting) return exportIn(exporting)
    if (erasure) return erasureAsked()
    if (cleared) return clearanceFor(gateway, cleared)
    if (hubUser) return dormantUser()
    if (photograph) return photographFor(gateway, photograph)
    return change ? waitingChange() : proved
  }

  /** Of a user who is none of those who call. */
  const dormantUser = async (): Promise<string> => {
    await gateway.owner.query(`delete from concordat.hub_authorisation where document = 'Letter 7'`)
    const { rows } = await gateway.owner.query(
      `insert into concordat.hub_authorisation (id, person_id, organisation, document, written_on, until, line_manager, granted_by, granted_at)
       select gen_random_uuid(), u.id, 'associated-organisation', 'Letter 7', current_date - 200, current_date + 100, m.id, m.id, now() - interval '200 days'
       from concordat.person u, concordat.person m where u.subject = 'oliver.bennett' and m.subject = 'gwen.pritchard' returning id`,
    )
    return String(rows[0]?.['id'])
  }

  let lastProposed: string | undefined
  const refusedRequest = async (): Promise<string> => {
    const analyst = await gateway.as('ayesha.rahman')
    const asked = { ...permittedRequest(gateway), inspection: 'INS-NONE' }
    return String((await analyst.post('/api/v1/requests', asked)).json()['reference'])
  }

  /** A version that waits for another keeper than the one who proposed it. */
  const proposedVersion = async (): Promise<string> => {
    const { rows } = await gateway.owner.query(
      `select id from concordat.agreement_proposal where id = $1 and state = 'proposed'`,
      [lastProposed],
    )
    if (rows.length === 1) return String(lastProposed)
    const keeper = await gateway.as('ruth.castle')
    const files = versionFiles(`after ${lastProposed ?? 'none'}`)
    const made = await keeper.post(`/api/v1/agreements/${agreement}/versions`, { files })
    lastProposed = String(made.json()['id'])
    return lastProposed
  }

  /** @returns the id of what is put forward; one that an act moved on is replaced */
  const exportIn = async (state: 'none' | 'put-forward'): Promise<string> => {
    const { rows } = await gateway.owner.query(
      `select d.id, d.state, p.subject as put_forward_by from concordat.delivery d join concordat.person p on p.id = d.put_forward_by
       where d.state in ('put-forward', 'released')`,
    )
    const [underWay] = rows
    if (underWay?.['state'] === 'released') await gateway.settle()
    const waits = underWay?.['state'] === 'put-forward' && underWay['put_forward_by'] === 'rhian.davies'
    if (waits && state === 'put-forward') return String(underWay['id'])
    await gateway.owner.query(
      `update concordat.delivery set state = 'withdrawn', withdrawn_by = put_forward_by, withdrawn_at = now() where state = 'put-forward'`,
    )
    if (state === 'none' && underWay === undefined) return proved
    const editor = await gateway.as('rhian.davies')
    await editor.post('/api/v1/exports/rehearse', {})
    if (state === 'none') return proved
    return String((await editor.post('/api/v1/exports', amending)).json()['id'])
  }

  /** @returns the id of a share that waits for its review */
  const urgentIn = async (state: 'none' | 'shared'): Promise<string> => {
    const { rows } = await gateway.owner.query(
      'select id from concordat.urgent_share where reviewed_at is null',
    )
    if (state === 'shared' && rows[0]) return String(rows[0]['id'])
    await gateway.owner.query(
      `update concordat.urgent_share set finding = 'right', review_words = 'Closed.', reviewed_at = now(),
         reviewed_by = (select id from concordat.person where subject = 'marta.kowalczyk') where reviewed_at is null`,
    )
    if (state === 'none') return proved
    const shared = await (await gateway.as('oliver.bennett')).post('/api/v1/urgent-concerns', sharing())
    return String(shared.json()['id'])
  }

  const erasureAsked = async (): Promise<string> =>
    String((await (await gateway.as('samir.haddad')).post('/api/v1/erasures', forgetting)).json()['id'])

  const pagesOf = async (title: string, who: Subject | undefined): Promise<PagePerson> => {
    const known =
      pages.get(title) ?? (who ? await signedIn(gateway, who) : personAt(gateway, createBrowser()))
    pages.set(title, known)
    return known
  }

  const call = async (
    method: string,
    path: string,
    { body, form, file }: Fitting,
    { who, title }: (typeof people)[number],
  ) => {
    if (path.startsWith('/api/')) {
      if (who === undefined) return fetch(`${gateway.url}${path}`, { method: method.toUpperCase() })
      const client = await gateway.as(who)
      if (file !== undefined) return sent(client, path, file, form)
      return method === 'get'
        ? client.get(path)
        : method === 'put'
          ? client.put(path, body)
          : client.post(path, body)
    }
    const person = await pagesOf(title, who)
    if (method === 'get') return person.once(path)
    const token = tokens.get(title) ?? (await person.token().catch(() => 'none')) // somebody without a session has no form to take one from
    tokens.set(title, token)
    return person.send(path, form, token)
  }

  /** By endpoint, the acts that were judged in answering it. */
  const judged = new Map<string, Set<Act>>()
  const keepJudged = async (name: string, decisions: readonly string[]) => {
    const { rows } = await gateway.owner.query(
      'select act from concordat.decision where id = any ($1::uuid[])',
      [decisions],
    )
    judged.set(name, new Set([...(judged.get(name) ?? []), ...rows.map((row) => row['act'] as Act)]))
  }

  /** An attempt may have ended the person's sessions: whoever calls next signs in again. */
  const signedOut = async ({ who, title }: (typeof people)[number]): Promise<void> => {
    await gateway.owner.query(
      `delete from concordat.session where sess ->> 'personId' = (select id::text from concordat.person where subject = $1)`,
      [who],
    )
    if (pages.delete(title)) tokens.delete(title)
  }

  /** What came of it, as the ledger has it. */
  const outcomeOf = async (name: string, answer: { status: number; headers: Headers }): Promise<Outcome> => {
    const { rows } = await gateway.owner.query(
      `select convert_from(e.body, 'UTF8')::jsonb as entry from ledger.index i join ledger.entry e on e.id = i.entry_id where i.kind = 'correlation' and i.key = $1`,
      [answer.headers.get('x-request-id')],
    )
    const entries = rows.map(
      (row) =>
        row['entry'] as { type: string; decision?: string; clauses?: string[]; detail: { code?: string } },
    ) // as audit/entry.ts writes it
    await keepJudged(
      name,
      entries.flatMap(({ decision }) => decision ?? []),
    )
    if (entries.length === 0) return { cell: 'NOT RECORDED', clauses: [] }
    const refused = entries.find(({ type }) => type === 'decision.refused')
    if (refused)
      return {
        cell: answer.status === 403 ? 'refused' : `refused with ${answer.status}`,
        clauses: refused.clauses ?? [],
      }
    const rejected = entries.find(({ type }) => type === 'request.rejected')
    if (rejected)
      return {
        cell: meanings[rejected.detail.code ?? ''] ?? `PROBLEM ${rejected.detail.code ?? ''}`,
        clauses: [],
      }
    const isKeyRefused = entries.some(({ type }) => type === 'key.refused') && answer.status === 422
    return { cell: answer.status < 400 || isKeyRefused ? 'yes' : `${answer.status}`, clauses: [] }
  }

  test('has a fitting call for every endpoint that there is, and for no other', () => {
    const endpoints = allEndpoints(gateway.wiring).map(({ method, path }) => `${method} ${path}`)
    expect(Object.keys(fittings(gateway)).sort()).toEqual(endpoints.sort())
  })

  test('is the one that was agreed', async () => {
    const rows = new Map<string, Outcome[]>()
    const endpoints = allEndpoints(gateway.wiring)
    for (const person of people) {
      if ('registered' in person) await registerVisitor(gateway)
      for (const { method, path } of endpoints) {
        const name = `${method} ${path}`
        const given = fittings(gateway)[name] ?? {}
        const id = await idFor(given, method === 'post' && path.endsWith('return'))
        if (given.unacknowledged) await forgetReceipt(gateway)
        await restoreHub(gateway.owner)
        if (path.endsWith('/attest')) await takeCopy(gateway, id)
        const copy = given.outside ? await outsideCopyIn(gateway, id, given.outside) : given.photograph ? knownPictureCopy : proved // prettier-ignore
        rows.set(name, [
          ...(rows.get(name) ?? []),
          await outcomeOf(
            `${method.toUpperCase()} ${path}`,
            await call(
              method,
              path.replace(':id', id).replace(':copy', copy).replace(':objection', given.photograph ? knownPictureObjection : knownObjection).replace(':consent', knownConsent).replace(':reference', given.reference ?? String(concernId)).replace(':number', '1').replace(':what', 'sent').replace(':key', agreement).replace(':clause', '14').replace(':owner/:class', 'hmi-prisons/inspection-case-level') + (given.query ?? ''), // prettier-ignore
              given,
              person,
            ),
          ),
        ])
        if (path.includes('/hub/')) await signedOut(person)
      }
    }
    // A call that left no entry was turned away before it was judged: by a gateway that was too busy, and not by a rule.
    const unrecorded = [...rows].flatMap(([name, outcomes]) => outcomes.some(({ cell }) => cell === 'NOT RECORDED') ? [name] : []) // prettier-ignore
    expect(unrecorded).toEqual([])
    await expectGolden('access-matrix.md', writeMatrix(endpoints, rows))
    const unnamed = [...judged].flatMap(([name, acts]) =>
      [...acts].filter((act) => !passesThrough[act]?.includes(name)).map((act) => `${act}: ${name}`),
    )
    expect(
      unnamed,
      'acts that decisions/passes-through.ts does not name for the endpoint that judges them',
    ).toEqual([])
    const unseen = Object.entries(passesThrough).flatMap(([act, ways]) =>
      ways
        .filter((way) => !way.startsWith('job ') && !judged.get(way)?.has(act as Act))
        .map((way) => `${act}: ${way}`),
    )
    expect(
      unseen.filter((way) => !otherCalls.includes(way)),
      'ways of decisions/passes-through.ts that judged no such act',
    ).toEqual([])
  }, 900_000)
})

function sent(client: Client, path: string, file: string | Buffer, words: Fitting['form']) {
  const type = typeof file !== 'string' ? 'image/png' : path.endsWith('checks') ? 'text/plain' : 'text/csv'
  if (!words) return client.send(path, file, type)
  return client.form(
    path,
    words,
    new Blob([typeof file === 'string' ? file : new Uint8Array(file)], { type }),
  )
}

/** Of a quarter that ended before this gateway first ran. */
async function firstDelivery(gateway: TestGateway): Promise<void> {
  await enrolKey(gateway, 'nadia.hussain')
  const { rows } = await gateway.owner.query(
    `select id from concordat.person where subject = 'nadia.hussain'`,
  )
  team.push(...rows.map(({ id }) => String(id)))
  await gateway.owner.query(
    `insert into concordat.export_quarter (ends_on, starts_on, label, rehearse_on, warn_at, due_on, due_at)
     values ('2026-09-30', '2026-07-01', 'Quarter 2 of 2026-27', '2026-09-30', '2026-10-06Z', '2026-10-14', '2026-10-15Z')`,
  )
  const editor = await gateway.as('rhian.davies')
  await editor.post('/api/v1/exports/rehearse', {})
  const { id } = (await editor.post('/api/v1/exports', { quarter: '2026-09-30', findingsRead: true })).json()
  await (await gateway.as('oliver.bennett')).post(`/api/v1/exports/${String(id)}/release`)
  await gateway.settle()
}

async function forgetReceipt(gateway: TestGateway): Promise<void> {
  await gateway.owner.query(
    `update concordat.delivery set state = 'sent', acknowledged_at = null, acknowledged_by = null where number = 1`,
  )
}

/** The first analyst took a copy, and nobody has said what became of it. */
async function takeCopy(gateway: TestGateway, transferId: string): Promise<void> {
  await gateway.owner.query('delete from concordat.copy_attestation')
  await gateway.owner.query('delete from concordat.outside_copy')
  await gateway.owner.query(
    `insert into concordat.collection (id, item_id, person_id, key_fingerprint, collected_at)
     select gen_random_uuid(), i.id, t.requester, k.fingerprint, now() from concordat.item i join concordat.transfer t on t.id = i.transfer_id
       join concordat.person_key k on k.person_id = t.requester and k.state = 'enrolled' where i.transfer_id = $1`,
    [transferId],
  )
}

/** @returns its id; one on paper was put there by the supply desk, a medium was asked for by the analyst */
async function outsideCopyIn(gateway: TestGateway, transferId: string, state: string): Promise<string> {
  const { rows } = await gateway.owner.query(
    `insert into concordat.outside_copy (id, item_id, kind, origin, description, amount, place, device, back_on, state, registered_by, registered_at)
     select gen_random_uuid(), i.id, case $2 when 'asked' then 'removable-media' else 'paper' end,
       case $2 when 'asked' then 'copied' when 'held' then 'printed' else 'handed-over' end, 'Rosters', 1, 'Safe 2',
       case $2 when 'asked' then 'A stick' end, case $2 when 'asked' then current_date end, $2, p.id, now()
     from concordat.item i, concordat.person p
     where i.transfer_id = $1 and p.subject = case $2 when 'handed-over' then 'daniel.okafor' else 'ayesha.rahman' end returning id`,
    [transferId, state],
  )
  return String(rows[0]?.['id'])
}

async function registerVisitor(gateway: TestGateway): Promise<void> {
  await gateway.owner.query(
    `insert into concordat.person (id, issuer, subject, name, email, party) values (gen_random_uuid(), $1, 'iain.fletcher', 'Iain Fletcher', 'iain.fletcher@visitor.example', 'imb')`,
    [gateway.environment.identity.issuer],
  )
}

function writeMatrix(
  endpoints: ReturnType<typeof allEndpoints>,
  rows: ReadonlyMap<string, readonly Outcome[]>,
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const titles = people.map(({ title }) => title)
  const table = (surface: 'api' | 'page') => [
    line(['what', 'address', ...titles]),
    line(['---', '---', ...titles.map(() => '---')]),
    ...endpoints
      .filter((each) => each.surface === surface)
      .map(({ method, path, summary }) =>
        line([
          summary,
          `${method.toUpperCase()} ${path}`,
          ...(rows.get(`${method} ${path}`) ?? []).map(({ cell }) => cell),
        ]),
      ),
  ]
  const why = endpoints.flatMap(({ method, path }) =>
    (rows.get(`${method} ${path}`) ?? []).flatMap(({ clauses }, index) =>
      clauses.length === 0
        ? []
        : [line([`${method.toUpperCase()} ${path}`, titles[index] ?? '', [...new Set(clauses)].join(', ')])],
    ),
  )
  return [
    '# Who may do what', '',
    'Made by calling a running gateway as each kind of person and asking its ledger what came of it. Each call fits the state of the',
    'request that it names, so that nothing but the person decides. The request was made by the first analyst.', '',
    '- **yes**: it is done, and it is an entry in the ledger',
    '- **refused**: a refusal with its clauses (see below), and an entry',
    '- **not found**: answered as if it did not exist, and an entry',
    '- **sign in first**, **not registered**: turned away at the door, and an entry', '',
    '## Pages', '', ...table('page'), '', '## Over JSON', '', ...table('api'), '',
    '## Which clauses refuse', '', line(['address', 'whom', 'clauses']), line(['---', '---', '---']), ...why, '',
  ].join('\n') // prettier-ignore
}
