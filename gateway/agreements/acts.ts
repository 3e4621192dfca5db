// Each act in words, for people who read a clause: "asking for data". Where it is judged is in decisions/passes-through.ts.
import type { Act } from '../../policies/facts.ts'

const doing: Readonly<Record<Act, string>> = {
  request: 'asking for data',
  return: 'returning a request for a change',
  approve: 'approving a request',
  supply: 'supplying what was asked for',
  'part-supply': 'supplying part of what was asked for',
  escalate: 'escalating a request',
  seal: 'sealing a package',
  collect: 'collecting a package',
  acknowledge: 'confirming that a package arrived',
  attest: 'saying what became of a copy',
  destroy: 'destroying a package',
  view: 'looking at a request',
  'read-log': 'reading the access log',
  'enrol-key': 'enrolling a key',
  'confirm-key': 'confirming a change of key',
  'read-concerns': 'looking at the concerns database',
  'change-concerns': 'changing the concerns database',
  'ask-erasure': 'asking that something be forgotten',
  'authorise-erasure': 'authorising that something be forgotten',
  'see-deliveries': 'looking at the deliveries of the quarterly export',
  'read-figures': 'looking at the register of figures',
  'register-figures': 'registering figures',
  'read-clearance': 'looking at which figures are cleared for a report',
  'ask-consent': 'asking for consent to publish a figure',
  'run-fact-check': 'running the fact check of a report',
  'answer-consent': 'answering a request for consent',
  'object-to-figure': 'objecting to the publication of a figure',
  'check-draft': 'checking the figures of a draft',
  'attest-figure': 'attesting a figure',
  'register-copy': 'registering a copy on paper or on a removable medium',
  'receive-copy': 'saying that a copy on paper arrived',
  'answer-media': 'allowing a removable medium',
  'dispose-copy': 'saying what became of a copy on paper or on a removable medium',
  'amend-conditions': 'amending the Conditions of Use of the Performance Hub',
  'read-hub-use': 'reading the record of the use of Hub data',
  'end-hub-access': 'ending somebody’s access to Hub data',
  'read-retention': 'looking at what is held and until when',
  'place-hold': 'placing a hold',
  'review-hold': 'saying that a hold is still needed',
  'ask-lift': 'asking for a hold to be lifted',
  'lift-hold': 'lifting a hold',
  reschedule: 'moving a date of destruction',
  'offer-return': 'offering something back to where it came from',
  'answer-return': 'answering an offer to return something',
  'move-key': 'moving the key of a held item',
  'read-agreements': 'reading the agreements',
  'propose-version': 'proposing a version of an agreement',
  'activate-version': 'activating a version of an agreement',
  'withdraw-version': 'withdrawing a version of an agreement',
  'put-forward': 'rehearsing a delivery and putting it forward',
  pack: 'packing a delivery',
  receive: 'receiving a delivery',
  review: 'reviewing what was shared at once',
  release: 'releasing a document',
  forward: 'passing a document on',
  open: 'opening a document',
  'raise-point': 'raising a point on a draft',
  edit: 'changing a document',
  publish: 'publishing a document',
  show: 'showing a photograph',
  include: 'putting a photograph in a report',
  share: 'sharing a photograph',
  'read-photographs': 'looking at the photographs of a report',
  'keep-photograph': 'keeping a photograph and its consents',
  'check-photograph': 'answering a question about a photograph',
  'answer-photograph': 'saying whether HMPPS objects to a photograph',
  'clear-photograph': 'clearing a photograph for public release',
  'recall-photograph': 'saying that a copy of a photograph is gone',
  'destroy-photograph': 'destroying a photograph',
  admit: 'giving a person access',
  plan: 'planning a visit or an inspection',
  'look-up': 'looking something up',
  dispose: 'disposing of a document',
  ask: 'asking for a document',
}

/** 'request' → 'asking for data' */
export function actInWords(act: Act): string {
  return doing[act]
}

/** 'asking for data, collecting a package and destroying a package' */
export function actsInWords(acts: readonly Act[]): string {
  return listed(acts.map(actInWords))
}

/** 'one, two and three' */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`
}
