// Asking Data and Analysis for consent to one version of a figure (hub-2023/4.3-request). Whoever asks states what the memorandum
// wants stated, and HMPPS is told in the same transaction that the figure is meant for a draft (hmpps-2025/18-notify).
import { randomUUID } from 'node:crypto'
import type { LedgerEvent } from '../../audit/events.ts'
import { dutyDates } from '../../policies/duty.ts'
import type { Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { Problem, stateConflict, type FieldFault } from '../http/problem.ts'
import type { StoredFigure } from '../figures/figure.ts'
import { listFigureVersions } from '../figures/store.ts'
import { withHubData } from '../hub/open.ts'
import type { Allowed } from '../people/allowed.ts'
import { about, takeClearance, type ClearanceDeps } from './act.ts'
import type { Clearance } from './clearance.ts'
import { insertRequest } from './consent-store.ts'
import { tellHub, tellScrutiny } from './notices.ts'
import { findRelease } from './release-store.ts'
import type { AskBody } from './schemas.ts'
import { noteNotified } from './store.ts'

/** @throws {Problem} `input.invalid` naming each field, `state.conflict`, `not-found` */
export function ask(
  deps: ClearanceDeps,
  context: PersonContext,
  clearanceId: string,
  body: AskBody,
): Promise<Outcome<string>> {
  return withHubData(deps, context, 'ask-consent', 'screen', async ({ base, permit }) => {
    const clearance = await takeClearance(context, clearanceId)
    const figure = await checked(deps, context, body)
    const { warnAt, dueAt } = dutyDates(deps.hubPublication.answer, context.now)
    const id = randomUUID()
    const asked = await insertRequest(context.tx, permit, {
      id, clearanceId, figure: figure.reference, version: figure.version, context: body.context, searched: body.searched,
      askedBy: context.person.id, askedAt: context.now, warnAt, dueAt, release: body.release, stated: body.stated,
    }) // prettier-ignore
    if (!asked) throw stateConflict('This version was asked about for this report already, or Data and Analysis refused it, which is final.') // prettier-ignore
    await tellHub(deps, context, id)
    const requested = { ...base, type: 'consent.requested', subjects: about({ id, clearanceId, figure }), detail: { version: figure.version } } as const // prettier-ignore
    return { value: id, events: [requested, ...(await notify(deps, context, base, clearance))] }
  })
}

async function checked(deps: ClearanceDeps, context: PersonContext, body: AskBody): Promise<StoredFigure> {
  const faults: FieldFault[] = []
  const [figure] = await listFigureVersions(context.tx, body.figure)
  if (!figure) faults.push({ field: 'figure', message: 'There is no figure with this id. Look it up in the register.' }) // prettier-ignore
  if (figure?.provenance === 'official-statistics') faults.push({ field: 'figure', message: 'This one is public. Use it, and name its source: it needs no consent.' }) // prettier-ignore
  if (deps.hubPublication.statements.some(({ clause }) => !body.stated.includes(clause)))
    faults.push({ field: 'stated', message: 'Each of these has to be stated before consent is asked for.' })
  if (body.release !== undefined && !(await findRelease(context.tx, body.release)))
    faults.push({ field: 'release', message: 'There is no release with this id in the calendar.' })
  if (!figure || faults.length > 0) throw new Problem('input.invalid', 'Correct the fields named here and send it again. Nothing was saved.', faults) // prettier-ignore
  return figure
}

/** Once for a report: the notice leads to all of its figures. Where nobody at HMPPS could be told, it was not told. */
async function notify(
  deps: ClearanceDeps,
  context: PersonContext,
  base: Allowed['base'],
  { id, notifiedAt }: Clearance,
): Promise<LedgerEvent[]> {
  if (notifiedAt) return []
  const people = await tellScrutiny(deps, context, id)
  if (people === 0) return []
  await noteNotified(context.tx, id, context.now)
  return [{ ...base, type: 'hmpps.notified', subjects: [{ kind: 'clearance', id }], detail: { people } }]
}
