// Where a photograph stands, in one word for people: the worst first.
import { londonDate } from '../../policies/calendar.ts'
import type { Facts } from '../../policies/facts.ts'
import type { Clearance } from '../clearance/clearance.ts'
import { barsOf, isStated } from './checking.ts'
import type { PhotographExchange } from './exchange.ts'
import { consentOf, eventsOf } from './facts.ts'
import { isWithdrawn, openObjections, openRecalls, type Photograph } from './photograph.ts'

export const standings = [
  'recalled', 'destroyed', 'barred', 'withdrawn', 'quarantine', 'objection', 'published', 'cleared', 'clearable', 'fact-check', 'ready', 'checks',
] as const // prettier-ignore
export type Standing = (typeof standings)[number]

/** The one marking that lets something out, and of it alone. */
export const publicRelease: ReadonlySet<Standing> = new Set(['published', 'cleared'])

export function standingOf(
  { questions }: Pick<PhotographExchange, 'questions'>,
  photograph: Photograph,
  clearance: Clearance,
  { now }: Pick<Facts, 'now'>,
): Standing {
  if (openRecalls(photograph).length > 0) return 'recalled'
  if (photograph.status.state === 'destroyed') return 'destroyed'
  if (barsOf(photograph).length > 0) return 'barred'
  if (isWithdrawn(photograph)) return 'withdrawn'
  if (isInQuarantine(photograph, londonDate(new Date(now)))) return 'quarantine'
  if (openObjections(photograph) > 0) return 'objection'
  if (photograph.cleared) return photograph.copies.some(({ kind }) => kind === 'published') ? 'published' : 'cleared' // prettier-ignore
  const isWhole = questions.every((form) => isStated(photograph, form))
  if (!photograph.included) return isWhole ? 'ready' : 'checks'
  return eventsOf(photograph, clearance).includes('photograph.fact-checked') ? 'clearable' : 'fact-check'
}

/** Somebody in it has not consented, or their consent is over: only the photographer and the assurance officer see it. */
function isInQuarantine(photograph: Photograph, today: string): boolean {
  const consent = consentOf(photograph)
  return photograph.people > 0 && (consent === undefined || consent.until < today)
}
