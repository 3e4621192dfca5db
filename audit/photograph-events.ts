// What the ledger records of photographs taken on inspection (hmpps-2025/annex-a): never what they show, and never who is in them.
import { count, day, eventType, format, name, names, sha256Hex } from './event-fields.ts'

export const photographEvents = {
  'photograph-reports.viewed': eventType(1, { shown: count, as: format }, {}),
  'photographs.viewed': eventType(1, { shown: count, as: format }, {}),
  'photograph.viewed': eventType(1, { as: format }, {}),
  /** `sha256` of the picture that is kept, `originalSha256` of what was sent; `removed`: kinds of what was left out. */
  'photograph.kept': eventType(
    1,
    { sha256: sha256Hex, originalSha256: sha256Hex, sizeBytes: count, format: name, removed: names, people: count, shelf: name, retentionClass: name, destroyOn: day },
    {},
  ), // prettier-ignore
  /** The picture itself was shown: a key was let out. */
  'photograph.opened': eventType(1, { collection: name }, {}),
  'photograph-consent.recorded': eventType(1, { consent: name, writtenOn: day, until: day, sharedWith: names }, {}), // prettier-ignore
  'photograph-consent.withdrawn': eventType(1, { consent: name, destroyOn: day }, {}),
  /** `found` bars it for good. */
  'photograph.checked': eventType(1, { question: name, answer: name }, {}),
  'photograph.included': eventType(1, {}, {}),
  'photograph.answered': eventType(1, { answer: name }, {}),
  'photograph.objection-decided': eventType(1, { decision: name }, {}),
  /** This picture, and no other, is for public release. */
  'photograph.cleared': eventType(1, { sha256: sha256Hex }, {}),
  'photograph.taken': eventType(1, { sha256: sha256Hex }, {}),
  'photograph.published': eventType(1, { reportPublishedOn: day }, {}),
  /** Copies outside the gateway became tasks. */
  'photograph.recalled': eventType(1, { because: name, published: count, taken: count }, {}),
  'photograph-copy.ended': eventType(1, { copy: name }, {}),
} as const
