// What the ledger records of figures from the Performance Hub. Of a person it holds username and address, and nothing else
// (hub-2023/3.3-log-content).
import { z } from 'zod'
import { count, day, eventType, format, name, names, sha256Hex } from './event-fields.ts'

export const hubEvents = {
  'figures.viewed': eventType(1, { shown: count, filters: names, as: format }, {}),
  'figure.viewed': eventType(1, { as: format }, {}),
  'figures.registered': eventType(
    1,
    { added: count, changed: count, unchanged: count, faults: count, sha256: sha256Hex },
    {},
  ),
  /** `rows` are those of the search; a download that broke off has another entry. */
  'hub-data.downloaded': eventType(1, { rows: count, filters: names }, {}),
  /** A return was looked through before it is put on the Hub; places that look sensitive are counted, never quoted. */
  'hub-return.submitted': eventType(1, { sha256: sha256Hex, sizeBytes: count }, {}),
  'hub-return.rejected': eventType(1, { sha256: sha256Hex, sizeBytes: count, findings: count }, {}),
  'hub-door.viewed': eventType(1, { as: format }, {}),
  'hub-session.opened': eventType(1, { purpose: name }, {}),
  'hub-conditions.accepted': eventType(1, { version: name, sha256: sha256Hex }, {}),
  'hub-conditions.amended': eventType(1, { version: name, sha256: sha256Hex }, {}),
  'hub-users.viewed': eventType(1, { shown: count, as: format }, {}),
  'hub-use.viewed': eventType(1, { shown: count, ofOne: z.boolean(), as: format }, {}),
  'hub-access.granted': eventType(1, { organisation: name, until: day }, {}),
  'hub-access.restricted': eventType(1, {}, {}),
  'hub-access.ended': eventType(1, { how: name, sessions: count }, {}),
  'hub-mailbox.told': eventType(1, {}, {}),
  'hub-team.told': eventType(1, { people: count }, {}),
  'clearances.viewed': eventType(1, { shown: count, as: format }, {}),
  'clearance.viewed': eventType(1, { shown: count, as: format }, {}),
  'clearance.opened': eventType(1, { kind: name }, {}),
  /** The draft went to HMPPS, whose window for objections ends with that day. */
  'clearance.draft-delivered': eventType(1, { endsOn: day }, {}),
  'clearance.fact-check-closed': eventType(1, { silent: count }, {}),
  'hmpps.notified': eventType(1, { people: count }, {}),
  'consents.viewed': eventType(1, { shown: count, as: format }, {}),
  'consent.viewed': eventType(1, { as: format }, {}),
  'consent.requested': eventType(1, { version: count }, {}),
  'consent.acknowledged': eventType(1, {}, {}),
  'consent.answered': eventType(1, { answer: name, conditions: z.boolean(), notBefore: day.optional() }, {}),
  'consent.fell-silent': eventType(1, {}, {}),
  'consent.withdrawn': eventType(1, { uses: count, drafts: count }, {}),
  'figure.attested': eventType(1, { what: name, smallestCell: count.optional() }, {}),
  'figure.objected': eventType(1, {}, {}),
  'figure.objection-decided': eventType(1, { decision: name }, {}),
  /** `sha256` is of the file that was dropped in; nothing else of it is kept. `unclear`: numbers that keep it back. */
  'draft.checked': eventType(1, { sha256: sha256Hex, numbers: count, unclear: count }, {}),
  'draft-check.viewed': eventType(1, { as: format }, {}),
  'figure.published': eventType(1, { version: count }, {}),
  /** This copy, and no other, is for public release. */
  'draft.cleared': eventType(1, { sha256: sha256Hex, figures: count }, {}),
  /** A table as it would go out; of what is hidden it says how much. */
  'disclosure-table.checked': eventType(1, { cells: count, hidden: count, sha256: sha256Hex }, {}),
  'disclosure-table.viewed': eventType(1, { as: format }, {}),
  'disclosure-table.cleared': eventType(1, {}, {}),
  'disclosure-table.downloaded': eventType(1, {}, {}),
  'hub-answers.viewed': eventType(1, { shown: count, as: format }, {}),
  'hub-answer.viewed': eventType(1, { as: format }, {}),
  'hub-answer.asked': eventType(1, { kind: name, version: count }, {}),
  'hub-answer.answered': eventType(1, { answer: name }, {}),
  /** `section44`: it is due to come out as statistics, which was shown. */
  'hub-answer.released': eventType(1, { kind: name, section44: z.boolean() }, {}),
  'releases.viewed': eventType(1, { shown: count, as: format }, {}),
  'release.set': eventType(1, { version: count, releaseOn: day.optional(), before: day.optional() }, {}),
} as const
