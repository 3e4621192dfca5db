// A form that is filled in by the gateway: questions, answers with where each comes from, and what nobody has said. What is
// missing is named; nothing is ever typed again, and nothing is made up.

export interface FormRow {
  readonly question: string
  /** Absent where nobody has said it; `missing` then says so. */
  readonly answer?: string
  readonly missing?: string
  /** The clauses that the answer stands in. */
  readonly clauses: readonly string[]
  /** Chosen here, and given by no agreement. */
  readonly local: boolean
}

export interface FormSection {
  readonly title: string
  readonly rows: readonly FormRow[]
}

export interface Form {
  readonly title: string
  /** Whose form it is, and what it is for. */
  readonly about: string
  readonly sections: readonly FormSection[]
  /** How many questions nobody has answered. */
  readonly missing: number
}

export function formOf(title: string, about: string, sections: readonly FormSection[]): Form {
  const missing = sections.flatMap(({ rows }) => rows).filter(({ answer }) => answer === undefined).length
  return { title, about, sections, missing }
}

/** An answer; an empty one is missing. */
export function row(
  question: string,
  answer: string | undefined,
  missing = 'This is not kept here.',
): FormRow {
  const said = answer !== undefined && answer !== ''
  return { question, ...(said ? { answer } : { missing }), clauses: [], local: false }
}

interface Said {
  readonly value: string
  readonly by?: readonly string[]
  readonly local: boolean
}

/** What an agreement says of it. */
export function stated(question: string, said: Said | undefined): FormRow {
  if (said === undefined)
    return { ...row(question, undefined, 'The agreement does not say it, and nothing was chosen here.') }
  return { question, answer: said.value, clauses: said.by ?? [], local: said.local }
}
