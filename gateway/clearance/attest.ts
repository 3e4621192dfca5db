// What a second person at HMI Prisons attests of a figure: that nobody can be identified from it, and, where nobody answered, that
// the route of the memorandum with HMPPS was followed to its end (hmpps-2025/18-not-identifiable, S4, S45).
import { policyHash, refused, type Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { stateConflict } from '../http/problem.ts'
import { personActor } from '../http/who.ts'
import { factsOfPerson } from '../people/facts.ts'
import { smallestCount } from '../disclosure/table.ts'
import { about, fieldFault, takeBoth, type ClearanceDeps } from './act.ts'
import { attestations } from './clearance.ts'
import { insertAttestation } from './consent-store.ts'
import { factsOfFigure } from './facts.ts'
import type { AttestBody } from './schemas.ts'

/** @throws {Problem} `not-found`, `input.invalid`, `state.conflict` */
export async function attest(
  deps: ClearanceDeps,
  context: PersonContext,
  id: string,
  { what, words, smallestCell }: AttestBody,
): Promise<Outcome<string>> {
  const facts = await factsOfPerson(context.tx, context.person, context.now)
  // Who may not look is told the same of one that is there as of one that is not.
  const seen = await deps.judge.judge(context, 'read-clearance', facts)
  if (seen.outcome === 'refusal') return refused(seen)
  const { clearance, request } = await takeBoth(context, id)
  const document = { ...factsOfFigure(deps.hubPublication, clearance, request, context.now), kind: what }
  const judged = await deps.judge.judge(context, 'attest-figure', { ...facts, document })
  if (judged.outcome === 'refusal') return refused(judged)
  if (what === 'route' && request.consent.state !== 'silent')
    throw stateConflict('The route for silence is signed only where nobody answered.')
  if (what === 'disclosure' && (smallestCell === undefined || smallestCell < smallestCount))
    throw fieldFault('smallestCell', `Give the smallest count behind the figure. Below ${smallestCount} it does not go out.`) // prettier-ignore
  const attested = { clause: attestations[what], by: context.person.id, at: context.now, words, smallestCell: what === 'disclosure' ? smallestCell : undefined } // prettier-ignore
  if (!(await insertAttestation(context.tx, id, attested))) throw stateConflict('Somebody attested this already.') // prettier-ignore
  const event = {
    type: 'figure.attested',
    actor: personActor(context.person, context.ip),
    subjects: about(request),
    correlation: context.requestId,
    decision: judged.decisionId,
    policy: policyHash(judged.permit.pack),
    clauses: [...judged.permit.tested],
    detail: { what, ...(attested.smallestCell !== undefined && { smallestCell: attested.smallestCell }) },
  } as const
  return { kind: 'done', value: id, events: [event] }
}
