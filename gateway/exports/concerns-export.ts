// The quarterly export of the concerns database (hmpps-2025/20) as its agreement's pack describes it: to whom and to which
// mailbox, by which quarters, rehearsed when, due when. What the text does not give is marked local there.
import { findDuty, findExchange, type Agreements } from '../../policies/agreements.ts'
import { addPeriod } from '../../policies/calendar.ts'
import { dutyDates, type DutyRule } from '../../policies/duty.ts'
import { describeExchange, type Exchange } from '../../policies/exchange.ts'
import type { Period } from '../../policies/period.ts'
import { quarterEndedAt, type Quarter, type QuarterBasis } from '../../policies/quarter.ts'

export interface ConcernsExport extends Exchange {
  readonly recipients: readonly string[]
  /** The mailbox that is told; undefined where none is set, which refuses. */
  readonly address: string | undefined
  /** The clause that names the mailbox. */
  readonly mailboxClause: string
  readonly basis: QuarterBasis
  readonly rehearse: Period
  readonly duty: DutyRule
  readonly acknowledgement: DutyRule
  readonly urgentReview: DutyRule
}

const clauses = {
  agreement: 'hmpps-2025',
  exchange: 'concerns-export',
  duty: 'hmpps-2025/20',
  mailbox: 'hmpps-2025/20-address',
  acknowledgement: 'local/export-acknowledged',
  urgentReview: 'local/urgent-review',
} as const

/** @throws {Error} where no pack has it: a start-up failure, never a pass */
export function describeConcernsExport(agreements: Agreements): ConcernsExport {
  const agreement = agreements.agreements.get(clauses.agreement)
  const exchange = findExchange(agreements, clauses.agreement, clauses.exchange)
  const { schedule, recipients, address } = exchange ?? {}
  if (!agreement || !exchange || !schedule?.rehearse || !recipients)
    throw new Error(`${clauses.exchange} has no quarters, no rehearsal or no recipients in its pack.`)
  const described = describeExchange(agreement, exchange)
  const duty = dutyOf(agreements, clauses.duty)
  const local = [
    ...described.localDefaults,
    { what: 'Quarters', value: schedule.basis.value },
    { what: 'Due', value: `${duty.limit.amount} ${duty.limit.unit}s after the quarter` },
  ]
  return {
    ...described,
    localDefaults: local,
    recipients: recipients.value,
    address: address?.value,
    mailboxClause: clauses.mailbox,
    basis: schedule.basis.value,
    rehearse: schedule.rehearse.value,
    duty,
    acknowledgement: dutyOf(agreements, clauses.acknowledgement),
    urgentReview: dutyOf(agreements, clauses.urgentReview),
  }
}

function dutyOf(agreements: Agreements, clause: string): DutyRule {
  const duty = findDuty(agreements, clause)
  if (!duty) throw new Error(`No agreement pack has the duty of ${clause}.`)
  return duty
}

export interface QuarterDates {
  readonly rehearseOn: string
  readonly warnAt: Date
  readonly dueOn: string
  readonly dueAt: Date
}

/** The days of one quarter's export, by the rule as it stands now; a quarter that was opened keeps them. */
export function datesOf(
  { duty, rehearse }: Pick<ConcernsExport, 'duty' | 'rehearse'>,
  quarter: Quarter,
): QuarterDates {
  const { warnAt, dueOn, dueAt } = dutyDates(duty, quarterEndedAt(quarter))
  return { rehearseOn: addPeriod(dueOn, rehearse, -1), warnAt, dueOn, dueAt }
}
