// Photographs as the memorandum's pack describes them (hmpps-2025, annex A).
import { findDuty, findExchange, type Agreements } from '../../policies/agreements.ts'
import { clauseOf, questions, type QuestionForm } from './checking.ts'
import type { DutyRule } from '../../policies/duty.ts'
import { describeExchange, type Exchange } from '../../policies/exchange.ts'

export interface PhotographExchange extends Exchange {
  /** HMPPS's time to say whether it objects to individual pictures. */
  readonly objections: DutyRule
  /** The questions of the annex, each as its clause puts it. */
  readonly questions: readonly QuestionForm[]
}

const keys = { agreement: 'hmpps-2025', exchange: 'photographs', objections: 'hmpps-2025/annex-a/objections' } as const // prettier-ignore

/** @throws {Error} where no pack has it: a start-up failure, never a pass */
export function describePhotographs(agreements: Agreements): PhotographExchange {
  const agreement = agreements.agreements.get(keys.agreement)
  const exchange = findExchange(agreements, keys.agreement, keys.exchange)
  const objections = findDuty(agreements, keys.objections)
  if (!agreement || !exchange || !objections) throw new Error(`No agreement pack has ${keys.exchange}.`)
  return {
    ...describeExchange(agreement, exchange),
    objections,
    questions: questions.map((question) => formOf(agreements, question)),
  }
}

/** Where the clause is a rule and has no form, what is stated is local. */
function formOf(agreements: Agreements, question: QuestionForm['question']): QuestionForm {
  const clause = agreements.clauses.get(clauseOf[question])
  if (!clause) throw new Error(`No agreement pack has ${clauseOf[question]}.`)
  const form = clause.kind === 'attestation' ? clause.form : undefined
  return {
    question,
    clause: clause.id,
    states: form?.states ?? 'That nobody in it is a prisoner of interest.',
    people: form?.people?.value ?? 1,
  }
}
