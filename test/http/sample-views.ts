// Sample data for every view, with hostile text wherever a person or a file can put text.
import { createHash } from 'node:crypto'
import { catalogue } from '../../audit/events.ts'
import { clauseKinds } from '../../gateway/agreements/schemas.ts'
import { documentKinds } from '../../gateway/clearance/clearance.ts'
import { consentStates } from '../../gateway/clearance/consent.ts'
import { answerKinds, answerStates } from '../../gateway/clearance/hub-answer-store.ts'
import { categories } from '../../gateway/clearance/match.ts'
import { standings } from '../../gateway/clearance/facts.ts'
import { clauseOf as clauseOfQuestion, questions } from '../../gateway/photographs/checking.ts'
import { standings as photographStandings } from '../../gateway/photographs/standing.ts'
import { audiences } from '../../gateway/photographs/photograph.ts'
import * as concernWords from '../../gateway/concerns/concern.ts'
import { chartOf } from '../../gateway/concerns/reports.ts'
import type { ShownYear } from '../../gateway/exports/year.ts'
import { timelineOf } from '../../gateway/exports/year-timeline.ts'
import { columns as figureColumns } from '../../gateway/figures/columns.ts'
import { managementInformation, provenances } from '../../gateway/figures/figure.ts'
import { organisations as hubOrganisations, purposes as hubPurposeNames } from '../../gateway/hub/access.ts'
import { sensitiveKinds } from '../../gateway/hub/screen.ts'
import { bases } from '../../gateway/forgetting/erasure.ts'
import { columns } from '../../gateway/concerns/table-schema.ts'
import { cellsOf } from '../../gateway/concerns/written.ts'
import { calendarOf } from '../../gateway/retention/due-calendar.ts'
import { holdKinds } from '../../gateway/retention/hold.ts'
import { personalKinds } from '../../gateway/personal-text.ts'
import type { Transfer, TransferState } from '../../gateway/transfers/transfer.ts'
import { yearStarting } from '../../policies/quarter.ts'

/** Text as somebody who means harm would type it. */
export const hostile = (words: string) =>
  `${words} <b onclick="alert(1)">"it's" & </textarea><script>alert(2)</script>`

const at = (day: number) => new Date(Date.UTC(2026, 3, day, 13, 5))

export const frame = {
  person: { id: 'p-1', name: hostile('Ayesha Rahman'), email: hostile('ayesha'), party: 'hmi-prisons', roles: ['analyst', 'approver', 'supply-desk', 'assurance-officer'] }, // prettier-ignore
  csrfToken: hostile('token'),
  requestId: '0b7c1d1e-0000-4000-8000-000000000000',
  path: '/',
}

export function transferIn(state: TransferState): Transfer {
  return {
    id: 'b4a1a4de-6a0f-4a38-9f80-6d0d2f9b6a01', reference: 'HP-2026-0042', agreement: 'hmpps-2025', exchange: 'case-level-data', from: 'hmpps', to: 'hmi-prisons',
    requester: 'p-1', approver: 'p-2', supplier: 'p-3', lawfulBasis: hostile('Public task'), dataCategories: ['case-level records'], marking: 'OFFICIAL-SENSITIVE',
    retentionClass: 'inspection-case-level', state, version: 3, inspection: hostile('INS-2026-014'), dataset: 'use-of-force', fields: ['prison_number', 'incident_date', 'reason'],
    establishments: ['BMI', 'LEI'], prisonNumbers: ['A1234BC'], periodFrom: '2025-10-01', periodTo: '2026-03-31', purpose: 'safety', statutoryBasis: hostile('Prison Act 1952'),
    requestedAt: at(1), approvedAt: at(2), suppliedAt: at(3), suppliedFields: ['prison_number'], suppliedEstablishments: ['BMI'], availableAt: at(3),
  } // prettier-ignore
}

const dataset = {
  key: 'use-of-force', title: hostile('Use of force'), description: hostile('One row for each person.'),
  fields: [
    { name: 'prison_number', title: hostile('Prison number'), type: 'string', sensitivity: 'identifier', neededFor: ['safety'] },
    { name: 'incident_date', title: 'Date of the incident', description: hostile('When.'), type: 'date', sensitivity: 'personal', neededFor: ['safety'] },
    { name: 'reason', title: 'Why force was used', type: 'string', sensitivity: 'criminal-offence', neededFor: ['respect'] },
  ],
} // prettier-ignore
const witnessing = {
  signed: 70, witnessed: 64, isMet: false,
  witnesses: [{ name: hostile('hmpps.example/witness'), last: { size: 64, at: at(3) } }, { name: 'imb.example/witness', last: undefined }],
} // prettier-ignore
const purposes = [
  { key: 'safety', title: hostile('Safety'), description: hostile('People are held safely.') },
]
const exchanges = [{ agreement: 'hmpps-2025', key: 'case-level-data', title: hostile('Case-level data'), agreementTitle: hostile('Memorandum') }] // prettier-ignore
const asking = {
  about: hostile('inspection'),
  isFromTeam: true,
  legalPower: hostile('Prison Act 1952, section 5A'),
  from: 'hmpps',
}
const askers = [
  { party: 'hmi-prisons', roles: ['analyst'] },
  { party: 'imb', roles: ['board-member', 'imb-staff'] },
]
const inspections = [{ reference: 'INS-2026-014', establishmentName: hostile('Birmingham'), establishment: 'BMI', startsOn: '2026-05-11', endsOn: '2026-05-22', team: ['p-1'] }] // prettier-ignore
const places = new Map([['BMI', { code: 'BMI', name: hostile('Birmingham') }]])
const refusal = { clause: 'hmpps-2025/11-relevance', says: hostile('relevant to the inspection'), reason: hostile('You are not on the team.'), remedy: hostile('Ask to be added.'), whoCanDecide: hostile('The co-ordinator'), local: false } // prettier-ignore
const localRefusal = {
  clause: 'local/key-enrolled',
  reason: hostile('You have no key.'),
  remedy: 'Set one up.',
  whoCanDecide: 'You',
  local: true,
}
const clauses = [
  { id: refusal.clause, says: refusal.says, summary: hostile('Relevance'), local: false, verdict: 'refused', reason: refusal.reason, remedy: refusal.remedy, whoCanDecide: refusal.whoCanDecide },
  { id: 'local/statutory-basis', summary: hostile('A basis is named.'), local: true, verdict: 'met' },
] // prettier-ignore
const form = {
  inspection: 'INS-2026-014', dataset: 'use-of-force', purpose: 'safety', fields: ['prison_number', 'reason'], establishments: hostile('BMI'), prisonNumbers: hostile('A1234BC'),
  periodFrom: '2025-10-01', periodTo: '2026-03-31', relevance: hostile('Because.'), statutoryBasis: hostile('Prison Act 1952'),
} // prettier-ignore
const asked = { ...form, establishments: ['BMI', 'LEI'], prisonNumbers: ['A1234BC'] }
const faultsOf = (...fields: string[]) =>
  fields.map((field) => ({ field, message: hostile(`Wrong ${field}.`) }))
const item = {
  id: 'i-1', rowCount: 1214, destroyOn: '2027-04-03', retentionClass: 'inspection-case-level', scheduleOwner: 'hmi-prisons', scheduleVersion: 'demonstration-1',
  scheduleIsDemonstration: true, status: { state: 'sealed' },
} // prettier-ignore
const destroyed = { ...item, status: { state: 'destroyed', destroyedAt: at(29) } }
const certificate = { id: 'c-1', jws: hostile('eyJhbGciOiJFZERTQSJ9.e30.c2ln'), issuedAt: at(29) }
const timeline = [{ act: 'requested', at: '2026-04-01T13:05:00.000Z' }, { act: 'approved', at: '2026-04-02T13:05:00.000Z' }] // prettier-ignore
const people = { requester: { id: 'p-1', name: hostile('Ayesha') }, approver: { id: 'p-2', name: hostile('Gwen') }, supplier: { id: 'p-3', name: hostile('Daniel') } } // prettier-ignore
const texts = (['relevance', 'return', 'part-supply', 'escalate'] as const).map((kind) => ({
  kind,
  writtenAt: at(1),
  text: hostile(kind),
}))

const outsideCopy = { id: 'c-1', kind: 'paper', origin: 'printed', description: hostile('Rosters'), amount: 12, place: hostile('Safe 2'), state: 'held' } // prettier-ignore
const medium = { ...outsideCopy, kind: 'removable-media', origin: 'copied', amount: 1, device: hostile('Stick'), backOn: '2027-03-01' } // prettier-ignore
const outside = {
  copies: [
    { ...outsideCopy, id: 'c-2', origin: 'handed-over', state: 'handed-over' },
    { ...outsideCopy, id: 'c-3' },
    { ...outsideCopy, id: 'c-4', state: 'destroyed', method: 'shredding', witness: hostile('W'), endedOn: '2027-02-01' },
    { ...medium, id: 'c-5', state: 'asked' },
    { ...medium, id: 'c-6', state: 'declined', answer: hostile('No') },
    { ...medium, id: 'c-7', state: 'held', answer: hostile('Yes') },
    { ...medium, id: 'c-8', state: 'returned', answer: hostile('Yes'), endedOn: '2027-02-01' },
  ],
  isSender: false,
  may: { register: true, receive: true, answer: true, end: true },
  methods: { paper: ['shredding', 'pulping'], 'removable-media': ['overwriting'] },
  today: '2027-02-03',
} // prettier-ignore

function requestIn(state: TransferState, acts: Record<string, boolean>, more: Record<string, unknown> = {}) {
  const answer = { timeline, supplyDue: '2026-04-09T16:59:59.000Z' }
  return { transfer: transferIn(state), answer, texts, people, dataset, purpose: purposes[0], establishments: [places.get('BMI'), undefined], acts, blocked: [], exchange: { about: hostile('inspection'), noRefusal: { clause: 'hmpps-2025/10-no-refusal', says: hostile('cannot be refused') } }, supplyIsLocal: true, ...more } // prettier-ignore
}

const copiesOwed = {
  taken: [{ id: 'k-1', personId: 'p-1', takenAt: at(4) }, { id: 'k-2', personId: 'p-1', takenAt: at(5), attested: { state: 'destroyed', at: at(6) } }],
  owed: [
    { transfer: 'b4a1a4de-6a0f-4a38-9f80-6d0d2f9b6a01', reference: 'HP-2026-0042', clause: 'local/attest-copies', owes: 'attest', dueOn: '2026-05-01', overdue: true },
    { transfer: 'b4a1a4de-6a0f-4a38-9f80-6d0d2f9b6a01', reference: 'HP-2026-0042', clause: 'local/say-it-arrived', owes: 'acknowledge', dueOn: '2026-05-02', overdue: false },
  ],
} // prettier-ignore

const says = {
  status: 'part-complete', authority: { agreement: 'hmpps-2025', clauses: ['hmpps-2025/19-destruction'] },
  copies: [
    { kind: 'vault', ref: 'v', state: 'destroyed' }, { kind: 'backup', ref: 'b', state: 'unreadable', expiresOn: '2026-06-01' },
    { kind: 'recipient', ref: 'r', state: 'unaccounted' }, { kind: 'recipient', ref: 's', state: 'attested-destroyed', attestedAt: '2026-05-01T10:00:00.000Z' },
  ],
} // prettier-ignore

const line = (type: string, seq: number | undefined, actor: object) => ({
  entryId: createHash('sha256').update(type).digest('hex').slice(0, 32), seq, at: '2026-04-01T13:05:00.000Z', type, actor, correlation: 'x',
  subjects: [{ kind: 'transfer', id: 'b4a1a4de-6a0f-4a38-9f80-6d0d2f9b6a01' }, { kind: 'person', id: null }], clauses: ['hmpps-2025/16-dsa'],
  detail: { fields: ['a', hostile('b')], rows: 1214, relevance: null, destroyOn: '2026-05-01', complete: true },
}) // prettier-ignore
const figure = { reference: hostile('SH-1'), version: 2, measure: hostile('Self-harm'), sourceReport: hostile('Report'), extractedAt: at(1), unit: hostile('incidents'), filters: hostile('Leeds'), value: '1204.5', valueHash: 'a'.repeat(64), marking: 'OFFICIAL', provenance: 'performance-hub', publicSource: null, registeredAt: at(2) } // prettier-ignore
const clearance = { id: 'b4a1a4de-6a0f-4a38-9f80-6d0d2f9b6a03', title: hostile('Leeds'), kind: 'report-figures', openedAt: at(1), notifiedAt: at(1), window: { deliveredAt: at(2), warnAt: at(10), endsAt: at(14) } } // prettier-ignore
const release = { reference: 'R-1', title: hostile('Safety'), address: 'https://statistics.example/', releaseOn: '2026-12-10', version: 2 } // prettier-ignore
const objection = { id: 'o-1', raisedAt: at(3), words: hostile('No.') }
const consentRequest = {
  id: 'c-1', clearanceId: clearance.id, figure, context: hostile('There were 412.'), searched: hostile('GOV.UK'), askedAt: at(1), warnAt: at(2), dueAt: at(14), consent: { state: 'requested', acknowledgedAt: at(2) },
  release, standing: 'requested', refusals: [refusal], attested: [{ clause: 'hub-2023/4.1', at: at(1), smallestCell: 12, words: hostile('Looked.') }],
  objections: [objection, { ...objection, id: 'o-2', decided: { decision: 'overruled', at: at(4), reason: hostile('Right.') } }],
} // prettier-ignore
const draftCheck = {
  id: 'd-1',
  clearanceId: clearance.id,
  sha256: 'a'.repeat(64),
  format: 'docx',
  checkedAt: at(4),
}
const statements = [{ clause: 'hub-2023/4.1', states: hostile('That it need not be accurate.') }]
const disclosureTable = { id: 't-1', clearanceId: 'c-1', title: hostile('Incidents'), measure: hostile('Incidents'), filters: hostile('Leeds'), shown: { rows: [hostile('A'), 'Total'], columns: [hostile('men'), 'women'], cells: [[null, 1204], [12, null]] }, hidden: { small: 1, secondary: 3, dominated: 1, differencing: 2 }, smallestShown: 12, sha256: 'ab', putForwardBy: 'p-2', putForwardAt: at(2), attested: undefined } // prettier-ignore
const pictureConsent = { id: 'c-1', who: hostile('person 1'), form: hostile('Cabinet 4'), writtenOn: '2026-03-01', uses: hostile('The report'), storage: hostile('Sealed'), until: '2026-12-01', sharedWith: ['hmpps', 'public'], recordedAt: at(1), withdrawnAt: undefined } // prettier-ignore
const pictureCopy = { id: 'y-1', kind: 'published', place: hostile('https://www.example.org/'), personId: 'p-1', madeAt: at(4), recalled: { at: at(5), because: 'withdrawn' }, ended: undefined } // prettier-ignore
const photograph = {
  id: 'f-1', clearanceId: clearance.id, inspection: hostile('INS-1'), caption: hostile('A cell'), shows: hostile('A cell with a broken window'), finding: hostile('Cells are cold.'),
  photographer: 'p-1', takenOn: '2026-03-02', people: 2, keptAt: at(1), format: 'jpeg', width: 24, height: 16, removed: ['exif', 'colour-profile'], sha256: 'ab'.repeat(32),
  retention: { class: 'photographs', scheduledOn: '2027-03-02', destroyOn: '2026-12-01' }, status: { state: 'sealed' }, included: undefined, cleared: undefined,
  consents: [pictureConsent, { ...pictureConsent, id: 'c-2', withdrawnAt: at(3) }], checks: [], answers: [],
  copies: [{ ...pictureCopy, recalled: undefined }, pictureCopy, { ...pictureCopy, id: 'y-2', kind: 'taken', place: undefined }, { ...pictureCopy, id: 'y-3', ended: { at: at(6), by: 'p-2', how: hostile('Deleted.') } }],
} // prettier-ignore
const pictureQuestions = questions.map((question) => ({
  question,
  clause: clauseOfQuestion[question],
  states: hostile('That it shows none.'),
  people: question === 'security' ? 2 : 1,
}))
const pictureRights = { audiences, questions: pictureQuestions, unanswered: ['identity', 'security'], bars: ['victims'], heldBy: [refusal], isPublic: false, mayKeep: true, mayEnd: true, mayCheck: true, mayRun: true, mayClear: true, mayAnswer: false } // prettier-ignore
const pictureObjection = {
  id: 'o-1',
  answer: 'objection',
  words: hostile('It shows a lock.'),
  by: 'p-4',
  at: at(6),
  decided: undefined,
}
const inTheDraft = {
  ...photograph, included: { by: 'p-1', at: at(4) }, checks: [{ id: 'k-1', question: 'victims', answer: 'found', words: hostile('I know them.'), by: 'p-4', party: 'hmpps', at: at(5) }, { id: 'k-2', question: 'accuracy', answer: 'clear', words: hostile('Looked.'), by: 'p-1', party: 'hmi-prisons', at: at(3) }],
  answers: [{ ...pictureObjection, id: 'o-2', answer: 'no-objection', words: undefined }, pictureObjection, { ...pictureObjection, id: 'o-3', decided: { decision: 'overruled', by: 'p-1', at: at(7), reason: hostile('In plain sight.') } }],
} // prettier-ignore
const hubAnswer = { id: 'a-1', kind: 'foi-answer', reference: hostile('FOI-12'), figure, words: hostile('A count.'), release: { reference: 'R-1', title: hostile('Safety'), releaseOn: '2026-12-10' }, askedBy: 'p-1', askedAt: at(1), state: 'asked', answeredAt: undefined, answerWords: undefined, releasedAt: undefined } // prettier-ignore
const hubUser = { id: 'h-1', personId: 'p-1', username: hostile('ayesha'), organisation: 'associated-organisation', document: hostile('Letter'), writtenOn: '2026-01-02', until: '2026-12-31', lineManager: 'p-2', grantedAt: at(1), restrictedAt: undefined, ended: undefined, lastUsedAt: at(3) } // prettier-ignore
const hubConditions = { version: '2026-01', sha256: 'ab', enteredAt: at(1) }
const hubPurposes = hubPurposeNames.map((value) => ({ value, text: value }))
const noMistake = { form: '', given: {}, faults: [] }
const person = { kind: 'person', username: hostile('ayesha'), ip: '10.0.0.1' }
const lines = [
  ...Object.keys(catalogue).map((type, index) => line(type, index, person)),
  line('item.sealed', undefined, { kind: 'process', name: 'worker' }), line('form.viewed', 90, { kind: 'unknown' }), line('form.viewed', 91, { kind: 'person', username: null }),
] // prettier-ignore
const types = Object.keys(catalogue)

const concern = {
  reference: 'C-1', version: 3, establishment: 'LEI', inspection: hostile('INS-1'), reportPublishedOn: '2026-04-01', test: 'purposeful-activity', rank: 'priority',
  text: hostile('Too few places in work.'), opinion: true, status: 'closed', statusOn: '2026-09-01', judgement: 'good-progress', judgedOn: '2026-08-01',
} as const // prettier-ignore
const reports = [{ inspection: hostile('INS-1'), publishedOn: '2024-04-01', open: 3, closed: 9, priorities: 5 }, { inspection: 'INS-2', publishedOn: '2026-04-01', open: 12, closed: 0, priorities: 6 }] // prettier-ignore
const intake = { id: 'b4a1a4de-6a0f-4a38-9f80-6d0d2f9b6a01', state: 'checked', startedAt: at(1), rowsRead: 1214, baseEdition: 3, faultCount: 0, faults: [], added: 3, changed: 2, closed: 1, unchanged: 1209 } // prettier-ignore

const kept = { item: { ...item, of: { kind: 'transfer', id: 'b4a1a4de-6a0f-4a38-9f80-6d0d2f9b6a01' }, clockStartedAt: at(1), consentUntil: '2027-06-01' }, reference: 'HP-2026-0042', page: '/requests/b4a1a4de-6a0f-4a38-9f80-6d0d2f9b6a01', agreement: 'hmpps-2025', from: 'hmpps', to: 'hmi-prisons', contents: 'use-of-force' } // prettier-ignore
const keptDelivery = { ...kept, item: { ...kept.item, of: { kind: 'delivery', id: 'd-7' } }, reference: 'Delivery 7', page: '/deliveries/7', from: 'hmi-prisons', to: 'hmpps', contents: 'concerns-export' } // prettier-ignore
const about = { title: hostile('Request HP-2026-0042'), page: '/requests/b4a1a4de', marking: 'OFFICIAL-SENSITIVE', what: hostile('The package') } // prettier-ignore
const hold = { id: 'h-1', itemId: 'i-1', kind: 'inquiry', reason: hostile('An inquiry.'), placedBy: { id: 'p-1', name: hostile('Marta') }, placedAt: at(2), reviewOn: '2026-06-01', reference: 'HP-2026-0042' } // prettier-ignore
const liftAsked = { by: { id: 'p-2', name: hostile('Helen') }, at: at(3), reason: hostile('It is over.') }
const clockMoved = { means: 'class', classBefore: 'a-class', classAfter: 'b-class', versionBefore: '1', versionAfter: '2', destroyOnBefore: '2027-04-03', destroyOnAfter: '2027-05-03', changedBy: hostile('Helen'), changedAt: at(4), reason: hostile('Asked for.') } // prettier-ignore
const outsideInLife = [
  { description: hostile('Rosters'), place: hostile('Safe'), state: 'destroyed', method: 'shredding', endedOn: '2027-02-01' },
  { description: hostile('Rosters'), place: hostile('Safe'), state: 'declined' },
  { description: hostile('Rosters'), place: hostile('Safe'), state: 'held' },
] // prettier-ignore
const life = { ...kept, outside: [], holds: [], moves: [], shelves: [{ ref: 'shelf/hmi-prisons/2027-04-03/1', state: 'open' }], copies: [], offer: undefined, editions: [], classes: [{ key: 'a-class', title: hostile('A class') }], holdKinds } // prettier-ignore
const days = [{ day: '2026-04-03', count: 3, held: 1 }]
const scheduleClass = { schedule: { owner: 'hmi-prisons', version: 'demonstration-1', demonstration: true, source: hostile('Made up.') }, class: { key: 'a-class', title: hostile('A class'), period: { value: { amount: 12, unit: 'month' }, local: true }, starts: { value: 'item.sealed' } }, held: 12, stale: 2 } // prettier-ignore
const wouldMove = { held: kept, to: '2027-05-03', version: '2' }
const given = (value: string, local = false) => ({ value, local })
const agreementHead = (key: string, standing: string) => ({
  key,
  title: hostile('Memorandum'),
  parties: ['hmi-prisons', 'hmpps', 'moj-data-and-analysis'],
  standing: given(standing, standing === 'historical'),
  inForce:
    standing === 'historical'
      ? {}
      : { from: given('2025-01-02', true), ...(standing === 'superseded' && { until: given('2025-01-01') }) },
  review: {
    every: { amount: 12, unit: 'month' },
    ...(standing === 'in-force' && { next: given('2026-01-02', true) }),
    overdue: standing === 'in-force',
  },
  contacts: [{ party: 'hmpps', office: hostile('Head of Assurance') }],
  disposal: 'destroy',
  supersedes: 'hmpps-2019',
  refused: 2,
  document: agreementDocument,
})
const parts = [
  { name: 'Limit', value: hostile('5 working days'), local: true },
  { name: 'Who can decide', value: hostile('Nobody'), local: false },
]
const clauseOf = (slug: string, kind: string, more: object = {}) => ({
  id: `hmpps-2025/${slug}`,
  slug,
  anchor: `hmpps-2025-${slug}`,
  kind,
  says: hostile('suitably encrypted media'),
  summary: hostile('It is encrypted.'),
  note: hostile('A note.'),
  means: [
    {
      kind: 'rule',
      sentence: hostile('Refuses where: it is not.'),
      parts,
      text: hostile('forbid (principal, action, resource);'),
    },
  ],
  examples: [],
  localDefaults: [],
  ...more,
})
const agreementDocument = {
  key: 'hmpps-2025',
  title: hostile('Memorandum'),
  hash: 'a'.repeat(64),
  paragraphs: [
    {
      number: '16-18',
      anchor: 'paragraph-16-18',
      heading: 'Paragraphs 16 to 18',
      title: hostile('Data'),
      exchanges: [{ key: 'case-level-data', title: hostile('Case-level data'), parts }],
      clauses: [
        clauseOf('16', 'rule', { supersedes: 'hmpps-2019/14', supersededBy: 'hmpps-2026/1' }),
        clauseOf('17', 'duty'),
        ...(['attestation', 'record', 'outside'] as const).map((kind) =>
          clauseOf(kind, kind, { means: [{ kind, sentence: hostile('Why.'), parts: [] }] }),
        ),
      ],
    },
  ],
}
const states = new Map<string, object>([
  ['hmpps-2025/16', { enforcement: { tested: 1214, refused: 2, lastTested: at(2), lastRefused: at(1) } }],
  ['hmpps-2025/17', { clocks: { running: 1, met: 3, late: 0, lastStarted: at(1), lastMet: at(2) } }],
]) // prettier-ignore
const needsExchanges = [{ key: 'hmpps-2025/case-level-data', title: hostile('Case-level data'), agreement: hostile('Memorandum') }] // prettier-ignore
const version = { id: 'b4a1a4de-6a0f-4a38-9f80-6d0d2f9b6a02', agreement: 'hmpps-2025', hash: 'ab'.repeat(32), state: 'proposed', proposedBy: 'p-1', proposedAt: at(3) } // prettier-ignore
const packFaults = [{ code: 'yaml', file: hostile('agreements/x/16.yaml'), line: 12, message: hostile('It is wrong.'), remedy: hostile('Mend it.') }] // prettier-ignore
const versionReplay = {
  since: '2025-11-26', decisions: 40, unchanged: 37, undecided: [], isCut: false,
  changed: [{ id: 'd-1', decidedAt: '2026-04-03T10:00:00Z', act: 'request', change: 'now-refused', nowRefusing: ['hmpps-2025/16-dsa'], noLongerRefusing: [] }],
  byClause: [{ clause: 'hmpps-2025/16-dsa', nowRefuses: 1, noLongerRefuses: 0 }],
} // prettier-ignore
const versionRead = {
  people: new Map([['p-1', { name: hostile('Ruth Castle'), party: 'hmi-prisons' }], ['p-2', { name: 'Peter Lowe', party: 'hmpps' }]]),
  replay: versionReplay, mostShown: 50, acts: { request: 'asking for data' },
  changes: [{
    heading: 'Paragraph 16', title: hostile('Case-level data'),
    items: [
      { id: hostile('hmpps-2025/16'), change: 'changed', fields: [{ name: 'Words', runs: [{ kind: 'same', text: hostile('as') }, { kind: 'removed', text: hostile('is') }, { kind: 'added', text: hostile('was') }] }, { name: 'Clock: Limit', before: { text: hostile('5 days'), local: true }, after: { text: '7 days', local: false } }] },
      { id: 'hmpps-2025/16#2', change: 'added', fields: [{ name: 'Rule', isRule: true, runs: [{ kind: 'added', text: hostile('forbid') }] }, { name: 'Who', after: { text: 'x', local: false } }] },
      { id: 'gone', change: 'removed', fields: [] },
    ],
  }],
} // prettier-ignore
const [sampleParagraph] = agreementDocument.paragraphs
const readAs = { document: agreementDocument, paragraphs: agreementDocument.paragraphs, states, shown: 5, total: 5, filters: {}, kinds: clauseKinds } // prettier-ignore

const paper = {
  title: 'Data Movement Form',
  about: hostile('What is asked.'),
  missing: 2,
  sections: [
    {
      title: hostile('Who'),
      rows: [
        {
          question: hostile('Who asks?'),
          answer: hostile('Ayesha'),
          clauses: ['hmpps-2025/1', 'hmpps-2025/annex-a/identity'],
          local: true,
        },
        { question: 'Assessment', missing: hostile('Not kept.'), clauses: [], local: false },
      ],
    },
  ],
}
const quarter = { startsOn: '2026-07-01', endsOn: '2026-09-30', label: 'Quarter 2 of 2026-27', rehearseOn: '2026-09-30', dueOn: '2026-10-14', warnAt: at(1), dueAt: at(2), metAt: undefined } // prettier-ignore
const exported = { marking: 'OFFICIAL-SENSITIVE', address: 'team@example.org' }
const delivery = {
  id: 'b4a1a4de-6a0f-4a38-9f80-6d0d2f9b6a02', number: 12, follows: 11, state: 'sent', quarterLabel: quarter.label, quarterStartsOn: quarter.startsOn, quarterEndsOn: quarter.endsOn,
  amendment: undefined, putForwardAt: at(1), releasedAt: at(1), sentAt: at(1), acknowledgeBy: new Date('2026-10-22T23:00:00Z'), manifestSha256: 'a'.repeat(64), rows: 4012,
  changes: { new: 31, changed: 12, closed: 18, reopened: 1 },
} // prettier-ignore
const amendment = { ...delivery, number: 13, follows: 12, state: 'acknowledged', acknowledgedAt: at(2), amendment: { amends: 12, reason: hostile('Two were missing.') } } // prettier-ignore
const nil = { ...delivery, number: 1, follows: undefined, rows: 0, changes: { new: 0, changed: 0, closed: 0, reopened: 0 } } // prettier-ignore
const report = {
  rows: 4012, since: 11, changes: delivery.changes, drift: [{ column: 'owner', says: 'The column owner is new.', blocks: false }],
  unknownEstablishments: [{ code: hostile('ZZZ'), concerns: 2, nearest: ['LEI (Leeds)'] }], outliers: [{ says: '2 concerns have a date in the future.', concerns: ['C-1', 'C-2'] }],
  personalTexts: 2, personalText: [{ concern: 'C-3', kinds: ['prison-number', 'e-mail'] }, { concern: 'C-4', kinds: ['name-and-birth'] }],
} // prettier-ignore
const rehearsal = { id: 'r-1', madeAt: at(1), madeBy: undefined, edition: 7, blocks: false, report }
const blockedRehearsal = { ...rehearsal, blocks: true, report: { ...report, drift: [{ column: 'irp_judgement', says: 'The column irp_judgement is missing.', blocks: true }] } } // prettier-ignore
const next = { quarter, state: 'due-soon', rehearsal, underWay: undefined, latest: delivery, mayRelease: true, findings: 6, personalKinds, given: {}, faults: [], exported } // prettier-ignore
const yearRow = (endsOn: string, state: string, deliveries: readonly object[]) => ({ quarter: { ...quarter, startsOn: `${endsOn.slice(0, 5)}${String(Number(endsOn.slice(5, 7)) - 2).padStart(2, '0')}-01`, endsOn }, state, deliveries }) // prettier-ignore
const yearShown = {
  year: yearStarting(2026, 'april-start'),
  years: [yearStarting(2027, 'april-start'), yearStarting(2026, 'april-start')],
  rows: [yearRow('2027-03-31', 'to-come', []), yearRow('2026-12-31', 'late', []), yearRow('2026-09-30', 'met', [amendment, delivery]), yearRow('2026-06-30', 'not-owed', [])],
} as unknown as ShownYear // prettier-ignore
const putForward = { id: 'b4a1a4de', state: 'put-forward', quarterLabel: quarter.label, putForwardAt: at(1), amendment: undefined } // prettier-ignore
const change = (kind: string, cells: readonly object[]) => ({ reference: 'C-1', kind, cells, now: { ...cellsOf(concern), text: hostile('Too few places.') } }) // prettier-ignore
const share = {
  id: 'b4a1a4de-6a0f-4a38-9f80-6d0d2f9b6a03', reference: 'URG-0A1B-2C3D', reason: hostile('People are at risk.'), sharedAt: at(1), reviewBy: new Date('2026-04-02T23:00:00Z'), review: undefined,
  recipients: [{ id: 'p-1', name: hostile('Nadia'), collectedAt: at(1) }, { id: 'p-2', name: 'Sam', collectedAt: undefined }],
} // prettier-ignore
const erasure = { id: 'b4a1a4de-6a0f-4a38-9f80-6d0d2f9b6a01', scope: 'person', basis: 'court-order', askedBy: 'p-1', askedAt: at(1), fields: [], status: { state: 'asked', identifiers: [hostile('A1234BC')], reason: hostile('Ordered.') } } // prettier-ignore
const erased = { ...erasure, status: { state: 'done', authorisedBy: 'p-2', doneAt: at(2), rowsChanged: 12, valuesDeleted: 34, entriesTouched: 1 } } // prettier-ignore

/** [template, what it shows, data] */
export const samples: readonly (readonly [template: string, what: string, data: Record<string, unknown>])[] = [
  ['deliveries.njk', 'a year', { ...yearShown, timeline: timelineOf(yearShown, '2026-11-01'), mayRelease: true, onTeam: true, subscribed: false, exported }],
  ['deliveries.njk', 'the first quarter', { ...yearShown, years: yearShown.years.slice(0, 1), timeline: timelineOf(yearShown, '2030-11-01'), rows: [{ quarter, state: 'met', deliveries: [nil] }], underWay: putForward, onTeam: false, exported }],
  ['delivery.njk', 'to be collected', { delivery, item: { destroyOn: '2027-10-01', status: { state: 'sealed' } }, mail: { sent: { form: 'message', people: 1, at: new Date('2026-10-12T09:00:00Z') } }, amendedBy: [13], people: { putForwardBy: { name: hostile('Rhian') }, releasedBy: { name: 'Oliver' } }, onTeam: true, exported }],
  ['delivery.njk', 'an amendment, destroyed', { delivery: amendment, item: { destroyOn: '2027-10-01', status: { state: 'destroyed', destroyedAt: at(9) } }, mail: { sent: { form: 'notice', reason: 'too-large', at: new Date('2026-10-12T09:00:00Z') } }, amendedBy: [], people: { acknowledgedBy: { name: hostile('Nadia') } }, onTeam: true, exported }],
  ['delivery.njk', 'held, for who keeps records', { delivery, item: { id: 'i-1', destroyOn: '2027-10-01', status: { state: 'sealed' } }, holds: 1, keepsRecords: true, amendedBy: [], people: {}, exported }],
  ['delivery-kept.njk', 'kept', { about, item: { destroyOn: '2027-10-01', status: { state: 'sealed' } } }],
  ['delivery-kept.njk', 'destroyed a moment ago', { about, item: { destroyOn: '2027-10-01', status: destroyed.status } }],
  ['delivery-changes.njk', 'changes', { delivery, changes: [change('new', []), change('closed', [{ column: 'status', before: 'open', after: 'closed' }, { column: 'irp_judgement', before: null, after: hostile('x') }])], more: true }],
  ['delivery-changes.njk', 'nothing', { delivery, changes: [], more: false }],
  ['export-next.njk', 'to be put forward', next],
  ['export-next.njk', 'not rehearsed, with an earlier rehearsal', { ...next, rehearsal: undefined, earlier: { rehearsal, quarter: { ...quarter, label: hostile('Quarter 1') } }, findings: 0, state: 'running' }],
  ['export-next.njk', 'not rehearsed', { ...next, rehearsal: undefined, findings: 0, state: 'running' }],
  ['export-next.njk', 'blocked', { ...next, rehearsal: blockedRehearsal }],
  ['export-next.njk', 'to be released', { ...next, underWay: putForward, putForwardBy: { id: 'p-9', name: hostile('Rhian') } }],
  ['export-next.njk', 'put forward by oneself', { ...next, underWay: putForward, putForwardBy: { id: 'p-1', name: hostile('Rhian') } }],
  ['export-next.njk', 'being sealed', { ...next, underWay: { ...putForward, state: 'released', number: 13 } }],
  ['export-next.njk', 'with mistakes', { ...next, given: { amends: '99', reason: hostile('') }, faults: faultsOf('amends', 'reason', 'findingsRead') }],
  ['urgent-concerns.njk', 'to be shared and reviewed', { shares: [share, { ...share, id: 's-2', review: { finding: 'not-right', words: hostile('It could wait.') } }], team: [{ id: 'p-1', name: hostile('Nadia') }], given: {}, faults: [], mayShare: true, mayReview: true }],
  ['urgent-concerns.njk', 'named, with and without a key', { shares: [{ ...share, recipients: [{ id: 'p-1', name: 'Nadia' }] }], team: [], given: {}, faults: [], hasKey: false }],
  ['urgent-concerns.njk', 'none', { shares: [], team: [], given: {}, faults: [] }],
  ['urgent-concerns.njk', 'with mistakes', { shares: [share], team: [], given: { reviewing: share.id, words: hostile(''), concern: hostile('C') }, faults: faultsOf('concern', 'people', 'reason', 'finding', 'words'), mayShare: true, mayReview: true }],
  ['start.njk', 'the way in', { person: undefined }],
  ['problem.njk', 'a problem with fields', { problem: { code: 'input.invalid', status: 400, title: 'Wrong', message: hostile('Correct it.'), fields: faultsOf('from') } }],
  ['problem.njk', 'a problem before sign-in', { person: undefined, problem: { code: 'sign-in.failed', status: 401, title: 'Sign-in did not work', message: 'Try again.', fields: [] } }],
  ['keys.njk', 'no key yet', {}],
  ['keys.njk', 'a change of the keys of the service', { gatewayKey: hostile('key'), gatewayKeys: { packages: [{ state: 'signs', fingerprint: 'A'.repeat(40) }, { state: 'next', fingerprint: 'B'.repeat(40) }, { state: 'before', until: '2026-04-01', fingerprint: 'C'.repeat(40) }], certificates: [{ state: 'signs', jwk: { kid: hostile('kid') } }] } }],
  ['keys.njk', 'an enrolled key', { enrolled: { fingerprint: 'a'.repeat(40), expiresAt: at(1) } }],
  ['keys.njk', 'a challenge', { offered: { fingerprint: 'a'.repeat(40), message: hostile('-----BEGIN PGP MESSAGE-----') } }],
  ['keys.njk', 'a refused key', { given: hostile('not a key'), faults: [{ code: 'key.not-a-key', message: hostile('This is not a key.'), remedy: hostile('Export it.') }] }],
  ['keys.njk', 'a wrong answer', { offered: { fingerprint: 'a'.repeat(40) }, faults: [{ code: 'key.answer-wrong', message: 'That is not the code.', remedy: 'Try again.' }] }],
  ['keys.njk', 'a key that waits for a colleague', { enrolled: { fingerprint: 'a'.repeat(40) }, waiting: { fingerprint: 'b'.repeat(40) }, changes: 2 }],
  ['key-new.njk', 'the making of a key', { now: '2026-04-01T13:05:00.000Z', gatewayKey: hostile('key') }],
  ['key-changes.njk', 'changes to confirm', { changes: [{ id: 'b4a1a4de', owner: { name: hostile('Ayesha'), email: hostile('a@b') }, answeredAt: at(1) }, { id: 'c', owner: { name: 'G', email: 'g' }, answeredAt: at(2) }], mistaken: { id: 'b4a1a4de', given: hostile('1234'), faults: faultsOf('heard') } }],
  ['key-changes.njk', 'nothing to confirm', { changes: [], mistaken: {} }],
  ['home.njk', 'nothing', { waitingOnYou: [], yours: [], due: [], askers }],
  ['home.njk', 'what is owed', { waitingOnYou: [], yours: [], due: [], askers, owed: { yours: copiesOwed.owed, others: copiesOwed.owed } }],
  ['home.njk', 'what waits', { waitingOnYou: [], yours: [], due: [], askers, others: [{ title: 'A figure waits for your answer', path: '/consents/c-1', since: at(1), dueAt: at(14) }, { title: 'A hold is to be looked at again', path: '/retention/items/i-1', since: at(2) }] }],
  ['home.njk', 'lists', { waitingOnYou: [transferIn('requested')], yours: [transferIn('available'), transferIn('destroyed')], due: [{ transfer: transferIn('collected'), destroyOn: '2027-04-03' }], askers, person: { ...frame.person, roles: [] }, datasets: new Map([['use-of-force', dataset]]), supplyDue: { [transferIn('requested').id]: at(9) } }],
  ['builder.njk', 'the three questions', { asking, exchanges, inspections, datasets: [dataset], purposes, form: {}, faults: [], clauses }],
  ['builder.njk', 'no inspection', { asking, exchanges, inspections: [], datasets: [dataset], purposes, form: {}, faults: [] }],
  ['builder.njk', 'the fields, first time', { asking, exchanges, inspections, datasets: [dataset], purposes, dataset, form: { inspection: 'INS-2026-014', dataset: 'use-of-force', purpose: 'safety', establishments: 'BMI' }, faults: [], clauses }],
  ['builder.njk', 'nothing that can be asked for', { asking, exchanges: [], inspections, datasets: [], purposes, form: {}, faults: [] }],
  ['builder.njk', 'two agreements to ask under', { asking: { about: 'piece of work', isFromTeam: false }, exchanges: [...exchanges, { agreement: 'custody-standards-2026', key: 'standards-records', title: hostile('Records'), agreementTitle: hostile('Another') }], inspections, datasets: [dataset], purposes, form: { inspection: 'INS-2026-014' }, faults: [], clauses }],
  ['builder.njk', 'every mistake', { asking, exchanges, inspections, datasets: [dataset], purposes, dataset, form, transferId: 'b4a1a4de', faults: faultsOf('fields', 'establishments', 'periodFrom', 'periodTo', 'prisonNumbers', 'relevance', 'statutoryBasis', 'body') }],
  ['check.njk', 'a request that is met', { asking, inspections, purposes, dataset, form, asked, establishments: { find: (code: string) => places.get(code) }, clauses: [clauses[1]], decision: { outcome: 'permit' }, estimate: { rows: 1214, columns: 2 }, notNeeded: [] }],
  ['check.njk', 'a request that would be refused', { asking, inspections, purposes, dataset, form, asked, clauses, decision: { outcome: 'refusal' }, estimate: { rows: 0, columns: 0 }, notNeeded: ['reason'], transferId: 'b4a1a4de' }],
  ['request.njk', 'to be approved', requestIn('requested', { approve: true, return: true })],
  ['request.njk', 'returned without a reason', requestIn('requested', { return: true }, { mistaken: { form: 'return', given: { reason: hostile('') }, faults: faultsOf('reason') } })],
  ['request.njk', 'to be supplied', requestIn('approved', { supply: true, 'part-supply': true, escalate: true })],
  ['request.njk', 'supplied with mistakes', requestIn('approved', { supply: true, 'part-supply': true, escalate: true }, { mistaken: { form: 'supply', given: { outcome: 'part-supply', reason: hostile(''), fields: [], establishments: ['BMI'] }, faults: faultsOf('reason', 'fields', 'establishments', 'outcome') } })],
  ['request.njk', 'returned', requestIn('returned', {})],
  ['request.njk', 'to be collected', requestIn('available', { collect: true }, { item })],
  ['request.njk', 'not to be collected yet', requestIn('available', {}, { item, blocked: [localRefusal, refusal] })],
  ['request.njk', 'collected', requestIn('collected', { collect: true, acknowledge: true }, { item })],
  ['request.njk', 'whose copies are overdue', requestIn('destroyed', {}, { item: destroyed, copies: copiesOwed, mayAttest: true, mistaken: { form: 'attest', given: { outcome: 'returned' }, faults: faultsOf('outcome', 'everyCopy') } })],
  ['request.njk', 'with paper and media in every state', requestIn('collected', {}, { item, outside, mistaken: { form: 'end-c-3', given: { outcome: 'destroyed', method: 'pulping', witness: hostile('w'), on: '' }, faults: faultsOf('outcome', 'method', 'witness', 'on') } })],
  ['request.njk', 'with a medium that was not described', requestIn('collected', {}, { item, outside: { ...outside, copies: [] }, mistaken: { form: 'copy', given: { kind: 'removable-media', description: hostile('d') }, faults: faultsOf('description', 'place', 'device', 'backOn', 'minimum', 'encrypted') } })],
  ['request.njk', 'with a print that was not described', requestIn('collected', {}, { item, outside: { ...outside, copies: [] }, mistaken: { form: 'copy', given: { kind: 'paper', description: hostile('d') }, faults: faultsOf('description', 'place', 'amount') } })],
  ['outside-copies.njk', 'every state', { copies: outside.copies.map((copy) => ({ ...copy, reference: 'HP-2026-0042', destroyOn: '2027-04-03', transferId: 't-1', itemId: 'i-1' })), today: '2027-05-01', tab: 'copies' }],
  ['outside-copies.njk', 'nothing', { copies: [], today: '2027-05-01', tab: 'copies' }],
  ['request.njk', 'destroyed', requestIn('destroyed', {}, { item: destroyed, certificate })],
  ['refusal.njk', 'a letter', { letter: { outcome: 'refused', reference: 'd-1', act: 'collect', agreement: 'hmpps-2025', pack: 'hmpps-2025@abc', refusals: [refusal, localRefusal] } }],
  ['open.njk', 'a file that somebody has', { gatewayKey: hostile('key') }],
  ['open.njk', 'a request to collect and open', { transfer: transferIn('available'), gatewayKey: hostile('key') }],
  ['certificate.njk', 'a part-complete certificate', { about, item: destroyed, certificate, says }],
  ['certificate.njk', 'a complete certificate', { about, item: { ...destroyed, of: { kind: 'delivery', id: 'd-7' } }, certificate, says: { ...says, status: 'complete' } }],
  ['concerns.njk', 'a page of a search', { concerns: [concern, { ...concern, reference: 'C-2', opinion: false, judgement: null, judgedOn: null }], total: 120, page: 2, pages: 3, filters: { establishment: 'LEI', words: hostile('violence') }, reports, chart: chartOf(reports), establishment: { name: hostile('Leeds') }, words: concernWords, mayEdit: true }],
  ['concerns.njk', 'nothing', { concerns: [], total: 0, page: 1, pages: 0, filters: {}, reports: [], words: concernWords, mayEdit: false }],
  ['concern.njk', 'its history', { concern, versions: [{ concern, madeBy: hostile('Rhian'), madeAt: at(2), means: 'edit', reason: hostile('Closed'), changes: [{ title: 'Status', from: 'open', to: hostile('closed') }, { title: 'Judged on', from: null, to: null }] }, { concern, madeBy: 'R', madeAt: at(1), means: 'intake', reason: 'First', changes: [] }], establishment: { name: hostile('Leeds') }, words: concernWords, mayEdit: true }],
  ['concern-form.njk', 'a new concern', { given: { concern_id: '', text: '' }, faults: [], labels: {}, columns, words: concernWords }],
  ['concern-form.njk', 'every mistake', { given: { ...cellsOf(concern), version: 3, reason: hostile('') }, faults: faultsOf(...columns.filter(({ name }) => name !== 'concern_id').map(({ name }) => name), 'reason'), labels: Object.fromEntries([...columns.map(({ name, title }) => [name, title]), ['reason', 'Reason']]) as object, columns, words: concernWords }],
  ['concerns-intake.njk', 'no file yet', { reading: undefined, intakes: [], faults: [], columns }],
  ['concerns-intake.njk', 'files in every state', { reading: { ...intake, state: 'reading' }, intakes: [intake, { ...intake, state: 'reading' }, { ...intake, state: 'stopped', stoppedBecause: hostile('Stopped.') }, { ...intake, state: 'taken' }], faults: faultsOf('file'), columns }],
  ['concerns-checked.njk', 'what it would do', { intake, changes: [{ row: 2, concern_id: 'C-1', what: 'added', concern, differences: [] }, { row: 3, concern_id: 'C-2', what: 'closed', concern, differences: [{ title: 'Status', from: 'open', to: hostile('closed') }, { title: 'Judged on', from: null, to: null }] }], mostShown: 200, faults: faultsOf('reason') }],
  ['concerns-checked.njk', 'nothing to do', { intake: { ...intake, added: 0, changed: 0 }, changes: [], mostShown: 200, faults: [] }],
  ['concerns-checked.njk', 'its faults', { intake: { ...intake, faultCount: 812, faults: [{ row: 3, column: 'text', message: hostile('Fill this in.') }, { message: 'The file is empty.' }] }, faults: [] }],
  ['concerns-checked.njk', 'what was done', { intake: { ...intake, state: 'taken', takenEdition: 4 }, faults: [] }],
  ['retention.njk', 'what is due', { today: '2026-04-01', overdue: [{ ...kept, isHeld: true }], thisWeek: [{ ...kept, isHeld: false }], later: [kept], calendar: calendarOf('2026-04-01', days), days, tab: 'due' }],
  ['retention.njk', 'nothing', { today: '2026-04-01', overdue: [], thisWeek: [], later: [], calendar: calendarOf('2026-04-01', []), days: [], tab: 'due' }],
  ['holds.njk', 'holds', { holds: [hold, { ...hold, liftAsked, reviewOn: '2026-01-01' }], today: '2026-04-01', tab: 'holds' }],
  ['holds.njk', 'none', { holds: [], today: '2026-04-01', tab: 'holds' }],
  ['schedules.njk', 'classes', { classes: [scheduleClass], tab: 'schedules' }],
  ['schedules.njk', 'none', { classes: [], tab: 'schedules' }],
  ['schedule-moves.njk', 'what would move', { found: { title: hostile('A class'), version: '2' }, moves: [wouldMove], faults: faultsOf('reason'), owner: 'hmi-prisons', retentionClass: 'a-class', tab: 'schedules' }],
  ['schedule-moves.njk', 'nothing to move', { found: { title: 'A class', version: '2' }, moves: [], faults: [], owner: 'hmi-prisons', retentionClass: 'a-class', tab: 'schedules' }],
  ['schedule-moves.njk', 'no such class', { moves: [], faults: [], owner: 'hmi-prisons', retentionClass: 'a-class', tab: 'schedules' }],
  ['schedule-applied.njk', 'what was done', { moved: [{ item: 'i-1', before: '2027-04-03', after: '2027-05-03' }], refused: [{ item: 'i-2', letter: { refusals: [refusal] } }], tab: 'schedules' }],
  ['certificates.njk', 'certificates', { certificates: [{ itemId: 'i-1', page: '/requests/t-1', reference: 'HP-2026-0042', destroyedAt: at(29), issuedAt: at(29), edition: 2 }], tab: 'certificates' }],
  ['certificates.njk', 'none', { certificates: [], tab: 'certificates' }],
  ['kept-item.njk', 'one that nothing holds', { ...life, tab: 'due' }],
  ['kept-item.njk', 'holds at every stage, a moved date, an offer', { ...life, holds: [hold, { ...hold, id: 'h-2', liftAsked }, { ...hold, id: 'h-3', liftAsked, lifted: { by: { id: 'p-3', name: hostile('Gwen') }, at: at(5) } }, { ...hold, id: 'h-4', lifted: { at: at(5) } }], moves: [clockMoved], offer: { offeredAt: at(2), answers: [{ party: 'imb', returnable: false, at: at(3) }] }, tab: 'due' }],
  ['kept-item.njk', 'a hold with mistakes', { ...life, shown: { form: 'hold', given: { kind: '', reason: hostile(''), reviewOn: '2020-01-01' }, faults: faultsOf('kind', 'reason', 'reviewOn') }, tab: 'due' }],
  ['kept-item.njk', 'a date with mistakes', { ...life, shown: { form: 'clock', given: { destroyOn: '', retentionClass: 'a-class', reason: hostile('') }, faults: faultsOf('destroyOn', 'retentionClass', 'reason') }, tab: 'due' }],
  ['kept-item.njk', 'what would move', { ...life, shown: { form: 'clock', given: { destroyOn: '2027-05-03', retentionClass: '', reason: hostile('Because.') }, faults: [], would: { before: '2027-04-03', after: '2027-05-03' } }, tab: 'due' }],
  ['kept-item.njk', 'a delivery', { ...life, ...keptDelivery, isLocal: true, copies: [{ takenAt: at(3) }], tab: 'due' }],
  ['kept-item.njk', 'destroyed', { ...life, item: { ...kept.item, status: destroyed.status }, outside: outsideInLife, copies: [{ takenAt: at(3), personId: 'p-1' }, { takenAt: at(4), personId: 'p-1', attested: { state: 'destroyed', at: at(5) } }], shelves: [{ ref: 'shelf/hmi-prisons/2027-04-03/1', state: 'destroyed' }], editions: [{ edition: 1, issuedAt: at(29) }, { edition: 2, issuedAt: at(30) }], tab: 'due' }],
  ['agreements.njk', 'the list', { heads: ['in-force', 'superseded', 'historical'].map((standing) => agreementHead(standing, standing)), local: agreementDocument }],
  ['agreements.njk', 'clauses that were found', { heads: [], local: agreementDocument, words: hostile('media'), found: [{ document: agreementDocument, clause: sampleParagraph?.clauses[0] }] }],
  ['agreements.njk', 'no clause', { heads: [], local: agreementDocument, words: hostile('media'), found: [] }],
  ['agreement.njk', 'a document', { ...readAs, head: agreementHead('hmpps-2025', 'in-force') }],
  ['agreement.njk', 'one that is over', { ...readAs, head: agreementHead('noms-rom', 'historical') }],
  ['agreement.njk', 'the gateway’s own rules, filtered', { ...readAs, document: { ...agreementDocument, key: 'local' }, filters: { words: hostile('media'), kind: 'rule', only: 'refused' } }],
  ['agreement.njk', 'nothing left by the filter', { ...readAs, paragraphs: [], filters: { words: hostile('zebra') } }],
  ['clause.njk', 'a rule', { document: agreementDocument, paragraph: sampleParagraph, clause: { ...sampleParagraph?.clauses[0], examples: [{ name: hostile('It is encrypted'), outcome: 'permitted' }, { name: 'It is not', outcome: 'refused' }] }, state: states.get('hmpps-2025/16'), passes: [{ doing: 'collecting a package', ways: ['GET /x', 'job seal-package'] }, { doing: 'asking', ways: [] }] }],
  ['clause.njk', 'a duty that is over', { document: agreementDocument, paragraph: sampleParagraph, clause: { ...sampleParagraph?.clauses[1], means: [] }, state: {}, passes: [] }],
  ['needs.njk', 'nothing chosen', { exchanges: needsExchanges, acts: [], datasets: [], purposes: [], wish: { exchange: '', act: '', dataset: '', purpose: '' } }],
  ['needs.njk', 'what would be refused', { exchanges: needsExchanges, exchange: { key: 'case-level-data' }, acts: [{ key: 'request', title: 'asking for data' }], datasets: [dataset], purposes, wish: { exchange: 'hmpps-2025/case-level-data', act: 'request', dataset: 'use-of-force', purpose: 'safety' }, outcome: 'refusal', clauses, actor: { roles: ['analyst'], party: 'hmi-prisons' }, inspection: hostile('INS-1') }],
  ['needs.njk', 'nothing that refuses', { exchanges: needsExchanges, exchange: { key: 'case-level-data' }, acts: [], datasets: [], purposes: [], wish: {}, outcome: 'permit', clauses: clauses.slice(1), actor: { roles: ['analyst'], party: 'hmi-prisons' } }],
  ['versions.njk', 'versions in every state', { ...versionRead, proposals: [version, { ...version, state: 'activated', activatedBy: 'p-2', activatedAt: at(4), appliesFrom: '2027-01-01', number: 7 }, { ...version, proposedBy: undefined, state: 'withdrawn', withdrawnBy: 'gone', withdrawnAt: at(5) }], key: 'hmpps-2025', mayPropose: true }],
  ['version-propose.njk', 'the form', { wrong: [], faults: [], mayPropose: true }],
  ['version-propose.njk', 'no file', { wrong: faultsOf('file'), faults: [], mayPropose: true }],
  ['version-propose.njk', 'faults', { wrong: [], faults: packFaults, detail: hostile('It has 2 faults.'), mayPropose: true }],
  ['version-propose.njk', 'somebody who keeps none', { wrong: [], faults: [], mayPropose: false }],
  ['version.njk', 'one that waits, for its proposer', { ...versionRead, proposal: version, checked: { missing: [hostile('No review.')] }, stops: { activate: [localRefusal], withdraw: [] }, mayKeep: true }],
  ['version.njk', 'one that another may activate', { ...versionRead, proposal: { ...version, appliesFrom: '2027-01-01' }, changes: [], replay: { ...versionReplay, changed: [], byClause: [], undecided: ['d-1'], isCut: true }, checked: { missing: [] }, stops: { activate: [], withdraw: [] }, mayKeep: true }],
  ['version.njk', 'one for somebody who keeps none', { ...versionRead, proposal: version, checked: { missing: [] }, stops: { activate: [refusal], withdraw: [refusal] }, mayKeep: false }],
  ['version.njk', 'one that can stand no longer', { people: versionRead.people, proposal: version, fault: { faults: packFaults }, changes: [], stops: { activate: [], withdraw: [] }, mayKeep: true }],
  ['version.njk', 'one that was withdrawn', { people: versionRead.people, proposal: { ...version, state: 'withdrawn', withdrawnBy: 'p-1', withdrawnAt: at(5) }, changes: [], stops: { activate: [], withdraw: [] }, mayKeep: true }],
  ['paperwork.njk', 'a form with gaps', { form: paper, reference: hostile('CLD-1'), back: '/', marking: 'OFFICIAL-SENSITIVE' }],
  ['paperwork.njk', 'a whole form', { form: { ...paper, missing: 0, sections: [{ title: 'The request', rows: paper.sections[0]?.rows.slice(0, 1) }] }, reference: 'hmpps-2025', back: '/agreements/hmpps-2025' }],
  ['erasures.njk', 'in every state', { erasures: [erasure, { ...erasure, scope: 'fields', fields: [{ entry: 'e', field: 'actor.ip' }], basis: 'other', status: { state: 'withdrawn' } }, erased], bases }],
  ['erasures.njk', 'nothing', { erasures: [], bases }],
  ['erasure-form.njk', 'an empty form', { given: {}, faults: [], bases }],
  ['erasure-form.njk', 'every mistake', { given: { email: hostile('x'), identifiers: hostile('x'), fields: hostile('x'), basis: 'x', reason: hostile('x') }, faults: faultsOf('email', 'identifiers', 'fields', 'basis', 'reason'), bases }],
  ['erasure.njk', 'one to be authorised', { erasure, traces: [{ place: 'concordat.mail', found: 3 }], bases, own: false, backupDays: 35 }],
  ['erasure.njk', 'one of single values, by the person who asked', { erasure: { ...erasure, scope: 'fields', fields: [{ entry: hostile('e'), field: 'actor.ip' }], status: { ...erasure.status, identifiers: [] } }, traces: [], bases, own: true, backupDays: 35 }],
  ['erasure.njk', 'one that was done', { erasure: erased, traces: [], bases, own: false, backupDays: 35 }],
  ['figures.njk', 'the register', { figures: [figure, { ...figure, reference: 'B-1', provenance: 'official-statistics', version: 1 }], total: 120, page: 2, pages: 3, filters: { words: hostile('x'), value: '412' }, faults: [], provenances, columns: figureColumns, mayRegister: true, managementInformation, marking: 'OFFICIAL' }],
  ['figures.njk', 'nothing, and a mistake', { figures: [], total: 0, page: 1, pages: 0, filters: {}, faults: faultsOf('file'), provenances, columns: figureColumns, mayRegister: true, managementInformation }],
  ['hub-door.njk', 'somebody who has yet to accept', { standing: { authorisation: hubUser, conditions: hubConditions, accepted: '2026-00', purpose: undefined, otherSessions: 1 }, words: hostile('First.\n\nSecond.'), refusals: [refusal, localRefusal], managed: [hubUser, { ...hubUser, id: 'h-2' }], mistaken: { form: 'accept', given: {}, faults: faultsOf('terms', 'conditions') }, isUser: true, purposes: hubPurposes }],
  ['hub-door.njk', 'somebody to whom it is open', { standing: { authorisation: { ...hubUser, restrictedAt: at(4) }, conditions: hubConditions, accepted: hubConditions.version, purpose: 'inspection', otherSessions: 0 }, words: 'First.', refusals: [], managed: [], mistaken: { form: 'session', given: { purpose: hostile('x') }, faults: faultsOf('purpose', 'unseen') }, isUser: true, purposes: hubPurposes }],
  ['hub-door.njk', 'somebody whose access ended', { standing: { authorisation: { ...hubUser, ended: { at: at(5), how: 'breach' } }, otherSessions: 0 }, refusals: [refusal], managed: [], mistaken: noMistake, isUser: true, purposes: hubPurposes }],
  ['hub-door.njk', 'somebody who was never authorised', { standing: { otherSessions: 0 }, refusals: [refusal], managed: [], mistaken: noMistake, isUser: true, purposes: hubPurposes }],
  ['hub-door.njk', 'Data and Analysis', { standing: { otherSessions: 0 }, refusals: [], managed: [], mistaken: noMistake, isOwner: true, purposes: hubPurposes }],
  ['hub-door.njk', 'another body', { standing: { otherSessions: 0 }, refusals: [], managed: [], mistaken: noMistake, purposes: hubPurposes }],
  ['hub-users.njk', 'users', { users: [{ ...hubUser, dormant: true }, { ...hubUser, id: 'h-2', restrictedAt: at(4), lastUsedAt: undefined, dormant: false }], ended: [{ ...hubUser, ended: { at: at(5), how: 'role-changed' } }], mistaken: { form: 'authorise', given: { username: hostile('x'), document: hostile('y') }, faults: faultsOf('username', 'organisation', 'document', 'writtenOn', 'until', 'lineManager') }, organisations: hubOrganisations, isOwner: true }],
  ['hub-users.njk', 'nobody, and mistakes', { users: [], ended: [], mistaken: { form: 'conditions', given: { version: hostile('x'), words: hostile('y') }, faults: faultsOf('version', 'words') }, organisations: hubOrganisations, isOwner: true }],
  ['hub-users.njk', 'dormant accounts', { users: [{ ...hubUser, dormant: true }], ended: [], mistaken: noMistake, isOwner: false, dormantAfter: { amount: 90, unit: 'calendar day' } }],
  ['hub-users.njk', 'no dormant account', { users: [], ended: [], mistaken: noMistake, isOwner: false, dormantAfter: { amount: 90, unit: 'calendar day' } }],
  ['hub-use.njk', 'uses', { log: { lines, older: 'e-1' }, username: hostile('ayesha'), filters: { user: 'h-1' } }],
  ['hub-use.njk', 'none', { log: { lines: [], older: undefined }, filters: {} }],
  ['hub-return.njk', 'the form, and no file', { faults: faultsOf('file'), looked: undefined }],
  ['hub-return.njk', 'sensitive places', { faults: [], looked: { sha256: 'ab', sizeBytes: 3, rows: 4, findings: 3, places: [{ row: 3, column: 2, kinds: Object.keys(sensitiveKinds) }] }, kinds: sensitiveKinds }],
  ['hub-return.njk', 'nothing sensitive', { faults: [], looked: { sha256: 'ab', sizeBytes: 3, rows: 4, findings: 0, places: [] }, kinds: sensitiveKinds }],
  ['figures-taken.njk', 'an extract that was taken in', { registered: { added: 3, changed: 1, unchanged: 12 }, faults: [], faultCount: 0 }],
  ['figures-taken.njk', 'an extract with faults', { registered: undefined, faultCount: 1214, faults: [{ row: 3, column: hostile('value'), message: hostile('No number.') }, { message: 'Empty.' }] }],
  ['figure.njk', 'from the Hub', { figure, versions: [figure, { ...figure, version: 1 }], managementInformation, marking: 'OFFICIAL' }],
  ['figure.njk', 'public', { figure: { ...figure, provenance: 'official-statistics', publicSource: hostile('https://statistics.example/') }, versions: [figure], managementInformation, marking: 'OFFICIAL' }],
  ['clearances.njk', 'reports', { clearances: [{ ...clearance, figures: 3, waiting: 1 }, { ...clearance, window: undefined, factCheckClosedAt: at(9), figures: 0, waiting: 0 }], mistaken: noMistake, mayOpen: true, documentKinds }],
  ['clearances.njk', 'nothing, and mistakes', { clearances: [], mistaken: { form: 'open', given: { title: hostile('') }, faults: faultsOf('title', 'kind') }, mayOpen: true, documentKinds }],
  ['clearance.njk', 'a report with figures', { clearance, figures: standings.map((standing) => ({ ...consentRequest, standing, embargoUntil: standing === 'embargoed' ? '2026-12-10' : undefined })), checks: [draftCheck, { ...draftCheck, cleared: { at: at(5) } }], tables: [disclosureTable, { ...disclosureTable, attested: { at: at(3) } }], mistaken: noMistake, mayCheck: true, mayAsk: true, mayRun: true, now: at(20), statements, releases: [release], managementInformation }],
  ['clearance.njk', 'a report without figures, and mistakes', { clearance: { ...clearance, notifiedAt: undefined, window: undefined }, figures: [], mistaken: { form: 'ask', given: { figure: hostile('x'), context: hostile('y'), searched: hostile('z'), stated: [hostile('w')] }, faults: faultsOf('figure', 'context', 'searched', 'stated', 'release') }, mayAsk: true, mayRun: true, now: at(1), statements, releases: [], managementInformation }],
  ['consents.njk', 'a queue', { lines: consentStates.map((state) => ({ ...consentRequest, report: hostile('Leeds'), consent: { state } })), now: at(20) }],
  ['consents.njk', 'an empty queue', { lines: [], now: at(20) }],
  ['consent.njk', 'one to be answered', { request: consentRequest, clearance, uses: [consentRequest, { ...consentRequest, id: 'c-2' }], drafts: [draftCheck, { ...draftCheck, cleared: { at: at(5) } }], mistaken: noMistake, mayAnswer: true, smallestCount: 5, mine: false, managementInformation }],
  ['consent.njk', 'one that is consented', { request: { ...consentRequest, standing: 'clear', refusals: [], consent: { state: 'consented', answeredAt: at(3), terms: { conditions: hostile('Round it.'), notBefore: '2026-12-02' } } }, clearance, uses: [], mistaken: noMistake, mayAnswer: true, smallestCount: 5, mine: false, managementInformation }],
  ['consent.njk', 'objections, and every mistake', { request: { ...consentRequest, standing: 'silent', consent: { state: 'silent', silentAt: at(9) } }, clearance, uses: [], mistaken: { form: 'attest', given: { what: 'route', words: hostile('w'), smallestCell: hostile('4') }, faults: faultsOf('words', 'smallestCell', 'answer') }, mayRun: true, mayObject: true, mayAnswer: true, smallestCount: 5, mine: false, managementInformation }],
  ['draft-check.njk', 'in place, with everything', { check: draftCheck, clearance, groups: categories.map((category) => ({ category, count: 1214, findings: [{ value: '1204.5', category, text: hostile('1,204.5'), before: hostile('There were '), after: hostile(' of them'), figures: category === 'unknown' ? [] : [{ reference: hostile('SH-1'), version: 2 }], ...(category === 'unknown' && { near: hostile('SH-1') }) }] })), mayClear: true, faults: faultsOf('unknownsRead'), isInPlace: true }],
  ['draft-check.njk', 'a cleared copy', { check: { ...draftCheck, cleared: { by: 'p-1', at: at(5) } }, clearance, groups: categories.map((category) => ({ category, count: 0, findings: [] })), mayClear: true, faults: [], isInPlace: false }],
  ['table-new.njk', 'the form', { clearance, mistaken: noMistake, smallestCount: 5 }],
  ['table-new.njk', 'every mistake', { clearance, mistaken: { form: 'table', given: { title: hostile('x'), measure: hostile('y'), filters: hostile('z') }, faults: faultsOf('title', 'measure', 'filters', 'file', 'file') }, smallestCount: 5 }],
  ['table.njk', 'one that waits', { table: disclosureTable, outAlready: [hostile('A, men')], mistaken: { form: 'attest', given: { words: hostile('w') }, faults: faultsOf('words') }, mayAttest: true, managementInformation, smallestCount: 5 }],
  ['table.njk', 'one that is cleared', { table: { ...disclosureTable, hidden: {}, attested: { by: 'p-1', at: at(3), words: hostile('I looked.') } }, outAlready: [], mistaken: noMistake, mayAttest: false, managementInformation, smallestCount: 5 }],
  ['hub-answers.njk', 'in every state', { answers: answerStates.map((state) => ({ ...hubAnswer, state })), releases: [release], mistaken: { form: 'ask', given: { kind: 'foi-answer', reference: hostile('x'), figure: hostile('y'), words: hostile('z') }, faults: faultsOf('kind', 'reference', 'figure', 'words', 'release') }, kinds: answerKinds, mayAsk: true }],
  ['hub-answers.njk', 'none', { answers: [], releases: [], mistaken: noMistake, kinds: answerKinds, mayAsk: false }],
  ['hub-answer.njk', 'one to be answered', { answer: hubAnswer, section44: true, releases: [release], mistaken: { form: 'answer', given: { words: hostile('w') }, faults: faultsOf('answer', 'words', 'release') }, managementInformation, mayAnswer: true }],
  ['hub-answer.njk', 'one that may be used', { answer: { ...hubAnswer, state: 'permitted', release: undefined, answeredAt: at(3), answerWords: hostile('Round it.') }, section44: false, releases: [], mistaken: noMistake, managementInformation, mayAsk: true }],
  ['hub-answer.njk', 'one that was used', { answer: { ...hubAnswer, state: 'released', answeredAt: at(3), releasedAt: at(4) }, section44: true, releases: [], mistaken: noMistake, managementInformation, mayAsk: true }],
  ['photograph-reports.njk', 'reports', { reports: [{ id: 'c-1', title: hostile('Leeds'), photographs: 1214, recalls: 2 }] }],
  ['photograph-reports.njk', 'no report', { reports: [] }],
  ['photographs.njk', 'an album', { clearance, photographs: photographStandings.map((standing, index) => ({ photograph: { ...photograph, people: index % 3, ...(standing === 'destroyed' && { status: { state: 'destroyed', at: at(9) } }) }, standing, maySee: index % 2 === 0 && standing !== 'destroyed' })), inspections: [{ reference: 'INS-1' }], mistaken: noMistake, mayKeep: true, limits: { mebibytes: 24, megapixels: 60 } }],
  ['photographs.njk', 'nothing, and every mistake', { clearance, photographs: [], inspections: [{ reference: 'INS-1' }], mistaken: { form: 'photograph', given: { inspection: 'INS-1', takenOn: '2026-04-01', caption: hostile('y'), shows: hostile('z'), finding: hostile('w'), people: hostile('v') }, faults: faultsOf('inspection', 'takenOn', 'caption', 'shows', 'finding', 'people', 'file') }, mayKeep: true, limits: { mebibytes: 24, megapixels: 60 } }],
  ['photographs.njk', 'nothing, to somebody of no team', { clearance, photographs: [], inspections: [], mistaken: noMistake, mayKeep: true }],
  ['photographs.njk', 'nothing, to HMPPS', { clearance, photographs: [], inspections: [], mistaken: noMistake, mayKeep: false }],
  ['photograph.njk', 'one with everything', { photograph, clearance, standing: 'recalled', maySee: true, hiddenBy: [], mistaken: noMistake, ...pictureRights }],
  ['photograph.njk', 'one that may not be seen, and every mistake', { photograph: { ...photograph, consents: [] }, clearance, standing: 'quarantine', maySee: false, hiddenBy: [refusal], mistaken: { form: 'consent', given: { who: hostile('x'), form: hostile('y'), writtenOn: '2026-04-01', uses: hostile('w'), storage: hostile('v'), until: '2026-04-01', sharedWith: ['hmpps'] }, faults: faultsOf('who', 'form', 'writtenOn', 'uses', 'storage', 'until', 'sharedWith') }, ...pictureRights }],
  ['photograph.njk', 'one of nobody, that is destroyed', { photograph: { ...photograph, people: 0, removed: [], consents: [], copies: [], status: { state: 'destroyed', at: at(9) } }, clearance, standing: 'destroyed', maySee: false, hiddenBy: [], mistaken: noMistake, ...pictureRights, mayKeep: false, mayEnd: false, mayCheck: false, mayRun: false, mayClear: false }],
  ['photograph.njk', 'one in the draft, with objections', { photograph: inTheDraft, clearance, standing: 'objection', maySee: true, hiddenBy: [], mistaken: { form: 'check', given: { question: 'victims', answer: 'found', words: hostile('x') }, faults: faultsOf('question', 'answer', 'words') }, ...pictureRights }],
  ['photograph.njk', 'one in the draft, to HMPPS', { photograph: inTheDraft, clearance, standing: 'fact-check', maySee: true, hiddenBy: [], mistaken: { form: 'answer', given: { answer: 'objection', words: hostile('x') }, faults: faultsOf('answer', 'words') }, ...pictureRights, mayKeep: false, mayEnd: false, mayCheck: false, mayRun: false, mayClear: false, mayAnswer: true }],
  ['photograph.njk', 'one for public release', { photograph: { ...inTheDraft, cleared: { by: 'p-3', at: at(8) }, checks: [], answers: [] }, clearance: { ...clearance, factCheckClosedAt: at(15) }, standing: 'published', maySee: true, hiddenBy: [], mistaken: { form: 'publish', given: { place: hostile('x'), reportPublishedOn: '2026-04-01' }, faults: faultsOf('place', 'reportPublishedOn') }, ...pictureRights, heldBy: [], bars: [], unanswered: [], isPublic: true }],
  ['releases.njk', 'a calendar', { releases: [release, { ...release, reference: 'R-2', releaseOn: undefined, address: undefined }], mistaken: noMistake, mayAnswer: true }],
  ['releases.njk', 'nothing, and mistakes', { releases: [], mistaken: { form: 'release', given: { reference: hostile('x'), title: hostile('y') }, faults: faultsOf('reference', 'title', 'address', 'releaseOn') }, mayAnswer: true }],
  ['access-log.njk', 'every type of entry', { log: { lines, older: 'e-1' }, filters: { actor: hostile('ayesha'), transfer: hostile('x'), type: 'item.sealed' }, types, ledger: { witnessing, mirror: { behind: 3, since: new Date('2027-01-02T03:04:05Z') } }, pruned: { entries: 512, before: '2024-11-26', totals: [{ month: '2024-10', type: 'item.sealed', entries: 512 }] } }],
  ['access-log-entry.njk', 'one with personal values', { entry: { ...lines[0], seq: 1234, actor: { kind: 'person', username: hostile('ayesha'), ip: null }, subjects: [{ kind: 'person', id: null }, { kind: 'transfer', id: hostile('t-1') }], clauses: ['hmpps-2025/16-encryption', 'local/four-eyes'], openable: [{ field: 'actor.username', value: hostile('ayesha') }, { field: 'actor.ip', value: '192.0.2.7' }, { field: 'subjects.0.id', value: hostile('p') }, { field: 'detail.reason', value: hostile('because') }] } }],
  ['access-log-entry.njk', 'one of nobody, not numbered', { entry: { ...lines[0], seq: undefined, actor: { kind: 'unknown' }, subjects: [], clauses: [], openable: [] } }],
  ['access-log-entry.njk', 'one of this service', { entry: { ...lines[0], seq: 2, actor: { kind: 'process', name: 'worker' }, subjects: [], clauses: [], openable: [] } }],
  ['access-log-entry.njk', 'one of somebody who was forgotten', { entry: { ...lines[0], seq: 2, actor: { kind: 'person', username: null }, subjects: [], clauses: [], openable: [] } }],
  ['access-log.njk', 'no entry', { log: { lines: [], older: undefined }, filters: {}, types }],
] // prettier-ignore
