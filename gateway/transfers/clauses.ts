// The clauses that a decision put to the test, as the builder shows them: the agreement's words, and whether each is met.
import type { Agreements } from '../../policies/agreements.ts'
import type { Decision } from '../../policies/decide.ts'

export interface ClauseVerdict {
  readonly id: string
  /** The agreement's own words; a local rule quotes nothing. */
  readonly says?: string
  readonly summary: string
  readonly local: boolean
  readonly verdict: 'met' | 'refused'
  readonly reason?: string
  readonly remedy?: string
  readonly whoCanDecide?: string
}

export function clausesFor(policies: { today(): Agreements }): (decision: Decision) => ClauseVerdict[] {
  return (decision) => {
    const agreements = policies.today()
    const refusals = decision.outcome === 'refusal' ? decision.refusals : []
    const tested = decision.outcome === 'refusal' ? decision.tested : decision.permit.tested
    const ids = [...new Set([...refusals.map((refusal) => refusal.clause), ...tested])]
    return ids.map((id) => {
      const clause = agreements.clauses.get(id)
      const says = clause && 'says' in clause ? clause.says : undefined
      const refusal = refusals.find((each) => each.clause === id)
      return {
        id,
        ...(says !== undefined && { says }),
        summary: clause?.summary ?? id,
        local: clause?.pack === agreements.local.key,
        ...(refusal
          ? {
              verdict: 'refused',
              reason: refusal.reason,
              remedy: refusal.remedy,
              whoCanDecide: refusal.whoCanDecide,
            }
          : { verdict: 'met' }),
      }
    })
  }
}
