// An inspection: what a request for case-level data must be relevant to (hmpps-2025/11-relevance).
import { londonDate } from '../../policies/calendar.ts'

export interface Inspection {
  readonly reference: string
  readonly establishment: string
  /** 'YYYY-MM-DD' */
  readonly startsOn: string
  readonly endsOn: string
  readonly closedOn?: string
  /** Ids of the people on the team today. */
  readonly team: readonly string[]
}

/** Open until it is closed, which happens when its report is out; requests are made before, during and after fieldwork. */
export function isOpen(inspection: Inspection, now: Date): boolean {
  return inspection.closedOn === undefined || inspection.closedOn > londonDate(now)
}
