// The supply desk's three outcomes: supply, part-supply with a reason, escalate with a reason. There is no fourth
// (hmpps-2025/10-no-refusal); part-supply and escalation are told to HMI Prisons' approvers at once.
import { refused, type Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { Problem, type FieldFault } from '../http/problem.ts'
import { done, entryBase, type ActDeps, type Done } from './act.ts'
import { lockVisible } from './approve.ts'
import { meetSupplyClock } from './duties.ts'
import { factsOf } from './facts.ts'
import { notifyRequester, tellLead } from './notices.ts'
import type { SupplyInput } from './schemas.ts'
import { insertText, move, type Change } from './store.ts'
import type { Transfer } from './transfer.ts'

export async function supplyTransfer(
  deps: ActDeps,
  context: PersonContext,
  id: string,
  input: SupplyInput,
): Promise<Outcome<Done>> {
  const transfer = await lockVisible(deps, context, id)
  const act = input.outcome
  if (act === 'part-supply') checkNarrower(transfer, input)
  const facts = await factsOf(context.tx, context.person, transfer, context.now, {
    reasonGiven: 'reason' in input,
  })
  const judged = await deps.judge.judge(context, act, facts)
  if (judged.outcome === 'refusal') return refused(judged)
  const state = await move(
    context.tx,
    judged.permit,
    transfer,
    act,
    context.now,
    change(context, transfer, input),
  )
  if (input.outcome !== 'supply') await explain(deps, context, transfer, input)
  if (act !== 'escalate') await meetSupplyClock(context.tx, id, context.now)
  if (act !== 'escalate') await deps.jobs.send(context.tx, 'seal-package', { transferId: id })
  return done(transfer, state, judged, { ...entryBase(context, transfer, judged), ...said(transfer, input) })
}

type Reasoned = Exclude<SupplyInput, { outcome: 'supply' }>

/** @throws {Problem} `input.invalid`: part of a supply is a part of what was approved, and less than the whole */
function checkNarrower(transfer: Transfer, part: Extract<SupplyInput, { outcome: 'part-supply' }>): void {
  const faults: FieldFault[] = []
  for (const name of ['fields', 'establishments'] as const) {
    part[name].forEach((value, index) => {
      if (!transfer[name].includes(value))
        faults.push({ field: `${name}.${index}`, message: 'This is not in the approved request.' })
    })
  }
  const whole =
    part.fields.length >= transfer.fields.length &&
    part.establishments.length >= transfer.establishments.length
  if (faults.length === 0 && whole)
    faults.push({
      field: 'outcome',
      message: 'This is everything that was asked for. Supply it, or leave something out.',
    })
  if (faults.length > 0)
    throw new Problem(
      'input.invalid',
      'Correct the fields named here and send it again. Nothing was saved.',
      faults,
    )
}

function change(context: PersonContext, transfer: Transfer, input: SupplyInput): Change {
  if (input.outcome === 'escalate') return {}
  const scope = input.outcome === 'part-supply' ? input : transfer
  return {
    supplier: context.person.id,
    suppliedFields: scope.fields,
    suppliedEstablishments: scope.establishments,
  }
}

async function explain(
  deps: ActDeps,
  context: PersonContext,
  transfer: Transfer,
  input: Reasoned,
): Promise<void> {
  await insertText(context.tx, transfer.id, input.outcome, input.reason, context.now)
  await tellLead(deps, context, transfer, input.outcome)
  if (input.outcome === 'escalate') await notifyRequester(deps, context, transfer, 'escalated')
}

function said(transfer: Transfer, input: SupplyInput) {
  if (input.outcome === 'escalate')
    return { type: 'transfer.escalated', detail: { reason: input.reason } } as const
  if (input.outcome === 'supply') {
    return {
      type: 'transfer.supplied',
      detail: { fields: [...transfer.fields], establishments: [...transfer.establishments] },
    } as const
  }
  return {
    type: 'transfer.part-supplied',
    detail: { fields: input.fields, establishments: input.establishments, reason: input.reason },
  } as const
}
