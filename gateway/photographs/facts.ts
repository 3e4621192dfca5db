// What the rules see of a photograph. Where not everybody in it has consented, no consent is seen at all.
import type { Facts } from '../../policies/facts.ts'
import type { PhotographExchange } from './exchange.ts'
import { isWithdrawn, type Photograph } from './photograph.ts'

export type PhotographFacts = NonNullable<Facts['photograph']>

export function factsOfPhotograph(
  exchange: Pick<PhotographExchange, 'agreement' | 'key' | 'from' | 'to'>,
  photograph: Photograph,
  extra: Partial<PhotographFacts> = {},
): PhotographFacts {
  const { id, photographer, takenOn, people, retention, included } = photograph
  const consent = consentOf(photograph)
  return {
    ...kindOf(exchange, id),
    photographer,
    takenOn,
    identifying: people > 0,
    ...(consent && { consent }),
    // The words of the finding are nobody's business here.
    findings: ['stated'],
    retentionClass: retention.class,
    destroyOn: retention.destroyOn,
    events: included ? ['photograph.included'] : [],
    ...extra,
  }
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
