// A concern: what HMI Prisons raised about an establishment on inspection, with an id that never changes. Opinion is marked
// as opinion. Its columns here are those of the intake, of the export and of the published Table Schema (hmpps-2025/20).

export const healthyPrisonTests = [
  'safety',
  'respect',
  'purposeful-activity',
  'preparation-for-release',
] as const
export const ranks = ['priority', 'key'] as const
export const statuses = ['open', 'closed'] as const
export const judgements = [
  'no-meaningful-progress',
  'insufficient-progress',
  'reasonable-progress',
  'good-progress',
] as const

export type Rank = (typeof ranks)[number]
export type Status = (typeof statuses)[number]
export type HealthyPrisonTest = (typeof healthyPrisonTests)[number]
export type Judgement = (typeof judgements)[number]

/** Days are 'YYYY-MM-DD'. */
export interface Concern {
  readonly reference: string
  readonly establishment: string
  /** The inspection whose report raised it. */
  readonly inspection: string
  readonly reportPublishedOn: string
  readonly test: HealthyPrisonTest
  readonly rank: Rank
  readonly text: string
  readonly opinion: boolean
  readonly status: Status
  readonly statusOn: string
  /** Of the independent review of progress that followed it up, where there was one. */
  readonly judgement: Judgement | null
  readonly judgedOn: string | null
}

/** A report has at most so many concerns, and from three to six of them are priorities (HMI Prisons' framework; local). */
export const limits = { concernsInReport: 15, fewestPriorities: 3, mostPriorities: 6 } as const

/** As people say it: 'no-meaningful-progress' → 'no meaningful progress'. */
export function spoken(key: string): string {
  return key.replaceAll('-', ' ')
}
