// Publishing what comes from the Performance Hub (hub-2023, section 4), as its agreement's pack describes it: the statements that
// whoever asks makes, and the clocks of the request, of the notice to HMPPS and of its window for objections.
import { findDuty, findExchange, type Agreements } from '../../policies/agreements.ts'
import type { DutyRule } from '../../policies/duty.ts'
import { describeExchange, type Exchange } from '../../policies/exchange.ts'

export interface Statement {
  readonly clause: string
  readonly states: string
}

export interface HubPublication extends Exchange {
  /** What whoever asks states, clause by clause. */
  readonly statements: readonly Statement[]
  /** Whether the pack lets silence open a route; where it does not, only consent will do (S9). */
  readonly silenceRoutes: boolean
  readonly answer: DutyRule
  readonly notice: DutyRule
  readonly objections: DutyRule
}

const clauses = {
  agreement: 'hub-2023',
  exchange: 'hub-publication',
  answer: 'hmpps-2025/18-hub-silence',
  notice: 'hmpps-2025/18-notify',
  objections: 'hmpps-2025/18-objection',
} as const

/** The desk at HMPPS that is told, and that objects. */
export const scrutiny = { party: 'hmpps', role: 'scrutiny-team' } as const

/** @throws {Error} where no pack has it: a start-up failure, never a pass */
export function describeHubPublication(agreements: Agreements): HubPublication {
  const agreement = agreements.agreements.get(clauses.agreement)
  const exchange = findExchange(agreements, clauses.agreement, clauses.exchange)
  if (!agreement || !exchange) throw new Error(`No agreement pack has ${clauses.exchange}.`)
  const paragraph = agreement.paragraphs.find((each) => each.exchanges.includes(exchange))
  const statements = (paragraph?.clauses ?? []).flatMap((clause) => clause.kind === 'attestation' ? [{ clause: clause.id, states: clause.form.states }] : []) // prettier-ignore
  return {
    ...describeExchange(agreement, exchange),
    statements,
    silenceRoutes: exchange.silence?.value === 'route',
    answer: dutyOf(agreements, clauses.answer),
    notice: dutyOf(agreements, clauses.notice),
    objections: dutyOf(agreements, clauses.objections),
  }
}

function dutyOf(agreements: Agreements, clause: string): DutyRule {
  const duty = findDuty(agreements, clause)
  if (!duty) throw new Error(`No agreement pack has the duty of ${clause}.`)
  return duty
}
