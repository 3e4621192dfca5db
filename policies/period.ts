// A length of time as an agreement writes it: "5 working days", "12 months". Which calendar it runs on is in calendar.ts.
import { z } from 'zod'

export type Unit = 'hour' | 'working day' | 'calendar day' | 'week' | 'month' | 'year'

export interface Period {
  readonly amount: number
  readonly unit: Unit
}

const WORDS = /^([1-9]\d{0,3}) (hour|working day|calendar day|week|month|year)s?$/

/** A period in words, checked; plain "days" is refused, because it does not say which days. */
export const periodShape = z
  .string()
  .regex(WORDS, 'must be a number and hours, working days, calendar days, weeks, months or years')
  .transform(parsePeriod)

/** @throws {RangeError} for words that are no period */
export function parsePeriod(words: string): Period {
  const [, amount, unit] = WORDS.exec(words) ?? []
  if (amount === undefined || !isUnit(unit)) throw new RangeError(`"${words}" is no period.`)
  return { amount: Number(amount), unit }
}

function isUnit(word: string | undefined): word is Unit {
  return word !== undefined && ['hour', 'working day', 'calendar day', 'week', 'month', 'year'].includes(word)
}

/** The period in words again, for people. */
export function inWords(period: Period): string {
  return `${period.amount} ${period.unit}${period.amount === 1 ? '' : 's'}`
}
