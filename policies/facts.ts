// What an act is judged by. The gateway fills these in from its rows; a fact that is not known is left out, and a rule
// that needs it then refuses. Facts are stored with each decision and can be parsed again, to decide the past anew.
import { z } from 'zod'
import { dateShape } from './shapes.ts'
import { documentShape, enrolmentShape, itemShape, photographShape, visitShape } from './things.ts'

/** Everything that anybody can do here that an agreement or a local rule has a say in. */
export const acts = [
  'request', 'return', 'approve', 'supply', 'part-supply', 'escalate', 'seal', 'collect', 'acknowledge', 'attest', 'register-copy', 'receive-copy', 'answer-media', 'dispose-copy', 'destroy', 'view',
  'read-log', 'enrol-key', 'confirm-key', 'read-concerns', 'change-concerns', 'see-deliveries', 'ask-erasure', 'authorise-erasure',
  'read-retention', 'place-hold', 'review-hold', 'ask-lift', 'lift-hold', 'reschedule', 'offer-return', 'answer-return', 'move-key',
  'read-figures', 'register-figures', 'read-clearance', 'ask-consent', 'run-fact-check', 'answer-consent', 'object-to-figure', 'check-draft', 'amend-conditions', 'read-hub-use', 'attest-figure', 'read-agreements', 'propose-version', 'activate-version', 'withdraw-version',
  'put-forward', 'pack', 'receive', 'review', 'release', 'forward', 'open', 'raise-point', 'edit', 'publish', 'show', 'include', 'share', 'read-photographs', 'keep-photograph', 'check-photograph', 'answer-photograph', 'clear-photograph', 'recall-photograph', 'destroy-photograph', 'admit', 'end-hub-access', 'plan', 'look-up', 'dispose', 'ask',
] as const // prettier-ignore
export type Act = (typeof acts)[number]

/** What an act can be done to. The facts of an act hold one of them; looking at the log, the retention of what is held or the
 * concerns database or the agreements, changing the concerns, and enrolling a key need none. A change of key is of a key ring. */
export const things = ['transfer', 'item', 'document', 'photograph', 'enrolment', 'visit'] as const
export type Thing = (typeof things)[number]

const actsOn: Readonly<Record<Exclude<Thing, 'transfer'>, readonly Act[]>> = {
  item: [
    'place-hold',
    'review-hold',
    'ask-lift',
    'lift-hold',
    'reschedule',
    'offer-return',
    'answer-return',
    'move-key',
  ],
  document: [
    'put-forward',
    'pack',
    'receive',
    'review',
    'release',
    'forward',
    'open',
    'raise-point',
    'edit',
    'publish',
    'dispose',
    'ask',
    'attest-figure',
  ],
  photograph: [
    'show',
    'include',
    'share',
    'keep-photograph',
    'check-photograph',
    'answer-photograph',
    'clear-photograph',
    'recall-photograph',
    'destroy-photograph',
  ],
  enrolment: ['admit', 'end-hub-access'],
  visit: ['plan', 'look-up'],
}

const thingOf = new Map<Act, Thing>(
  things.flatMap((thing) => (thing === 'transfer' ? [] : actsOn[thing].map((act) => [act, thing] as const))),
)

/** What an act is done to, by name. */
export function thingActedOn(act: Act): Thing {
  return thingOf.get(act) ?? 'transfer'
}

/** A key of parties.yaml: parties are data. */
export type Party = string

const list = z.array(z.string()).readonly()

const personShape = z
  .object({
    id: z.string().min(1),
    party: z.string(),
    /** Roles held at the instant of the act. */
    roles: list,
    trainedUntil: dateShape.exactOptional(),
    vettedUntil: dateShape.exactOptional(),
    keyEnrolled: z.boolean(),
    overdueDuties: z.int().min(0),
    /** Whether the session was opened from fieldwork, and then whether from a registered, managed device. */
    fieldwork: z.boolean().exactOptional(),
    managedDevice: z.boolean().exactOptional(),
  })
  .readonly()

const inspectionShape = z
  .object({
    reference: z.string(),
    open: z.boolean(),
    establishments: list,
    team: list,
    /** `inspection` where it is not said; `irp` for an independent review of progress. */
    kind: z.string().exactOptional(),
  })
  .readonly()

/** Whose key is to be changed. */
const keyringShape = z.object({ owner: z.string().min(1), party: z.string() }).readonly()

const transferFields = z.object({
  id: z.string().min(1),
  agreement: z.string(),
  exchange: z.string(),
  from: z.string(),
  to: z.string(),
  state: z.string(),
  requester: z.string().exactOptional(),
  approver: z.string().exactOptional(),
  dataset: z.string(),
  fields: list,
  establishments: list,
  periodFrom: dateShape,
  periodTo: dateShape,
  purpose: z.string(),
  relevanceStated: z.boolean(),
  statutoryBasis: z.string().exactOptional(),
  inspection: inspectionShape.exactOptional(),
  retentionClass: z.string().exactOptional(),
  marking: z.string().exactOptional(),
  cipherProfile: z.string().exactOptional(),
  lawfulBasis: z.string().exactOptional(),
  dataCategories: list.exactOptional(),
  reasonGiven: z.boolean().exactOptional(),
  holds: z.int().min(0).exactOptional(),
  /** What can be returned is offered first, where the agreement says so: when, and which parties said that it cannot be. */
  returnOfferedOn: dateShape.exactOptional(),
  returnAgreedBy: list.exactOptional(),
  destroyOn: dateShape.exactOptional(),
  /** The last day, in London, on which the data can be collected. */
  grantUntil: dateShape.exactOptional(),
  /** The inspection or review that the grant was made for, where it is of another kind than an inspection. */
  grantedFor: z.string().exactOptional(),
  /** The recommendations and concerns that a review of progress follows up with it. */
  concerns: list.exactOptional(),
})
const transferShape = transferFields.readonly()

/** The names of all facts about a transfer. */
export const transferKeys = transferFields.keyof().options

/** A version of an agreement that is proposed. The gateway's own rules alone decide about it, and never the one it would replace. */
const versionShape = z
  .object({
    id: z.string().min(1),
    agreement: z.string(),
    hash: z.string(),
    /** Those that it binds, both now and in the words that are proposed. */
    parties: list,
    proposer: z.string().exactOptional(),
    /** What its paperwork lacks (annex-a-check.ts). */
    missing: list,
  })
  .readonly()

const versionActs: readonly Act[] = ['propose-version', 'activate-version', 'withdraw-version']

export function isVersionAct(act: Act): boolean {
  return versionActs.includes(act)
}

/** What is to be forgotten: who asked, and whom it is about where that is somebody who is registered. */
export const erasureShape = z
  .object({ id: z.string().min(1), askedBy: z.string().exactOptional(), about: z.string().exactOptional() })
  .readonly()

export const factsShape = z
  .object({
    now: z.iso.datetime(),
    person: personShape,
    transfer: transferShape.exactOptional(),
    item: itemShape.exactOptional(),
    document: documentShape.exactOptional(),
    photograph: photographShape.exactOptional(),
    enrolment: enrolmentShape.exactOptional(),
    visit: visitShape.exactOptional(),
    keyring: keyringShape.exactOptional(),
    version: versionShape.exactOptional(),
    erasure: erasureShape.exactOptional(),
  })
  .readonly()

export type Facts = z.output<typeof factsShape>
export type PersonFacts = z.output<typeof personShape>
export type TransferFacts = z.output<typeof transferShape>

/** What says which agreement and exchange a thing is of. */
export type Governed = Pick<TransferFacts, 'agreement' | 'exchange' | 'from' | 'to' | 'retentionClass'>

/** The thing that an act is done to, as far as it says what governs it. */
export function governedBy(act: Act, facts: Facts): Governed | undefined {
  return isVersionAct(act) ? undefined : facts[thingActedOn(act)]
}

/** Facts as they were stored. @throws {z.ZodError} */
export function parseFacts(stored: unknown): Facts {
  return factsShape.parse(stored)
}
