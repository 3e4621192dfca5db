// The closed catalogue of what the ledger records. An event of another type, or with a field that is not here, is refused in
// the caller's transaction. A type's version goes up when its fields change; entries keep the version they were written in.
import { z } from 'zod'
import type { Frame } from './event-frame.ts'
import * as field from './event-fields.ts'
import { hubEvents } from './hub-events.ts'
import { photographEvents } from './photograph-events.ts'

const { eventType, name, names, thumbprint, clauseIds, sha256Hex, count, day, format } = field
const text = field.personal
/** What a rehearsal or a delivery came to. */
const changesOf = { rows: count, new: count, changed: count, closed: count, reopened: count }

export const catalogue = {
  'person.signed-in': eventType(1, { party: name.optional(), roles: names.optional() }, {}),
  'person.sign-in-failed': eventType(1, { reason: name }, {}),
  'person.signed-out': eventType(1, { reason: name.optional() }, {}),
  'key.offered': eventType(1, {}, { fingerprint: text.optional() }),
  'key.enrolled': eventType(1, { expiresOn: day.optional() }, { fingerprint: text.optional() }),
  'key.refused': eventType(1, { reasons: names }, { fingerprint: text.optional() }),
  /** Its challenge was answered; a second person has yet to confirm it. */
  'key.answered': eventType(1, {}, { fingerprint: text.optional() }),
  'key.changed': eventType(1, {}, { fingerprint: text.optional() }),
  'key.withdrawn': eventType(1, {}, { fingerprint: text.optional() }),
  'key.reminded': eventType(1, { daysBefore: count, expiresOn: day }, {}),
  'keys.viewed': eventType(1, { shown: count, differences: count.optional() }, {}),
  'transfer.requested': eventType(
    1,
    {
      exchange: name.optional(),
      dataset: name.optional(),
      fields: names.optional(),
      establishments: names.optional(),
      periodFrom: day.optional(),
      periodTo: day.optional(),
      purpose: name.optional(),
      /** How many people are named; never who. */
      namedPeople: count.optional(),
    },
    { relevance: text.optional() },
  ),
  'transfer.returned': eventType(1, {}, { reason: text.optional() }),
  'transfer.approved': eventType(1, {}, { note: text.optional() }),
  'transfer.supplied': eventType(1, { fields: names, establishments: names }, {}),
  'transfer.part-supplied': eventType(
    1,
    { fields: names, establishments: names },
    { reason: text.optional() },
  ),
  'transfer.escalated': eventType(1, {}, { reason: text.optional() }),
  'transfer.viewed': eventType(1, { as: format.optional(), state: name.optional() }, {}),
  'transfers.listed': eventType(1, { shown: count, as: format.optional(), list: name.optional() }, {}),
  'form.viewed': eventType(1, { form: field.route }, {}),
  'decision.refused': eventType(1, { act: name, tested: clauseIds.optional() }, {}),
  'request.rejected': eventType(
    1,
    { code: name, status: count, method: field.method, route: field.route },
    {},
  ),
  // prettier-ignore
  'item.sealed': eventType(1, { sha256: sha256Hex, sizeBytes: count, shelf: name.optional(), destroyOn: day.optional(), rows: count.optional() }, {}),
  'item.collected': eventType(
    1,
    { collection: name, sha256: sha256Hex.optional() },
    { fingerprint: text.optional() },
  ),
  'item.acknowledged': eventType(1, { sha256: sha256Hex.optional() }, {}),
  /** What a recipient says of the copies that it took. */
  'copies.attested': eventType(1, { outcome: name, copies: count }, {}),
  /** Paper, or a removable medium: what it is and where. */
  'copy.registered': eventType(
    1,
    { copy: z.uuid(), kind: name, amount: count },
    { description: text, place: text },
  ),
  'copy.received': eventType(1, { copy: z.uuid() }, {}),
  'copy.answered': eventType(1, { copy: z.uuid(), approved: z.boolean() }, { reason: text }),
  'copy.ended': eventType(
    1,
    { copy: z.uuid(), outcome: name, on: day, method: name.optional() },
    { witness: text.optional() },
  ),
  'duty.reminded': eventType(1, { dueOn: day }, {}),
  'duty.overdue': eventType(1, { dueOn: day, told: count }, {}),
  'duties.viewed': eventType(1, { shown: count, as: format.optional() }, {}),
  'item.destroyed': eventType(
    1,
    { method: name, shelf: name.optional(), sha256: sha256Hex.optional(), dueOn: day.optional() },
    { reason: text.optional() },
  ),
  'item.held': eventType(
    1,
    { hold: name, kind: name, reviewOn: day, shelf: name.optional() },
    { reason: text.optional() },
  ),
  'item.hold-reviewed': eventType(1, { hold: name, before: day, after: day }, { reason: text }),
  'hold.review-due': eventType(1, { hold: name, reviewOn: day }, {}),
  'item.lift-asked': eventType(1, { hold: name }, { reason: text.optional() }),
  'item.hold-lifted': eventType(1, { hold: name, shelf: name.optional() }, {}),
  'item.moved': eventType(1, { from: name, to: name, cause: name }, {}),
  /** Both dates, both classes, both versions: the clock of an item moves by this and by nothing else. */
  'item.rescheduled': eventType(
    1,
    {
      means: name,
      destroyOnBefore: day,
      destroyOn: day,
      classBefore: name.optional(),
      class: name.optional(),
      versionBefore: name.optional(),
      version: name.optional(),
      shelf: name.optional(),
    },
    { reason: text.optional() },
  ),
  /** Lets the key out for one message; `collection` is that opening. */
  /** Opened, to be sealed under another cipher profile; what is then kept is an `item.sealed`. */
  'item.resealed': eventType(1, { collection: name, from: name, to: name }, {}),
  'item.mailed': eventType(1, { collection: name, people: count }, {}),
  /** One for each person whose key that message is encrypted to. */
  'item.mailed-to': eventType(1, { delivery: count }, { fingerprint: text.optional() }),
  'item.return-offered': eventType(1, {}, {}),
  'item.return-answered': eventType(1, { party: name, returnable: z.boolean() }, {}),
  'item.viewed': eventType(1, { as: format.optional() }, {}),
  'retention.viewed': eventType(1, { list: name, shown: count, as: format.optional() }, {}),
  'destruction.overdue': eventType(1, { dueOn: day, state: name.optional() }, {}),
  'keys.reconciled': eventType(1, { used: count, entries: count, deliveries: count, differences: count }, {}),
  /** Shelf keys in another store: each wrapped key was opened in both and was the same. The old ones end next. */
  'keys.moved': eventType(
    1,
    { from: name, fromStore: name, to: name, toStore: name, shelves: count, keys: count },
    {},
  ),
  /** Closed by an operator, so that what lies on them gets a new key. */
  'shelves.retired': eventType(1, { shelves: count }, {}),
  'keys.move-ended': eventType(1, { from: name, fromStore: name, destroyed: count }, {}),
  /** Something that somebody has to look at: a damaged object, keys let out without an entry. */
  'incident.raised': eventType(1, { kind: name, found: name.optional() }, {}),
  /** A restored database showed as kept what the key store had destroyed. */
  'destruction.replayed': eventType(1, { shelf: name, items: count }, {}),
  'backup.taken': eventType(1, { backup: name, lapsesOn: day, files: count, sha256: sha256Hex }, {}),
  'backup.restored': eventType(1, { backup: name, takenOn: day }, {}),
  'certificate.issued': eventType(1, { sha256: sha256Hex, complete: z.boolean() }, {}),
  'certificate.viewed': eventType(1, { as: format.optional() }, {}),
  'ledger.viewed': eventType(
    2,
    { shown: count, filters: names.optional(), as: format.optional(), entry: z.uuid().optional() },
    { searchedFor: text.optional() },
  ),
  'ledger.proof-issued': eventType(1, { entry: z.uuid(), treeSize: count, disclosed: names.optional() }, {}),
  'erasures.viewed': eventType(1, { shown: count, as: format.optional() }, {}),
  'erasure.asked': eventType(1, { scope: name, basis: name, fields: count.optional() }, {}),
  'erasure.withdrawn': eventType(1, {}, {}),
  /** Holds nothing of what was forgotten: what it was is gone. `replayed`: carried out again after a restore. */
  'ledger.erased': eventType(
    1,
    { scope: name, basis: name, rows: count, values: count, entries: count, replayed: z.boolean() },
    {},
  ),
  /** By an operator, after a restore: entries put back from what was published. */
  'ledger.recovered': eventType(1, { means: name, from: count, to: count }, {}),
  /** The first entry of a new tree: the head of the one that was closed. */
  'ledger.epoch-opened': eventType(
    1,
    { epoch: count, closedOrigin: name, closedSize: count, closedRoot: sha256Hex, lost: count },
    {},
  ),
  /** Recorded at the first start with other keys than before. */
  /** By fingerprint, and by thumbprint: what signs, what will, and what signed before. */
  'signing-keys.announced': eventType(1, { packages: name, packagesNext: name.optional(), packagesBefore: names, certificates: thumbprint, certificatesNext: thumbprint.optional(), certificatesBefore: z.array(thumbprint).max(500) }, {}), // prettier-ignore
  'ledger.signed-by': eventType(1, { keys: names, added: names, retired: names }, {}),
  /** Entries `from` to `to` (not included) shrank to the root of the tree of the first `to` and to totals, of which the hash is here. */
  'ledger.pruned': eventType(
    1,
    { from: count, to: count, before: day, root: sha256Hex, totals: sha256Hex },
    {},
  ),
  /** The same of a ledger that was closed; with its last step all that there was of it. */
  'ledger.epoch-pruned': eventType(1, { epoch: count, from: count, to: count, before: day, root: sha256Hex, totals: sha256Hex }, {}), // prettier-ignore
  'agreements.loaded': eventType(1, { agreements: names, clauses: count.optional() }, {}),
  'agreement.viewed': eventType(
    1,
    { part: name.optional(), filters: names.optional(), as: format.optional() },
    {},
  ),
  'paperwork.made': eventType(1, { form: name, as: format.optional() }, {}),
  'agreement.version-proposed': eventType(1, { hash: sha256Hex, appliesFrom: day.optional() }, {}),
  /** `number` counts activations: with the hash it says what decided from then on. */
  'agreement.version-activated': eventType(
    1,
    { hash: sha256Hex, appliesFrom: day.optional(), number: count },
    {},
  ),
  'agreement.version-withdrawn': eventType(1, { hash: sha256Hex, appliesFrom: day.optional() }, {}),
  'source.read': eventType(1, { dataset: name, rows: count, columns: count }, {}),
  'delivery.failed': eventType(
    1,
    { reason: name, collection: name.optional(), channel: name.optional(), bytesSent: count.optional() },
    { recipient: text.optional() },
  ),
  'concerns.viewed': eventType(1, { shown: count, filters: names.optional(), as: format.optional() }, {}),
  'concern.viewed': eventType(1, { as: format.optional() }, {}),
  'concerns.checked': eventType(1, { rows: count, faults: count, sha256: sha256Hex }, {}),
  'concerns.changed': eventType(
    1,
    {
      edition: count,
      means: name,
      added: count,
      changed: count,
      closed: count,
      sha256: sha256Hex.optional(),
    },
    { reason: text.optional() },
  ),
  'concerns.discarded': eventType(1, { sha256: sha256Hex.optional() }, {}),
  /** `quarter` is its last day. */
  'concerns-export.rehearsed': eventType(
    1,
    { quarter: day, edition: count, ...changesOf, findings: count, blocks: z.boolean() },
    {},
  ),
  'concerns-export.put-forward': eventType(1, { quarter: day, edition: count, amends: count.optional() }, {}),
  'concerns-export.withdrawn': eventType(1, { quarter: day }, {}),
  'concerns-export.released': eventType(1, { delivery: count, quarter: day, edition: count }, {}),
  'concerns-export.sent': eventType(
    1,
    { delivery: count, quarter: day, manifest: sha256Hex, ...changesOf, sizeBytes: count, destroyOn: day },
    {},
  ),
  /** `form`: message or notice. */
  'concerns-export.mailed': eventType(1, { delivery: count, form: name, reason: name.optional(), people: count.optional() }, {}), // prettier-ignore
  'concerns-export.acknowledged': eventType(1, { delivery: count }, {}),
  'concerns-export.viewed': eventType(
    1,
    { delivery: count.optional(), shown: count, as: format.optional(), what: name },
    {},
  ),
  'concerns-export.told': eventType(1, { quarter: day, state: name }, {}),
  'concerns-export.alarmed': eventType(1, { alarm: name, about: name }, {}),
  'concerns-export.subscribed': eventType(1, { subscribed: z.boolean() }, {}),
  'urgent-concern.shared': eventType(1, { people: count }, { reason: text.optional() }),
  'urgent-concern.viewed': eventType(1, { shown: count, as: format.optional() }, {}),
  'urgent-concern.collected': eventType(1, {}, { fingerprint: text.optional() }),
  'urgent-concern.reviewed': eventType(1, { finding: name }, { words: text.optional() }),
  ...hubEvents,
  ...photographEvents,
  'job.failed': eventType(1, { job: name, reason: name, attempt: count.optional() }, {}),
} as const

export type EventType = keyof typeof catalogue

export type EventOf<T extends EventType> = Readonly<Frame> & {
  readonly type: T
  readonly detail: DeepReadonly<z.input<(typeof catalogue)[T]['detail']>>
}
export type LedgerEvent = { [T in EventType]: EventOf<T> }[EventType]

type DeepReadonly<D> = {
  readonly [K in keyof D]: D[K] extends string[] | undefined ? Readonlied<D[K]> : D[K]
}
type Readonlied<L> = L extends string[] ? readonly string[] : L

export function isEventType(type: string): type is EventType {
  return Object.hasOwn(catalogue, type)
}
