// Where a photograph stands, in one word for people: the worst first.
import { londonDate } from '../../policies/calendar.ts'
import type { Facts } from '../../policies/facts.ts'
import { consentOf } from './facts.ts'
import { isWithdrawn, openRecalls, type Photograph } from './photograph.ts'

export const standings = ['recalled', 'destroyed', 'withdrawn', 'quarantine', 'kept'] as const
export type Standing = (typeof standings)[number]

export function standingOf(photograph: Photograph, { now }: Pick<Facts, 'now'>): Standing {
  if (openRecalls(photograph).length > 0) return 'recalled'
  if (photograph.status.state === 'destroyed') return 'destroyed'
  if (isWithdrawn(photograph)) return 'withdrawn'
  return isInQuarantine(photograph, londonDate(new Date(now))) ? 'quarantine' : 'kept'
}

/** Somebody in it has not consented, or their consent is over: only the photographer and the assurance officer see it. */
function isInQuarantine(photograph: Photograph, today: string): boolean {
  const consent = consentOf(photograph)
  return photograph.people > 0 && (consent === undefined || consent.until < today)
}
