// How the access log says what happened: one short sentence for each type in the ledger's catalogue, and its detail in words.
import type nunjucks from 'nunjucks'
import type { EventType } from '../../audit/events.ts'
import { writeDay, writeKey } from './filters.ts'

const sentences = {
  'person.signed-in': 'Signed in',
  'person.sign-in-failed': 'Tried to sign in, and failed',
  'person.signed-out': 'Signed out',
  'key.offered': 'Offered a key',
  'key.enrolled': 'Enrolled a key',
  'key.refused': 'Offered a key or a code that was not accepted',
  'key.answered': 'Showed that a new key is theirs',
  'key.changed': 'Confirmed a colleague’s new key',
  'key.withdrawn': 'Withdrew a key',
  'key.reminded': 'Reminded somebody that their key nears its end',
  'keys.viewed': 'Looked at keys',
  'transfer.requested': 'Asked for data',
  'transfer.returned': 'Returned a request for a change',
  'transfer.approved': 'Approved a request',
  'transfer.supplied': 'Supplied what was asked for',
  'transfer.part-supplied': 'Supplied part of what was asked for',
  'transfer.escalated': 'Escalated a request',
  'transfer.viewed': 'Looked at a request',
  'transfers.listed': 'Looked at a list of requests',
  'form.viewed': 'Opened a page',
  'decision.refused': 'Was refused by a clause',
  'request.rejected': 'Sent something that was not accepted',
  'item.sealed': 'Sealed a package',
  'item.collected': 'Collected a package',
  'item.resealed': 'Opened something that is kept, to seal it under another cipher profile',
  'item.mailed': 'Opened a package to send it as a message',
  'item.mailed-to': 'Encrypted a message to a person’s key',
  'item.acknowledged': 'Said that a package arrived whole',
  'copies.attested': 'Said what became of copies',
  'copy.registered': 'Registered a copy on paper or on a removable medium',
  'copy.received': 'Said that a copy on paper arrived',
  'copy.answered': 'Answered whether a removable medium may be used',
  'copy.ended': 'Said how a copy on paper or on a removable medium ended',
  'duty.reminded': 'Reminded somebody of a duty',
  'duty.overdue': 'Told both sides that a duty is overdue',
  'duties.viewed': 'Looked at what is owed',
  'item.destroyed': 'Destroyed a package',
  'item.held': 'Placed a hold',
  'item.hold-reviewed': 'Said that a hold is still needed',
  'hold.review-due': 'Told who keeps records that a hold is to be looked at again',
  'item.lift-asked': 'Asked for a hold to be lifted',
  'item.hold-lifted': 'Lifted a hold',
  'item.moved': 'Moved a key to another shelf',
  'item.rescheduled': 'Moved a date of destruction',
  'item.return-offered': 'Offered to return something',
  'item.return-answered': 'Answered an offer to return something',
  'item.viewed': 'Looked at something that is kept',
  'retention.viewed': 'Looked at what is kept',
  'destruction.overdue': 'Found a destruction that is late',
  'keys.reconciled': 'Compared the keys used with entries and deliveries',
  'keys.moved': 'Moved the keys to another key store',
  'shelves.retired': 'Closed shelves so that what lies on them gets new keys',
  'keys.move-ended': 'Destroyed the keys of the key store that was left',
  'incident.raised': 'Raised an incident',
  'destruction.replayed': 'Found that what a restored database holds was destroyed',
  'backup.taken': 'Took a backup',
  'backup.restored': 'Put a backup back',
  'certificate.issued': 'Issued a certificate of destruction',
  'certificate.viewed': 'Looked at a certificate of destruction',
  'ledger.viewed': 'Looked at the access log',
  'ledger.proof-issued': 'Took the proof of an entry',
  'erasures.viewed': 'Looked at what is to be forgotten',
  'erasure.asked': 'Asked for an erasure',
  'erasure.withdrawn': 'Withdrew an erasure that was asked for',
  'ledger.erased': 'Erased personal data for good',
  'ledger.recovered': 'Put lost entries back from what was published',
  'ledger.epoch-opened': 'Opened a new ledger that begins with the head of the old one',
  'signing-keys.announced': 'Published which keys sign packages and certificates',
  'ledger.signed-by': 'Began to sign the ledger with other keys',
  'ledger.pruned': 'Pruned old entries to their hashes and totals',
  'ledger.epoch-pruned': 'Pruned old entries of a ledger that was closed',
  'agreements.loaded': 'Loaded the agreements',
  'agreement.viewed': 'Looked at the agreements',
  'paperwork.made': 'Had a form filled in',
  'agreement.version-proposed': 'Proposed a version of an agreement',
  'agreement.version-activated': 'Activated a version of an agreement',
  'agreement.version-withdrawn': 'Withdrew a version of an agreement',
  'source.read': 'Read records from a source',
  'delivery.failed': 'Failed to deliver',
  'concerns.viewed': 'Looked at the concerns database',
  'concern.viewed': 'Looked at a concern',
  'concerns.checked': 'Had a file of concerns checked',
  'concerns.changed': 'Changed the concerns database',
  'concerns.discarded': 'Discarded a file of concerns',
  'concerns-export.rehearsed': 'Rehearsed the concerns export',
  'concerns-export.put-forward': 'Put a concerns export forward',
  'concerns-export.withdrawn': 'Withdrew a concerns export',
  'concerns-export.released': 'Released a concerns export',
  'concerns-export.sent': 'Sent a concerns export',
  'concerns-export.mailed': 'Sent a concerns export to its mailbox',
  'concerns-export.acknowledged': 'Said that a concerns export arrived',
  'concerns-export.viewed': 'Looked at concerns exports',
  'concerns-export.told': 'Told people that a concerns export is due',
  'concerns-export.alarmed': 'Raised an alarm about the concerns export',
  'concerns-export.subscribed': 'Chose whether to be told of concerns exports',
  'urgent-concern.shared': 'Shared an urgent concern',
  'urgent-concern.viewed': 'Looked at urgent shares',
  'urgent-concern.collected': 'Collected an urgent concern',
  'urgent-concern.reviewed': 'Reviewed an urgent share',
  'figures.viewed': 'Looked at the register of figures',
  'figure.viewed': 'Looked at a figure',
  'figures.registered': 'Took in an extract of figures',
  'hub-data.downloaded': 'Downloaded Hub data',
  'hub-return.submitted': 'Had a return to the Hub looked through',
  'hub-return.rejected': 'Had a return to the Hub refused',
  'hub-door.viewed': 'Looked at their access to the Performance Hub',
  'hub-session.opened': 'Said what Hub data is used for, and that nobody else sees the screen',
  'hub-conditions.accepted': 'Accepted the Conditions of Use',
  'hub-conditions.amended': 'Amended the Conditions of Use',
  'hub-users.viewed': 'Looked at the users of the Performance Hub',
  'hub-use.viewed': 'Looked at the record of the use of Hub data',
  'hub-access.granted': 'Authorised somebody for Hub data',
  'hub-access.restricted': 'Restricted somebody’s Hub data to the screen',
  'hub-access.ended': 'Ended somebody’s access to Hub data',
  'hub-mailbox.told': 'Told the Hub users mailbox of a leaver',
  'hub-team.told': 'Told the team of the Hub of a leaver',
  'clearances.viewed': 'Looked at the reports whose figures are cleared',
  'clearance.viewed': 'Looked at the clearance of a report',
  'clearance.opened': 'Opened the clearance of a report',
  'clearance.draft-delivered': 'Sent a draft to HMPPS for its fact check',
  'clearance.fact-check-closed': 'Closed a fact check',
  'hmpps.notified': 'Told HMPPS that a draft uses data that is not public',
  'consents.viewed': 'Looked at requests for consent',
  'consent.viewed': 'Looked at a request for consent',
  'consent.requested': 'Asked for consent to publish a figure',
  'consent.acknowledged': 'Said that a request for consent arrived',
  'consent.answered': 'Answered a request for consent',
  'consent.fell-silent': 'Found that nobody answered a request for consent in time',
  'consent.withdrawn': 'Withdrew consent to publish a figure',
  'figure.attested': 'Attested a figure',
  'figure.objected': 'Objected to the publication of a figure',
  'figure.objection-decided': 'Decided an objection',
  'draft.checked': 'Had the figures of a draft checked',
  'draft-check.viewed': 'Looked at what the check of a draft found',
  'figure.published': 'Cleared a figure of the Performance Hub for publication',
  'draft.cleared': 'Cleared a copy of a draft for public release',
  'disclosure-table.checked': 'Put a table through disclosure control',
  'disclosure-table.viewed': 'Looked at a table as it would go out',
  'disclosure-table.cleared': 'Attested that nobody can be identified from a table',
  'disclosure-table.downloaded': 'Downloaded a cleared table',
  'photograph-reports.viewed': 'Looked at which reports have photographs',
  'photographs.viewed': 'Looked at the photographs of a report',
  'photograph.viewed': 'Looked at what is known of a photograph',
  'photograph.kept': 'Kept a photograph',
  'photograph.opened': 'Looked at a photograph',
  'photograph-consent.recorded': 'Recorded a consent to a photograph',
  'photograph-consent.withdrawn': 'Recorded that a consent to a photograph was withdrawn',
  'photograph.checked': 'Answered a question about a photograph',
  'photograph.included': 'Put a photograph in a report',
  'photograph.answered': 'Said whether HMPPS objects to a photograph',
  'photograph.objection-decided': 'Decided an objection to a photograph',
  'photograph.cleared': 'Cleared a photograph for public release',
  'photograph.taken': 'Took a cleared copy of a photograph',
  'photograph.published': 'Recorded where a photograph was published',
  'photograph.recalled': 'Called back copies of a photograph',
  'photograph-copy.ended': 'Said that a copy of a photograph is gone',
  'hub-answers.viewed': 'Looked at uses of Hub data in answers',
  'hub-answer.viewed': 'Looked at a use of Hub data in an answer',
  'hub-answer.asked': 'Asked whether Hub data may be used in an answer',
  'hub-answer.answered': 'Said whether Hub data may be used in an answer',
  'hub-answer.released': 'Used Hub data in an answer',
  'releases.viewed': 'Looked at the calendar of statistical releases',
  'release.set': 'Set the date of a statistical release',
  'job.failed': 'Failed at a scheduled job',
} as const satisfies Record<EventType, string>

/** 'item.collected' → 'Collected a package' */
export function writeEntryType(type: unknown): string {
  const known: Readonly<Record<string, string>> = sentences
  return known[String(type)] ?? String(type)
}

export interface DetailWords {
  readonly name: string
  readonly value: string
}

/** The detail of an entry, in words. A personal value that was erased is said to be so. */
export function writeEntryDetail(detail: unknown): DetailWords[] {
  if (typeof detail !== 'object' || detail === null) return []
  return Object.entries(detail).flatMap(([key, value]) => {
    const words = writeValue(value)
    return words === '' ? [] : [{ name: writeKey(key), value: words }]
  })
}

function writeValue(value: unknown): string {
  if (value === null) return 'erased'
  if (Array.isArray(value)) return value.map(writeValue).join(', ')
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') return value.toLocaleString('en-GB')
  if (typeof value !== 'string') return ''
  return /^\d{4}-\d{2}-\d{2}$/.test(value) ? writeDay(value) : value
}

/** 'detail.relevance' → 'Relevance'; 'subjects.0.id' → 'A person that it is about' */
export function writeFieldPlace(field: unknown): string {
  const [part = '', ...rest] = String(field).split('.')
  if (part === 'subjects') return 'A person that it is about'
  if (part !== 'actor') return writeKey(rest.join(' '))
  return rest[0] === 'ip' ? 'The network address that it came from' : 'Who did it'
}

export function addEntryFilters(environment: nunjucks.Environment): void {
  environment.addFilter('entryType', writeEntryType)
  environment.addFilter('entryDetail', writeEntryDetail)
  environment.addFilter('fieldPlace', writeFieldPlace)
}
