// SYNTHETIC. One of the demonstration's people does something with the gateway's own parts, at a time that may lie in the past.
import type { Outcome } from '../gateway/decisions/judge.ts'
import type { Events, PersonContext } from '../gateway/http/endpoint.ts'
import { record } from '../gateway/http/mount.ts'
import { findPersonByIdentity } from '../gateway/people/store.ts'
import type { Wiring } from '../gateway/wire.ts'

/** @returns what it came to; its entries are kept with it. @throws {Error} where it is refused */
export async function actAs<T>(
  deps: Wiring,
  subject: string,
  work: (
    context: PersonContext,
  ) => Promise<Outcome<T> | { readonly kind?: undefined; readonly events: Events; readonly value: T }>,
): Promise<T> {
  const now = deps.clock()
  return deps.db.withTransaction(async (tx) => {
    const person = await findPersonByIdentity(tx, deps.config.oidc.issuer, subject, now)
    if (!person) throw new Error(`${subject} is not registered`)
    const requestId = `demonstration-${now.toISOString()}`
    const outcome = await work({ tx, now, requestId, ip: '127.0.0.1', person })
    if (outcome.kind === 'refused') throw new Error(`${subject} was refused: ${outcome.letter.refusals.map(({ clause }) => clause).join(', ')}`) // prettier-ignore
    await record(tx, outcome.events, now)
    return outcome.value
  })
}
