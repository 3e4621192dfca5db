// A length of time as an agreement writes it: "5 working days", "12 months". Which calendar it runs on is in calendar.ts.
import { z } from 'zod'

export type Unit = 'hour' | 'working day' | 'calendar day' | 'week' | 'month' | 'year' | 'following week'

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

/** What a clock can also run by: lengths that agreements give without a number. */
const wordless: Readonly<Record<string, Period>> = {
  'at once': { amount: 0, unit: 'hour' },
  'the event itself': { amount: 0, unit: 'hour' },
  'the same day': { amount: 0, unit: 'calendar day' },
  'the following week': { amount: 1, unit: 'following week' },
}

/** The time of a clock, in words: a period, or one of the few lengths that have no number. */
export const spanShape = z
  .string()
  .refine(
    (words) => words in wordless || WORDS.test(words),
    `must be a number and hours, working days, calendar days, weeks, months or years; or ${Object.keys(wordless).join(', ')}`,
  )
  .transform((words) => wordless[words] ?? parsePeriod(words))

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
  if (period.unit === 'following week') return 'the following week'
  if (period.amount === 0) return period.unit === 'hour' ? 'at once' : 'the same day'
  return `${period.amount} ${period.unit}${period.amount === 1 ? '' : 's'}`
}
