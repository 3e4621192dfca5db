// Expected failures: a closed catalogue, thrown as Problem, answered as RFC 9457 problem+json or as a page. A refusal is
// not one of them: it is a decision, with clauses. Details name the field and the way out, and never what others hold.

export const problems = {
  'input.invalid': [400, 'Some of what you sent is not right'],
  'body.unreadable': [400, 'The body of the request is not the JSON or form that its type promises'],
  'body.incomplete': [400, 'The upload stopped before its end'],
  'token.missing': [401, 'This address needs a bearer token'],
  'token.expired': [401, 'The token has expired'],
  'token.invalid': [401, 'The token was not accepted'],
  'session.required': [401, 'You need to sign in'],
  'sign-in.failed': [401, 'Sign-in did not work'],
  'person.unknown': [403, 'You are not registered to use this service'],
  'csrf.invalid': [403, 'This form has expired'],
  'not-found': [404, 'There is nothing here that you may see'],
  'method.not-allowed': [405, 'This address does not do that'],
  'state.conflict': [409, 'This has moved on since you looked'],
  'export.blocked': [409, 'The export is blocked'],
  'key.exists': [409, 'This key is already known'],
  'item.destroyed': [410, 'The data was destroyed on its date'],
  'body.too-large': [413, 'That is too large'],
  'media.unsupported': [415, 'This address does not take that kind of content'],
  'draft.unreadable': [422, 'This draft cannot be read'],
  'picture.unreadable': [422, 'This photograph cannot be taken in'],
  'table.unreadable': [422, 'This file cannot be read'],
  'pack.refused': [422, 'This version of an agreement cannot stand'],
  'key.refused': [422, 'This key cannot be used'],
  'key.answer-wrong': [422, 'That is not the code in the message'],
  'key.missing': [422, 'You have no enrolled key'],
  'ledger.unavailable': [503, 'The record of access cannot be written, so nothing is released'],
  'ledger.behind': [503, 'The ledger has not caught up yet'],
  'ledger.busy': [503, 'Too much is waiting to be recorded'],
  'upload.busy': [503, 'Too many files arrive at the same time'],
  fault: [500, 'Something went wrong'],
} as const satisfies Record<string, readonly [status: number, title: string]>

export type ProblemCode = keyof typeof problems

/** One field that was wrong: where it is, in words what is wrong, and what would be right. */
export interface FieldFault {
  readonly field: string
  readonly message: string
}

export class Problem extends Error {
  readonly code: ProblemCode
  readonly status: number
  readonly title: string
  readonly fields: readonly FieldFault[]

  /** @param detail one or two plain sentences: what happened and what to do next; no personal data */
  constructor(code: ProblemCode, detail: string, fields: readonly FieldFault[] = []) {
    super(detail)
    this.name = 'Problem'
    this.code = code
    ;[this.status, this.title] = problems[code]
    this.fields = fields
  }
}

/** RFC 9457 §3 members, and ours: `code`, `requestId`, `fields`. */
export function problemBody(problem: Problem, requestId: string): Record<string, unknown> {
  return {
    type: `urn:concordat:problem:${problem.code}`,
    title: problem.title,
    status: problem.status,
    detail: problem.message,
    code: problem.code,
    ...(problem.fields.length > 0 && { fields: problem.fields }),
    requestId,
  }
}

export function notFound(): Problem {
  return new Problem('not-found', 'Check the address. If you followed a link, ask the person who sent it.')
}

export function stateConflict(detail: string): Problem {
  return new Problem('state.conflict', `${detail} Load it again to see where it stands now.`)
}
