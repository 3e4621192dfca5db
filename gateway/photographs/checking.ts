// What named people say of a photograph (S17): each question of the annex answered by those who have to, and a positive answer, of
// whoever it is, a bar that nothing takes back.
export const questions = ['accuracy', 'identity', 'decency', 'security', 'victims', 'of-interest'] as const
export type Question = (typeof questions)[number]

/** `found`: yes, it shows what may not be shown, or misleads. */
export const checkAnswers = ['clear', 'found'] as const
export type CheckAnswer = (typeof checkAnswers)[number]

export const clauseOf: Readonly<Record<Question, string>> = {
  accuracy: 'hmpps-2025/annex-a/accuracy',
  identity: 'local/photograph-identity',
  decency: 'hmpps-2025/annex-a/decency',
  security: 'hmpps-2025/annex-a/security',
  victims: 'hmpps-2025/annex-a/victims',
  'of-interest': 'hmpps-2025/annex-a/prisoners-of-interest',
}

/** A picture that ought not to have been taken, or shows what nobody may keep: it goes the same day. */
export const endsIt: ReadonlySet<Question> = new Set(['identity', 'decency', 'security'])

export interface PictureCheck {
  readonly id: string
  readonly question: Question
  readonly answer: CheckAnswer
  readonly words: string
  readonly by: string
  readonly party: string
  readonly at: Date
}

/** A question as its clause puts it: what whoever answers `clear` states, and how many state it. */
export interface QuestionForm {
  readonly question: Question
  readonly clause: string
  readonly states: string
  readonly people: number
}

/** What is looked at here of a photograph. */
interface Checked {
  readonly checks: readonly PictureCheck[]
  readonly photographer: string
}

/** Questions that somebody answered with yes. */
export function barsOf({ checks }: Pick<Checked, 'checks'>): Question[] {
  return questions.filter((question) =>
    checks.some((check) => check.question === question && check.answer === 'found'),
  )
}

/** Whether those who have to have stated it, of HMI Prisons, and nobody found the contrary. */
export function isStated({ checks, photographer }: Checked, { question, people }: QuestionForm): boolean {
  const own = checks.filter((check) => check.question === question)
  if (own.some(({ answer }) => answer === 'found')) return false
  const signers = new Set(own.filter(({ party }) => party === 'hmi-prisons').map(({ by }) => by))
  const others = signers.size - (signers.has(photographer) ? 1 : 0)
  if (question === 'identity') return others >= people
  // hmpps-2025/annex-a/security: the photographer and a reviewer sign.
  if (question === 'security') return signers.size >= people && signers.has(photographer)
  return signers.size >= people
}
