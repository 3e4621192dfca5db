// The Conditions of Use: Data and Analysis amends them at any time, and everybody is asked again before they next use Hub data,
// because what was accepted is another version (hub-2023/2.4, 3.1).
import { createHash } from 'node:crypto'
import type { Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { factsOfPerson } from '../people/facts.ts'
import { fieldFault, judged, type HubDeps } from './act.ts'
import { guarded } from './attempt.ts'
import { insertConditions } from './store.ts'

/** @throws {Problem} `input.invalid` where that version is there already */
export async function amend(
  deps: HubDeps,
  context: PersonContext,
  { version, words }: { readonly version: string; readonly words: string },
): Promise<Outcome<string>> {
  const facts = await factsOfPerson(context.tx, context.person, context.now)
  const sha256 = createHash('sha256').update(words, 'utf8').digest('hex')
  return guarded(
    deps,
    context,
    judged(deps, context, 'amend-conditions', facts, async (base, permit) => {
      const entered = { version, words, sha256, by: context.person.id, at: context.now }
      if (!(await insertConditions(context.tx, permit, entered)))
        throw fieldFault('version', 'There is a version with this name already. Give another.')
      return { value: version, events: [{ ...base, type: 'hub-conditions.amended', subjects: [], detail: { version, sha256 } }] } // prettier-ignore
    }),
  )
}
