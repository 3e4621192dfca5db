// What the rules see of a photograph. Where not everybody in it has consented, no consent is seen at all.
import type { Facts } from '../../policies/facts.ts'
import type { Clearance } from '../clearance/clearance.ts'
import type { PhotographExchange } from './exchange.ts'
import { barsOf, isStated } from './checking.ts'
import { isWithdrawn, openObjections, type Photograph } from './photograph.ts'

export type PhotographFacts = NonNullable<Facts['photograph']>

export function factsOfPhotograph(
  exchange: Pick<PhotographExchange, 'agreement' | 'key' | 'from' | 'to' | 'questions'>,
  photograph: Photograph,
  clearance: Pick<Clearance, 'window' | 'factCheckClosedAt'>,
  extra: Partial<PhotographFacts> = {},
): PhotographFacts {
  const { id, photographer, takenOn, people, retention } = photograph
  const consent = consentOf(photograph)
  const ofInterest = ofInterestIn(exchange, photograph)
  return {
    ...kindOf(exchange, id),
    photographer,
    takenOn,
    identifying: people > 0,
    ...(consent && { consent }),
    ...(ofInterest !== undefined && { ofInterest }),
    // The words of the finding are nobody's business here.
    findings: ['stated'],
    attested: exchange.questions.filter((form) => isStated(photograph, form)).map(({ clause }) => clause),
    bars: barsOf(photograph).length,
    openObjections: openObjections(photograph),
    retentionClass: retention.class,
    destroyOn: retention.destroyOn,
    events: eventsOf(photograph, clearance),
    ...extra,
  }
}

/** Undefined where nobody has looked for one. */
function ofInterestIn(
  { questions }: Pick<PhotographExchange, 'questions'>,
  photograph: Photograph,
): boolean | undefined {
  // prettier-ignore
  if (barsOf(photograph).includes('of-interest')) return true
  const form = questions.find(({ question }) => question === 'of-interest')
  return form && isStated(photograph, form) ? false : undefined
}

/** HMPPS has seen it where it was in the draft that went to it, and the fact check is over. */
export function eventsOf(
  { included }: Photograph,
  { window, factCheckClosedAt }: Pick<Clearance, 'window' | 'factCheckClosedAt'>,
): string[] {
  // prettier-ignore
  if (!included) return []
  const isChecked =
    window !== undefined && included.at <= window.deliveredAt && factCheckClosedAt !== undefined
  return ['photograph.included', ...(isChecked ? ['photograph.fact-checked'] : [])]
}

export function kindOf({ agreement, key, from, to }: Pick<PhotographExchange, 'agreement' | 'key' | 'from' | 'to'>, id: string) {
  return { id, agreement, exchange: key, from, to, kind: 'photograph' }
} // prettier-ignore

/** What everybody in it consented to: the narrowest of each. */
export function consentOf(photograph: Pick<Photograph, 'people' | 'consents'>): PhotographFacts['consent'] {
  const { people, consents } = photograph
  const [first] = consents
  const withdrawn = isWithdrawn(photograph)
  if (!first || (consents.length < people && !withdrawn)) return undefined
  return {
    writtenOn: consents.map(({ writtenOn }) => writtenOn).reduce((one, other) => (other > one ? other : one)),
    until: consents.map(({ until }) => until).reduce((one, other) => (other < one ? other : one)),
    sharedWith: first.sharedWith.filter((body) => consents.every(({ sharedWith }) => sharedWith.includes(body))), // prettier-ignore
    usesStated: consents.every(({ uses }) => uses.trim() !== ''),
    storageStated: consents.every(({ storage }) => storage.trim() !== ''),
    withdrawn,
  }
}
