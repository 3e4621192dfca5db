// What every answer of the API must be: a problem in RFC 9457's shape, or a refusal with its clauses, and its entries in
// the ledger, found by the request's own id.
import { expect } from 'vitest'
import type { Answer } from '../../demo/client.ts'
import { problems, type ProblemCode } from '../../gateway/http/problem.ts'
import type { RefusalLetter } from '../../gateway/decisions/judge.ts'
import { entriesOf, type TestGateway } from './gateway.ts'

export interface ProblemAnswer {
  readonly detail: string
  readonly fields: readonly { readonly field: string; readonly message: string }[]
}

/** Asserts the whole shape of a problem. @returns its words and the fields that it names */
export function expectProblem(answer: Answer, code: ProblemCode): ProblemAnswer {
  const [status, title] = problems[code]
  const body = answer.json()
  expect({ status: answer.status, code: body['code'] }).toEqual({ status, code })
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  const { detail, fields = [], ...rest } = body
  const requestId = answer.headers.get('x-request-id')
  expect(rest).toEqual({ type: `urn:concordat:problem:${code}`, title, status, code, requestId })
  expect(detail).toMatch(/^[A-Z].*\.$/s)
  expect(answer.bytes.toString('utf8')).not.toMatch(/node_modules|\.ts\b|\bat \w+ \(|stack/)
  return { detail: String(detail), fields: fields as ProblemAnswer['fields'] } // as problemBody writes them
}

/** Asserts a refusal letter, whole. @returns the clauses that refuse, each once, sorted */
export function expectRefusal(answer: Answer, act: string): string[] {
  expect(answer.status, answer.bytes.toString('utf8')).toBe(403)
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
  const letter = answer.json() as unknown as RefusalLetter // the next lines look at every part of it
  expect({ outcome: letter.outcome, act: letter.act }).toEqual({ outcome: 'refused', act })
  expect(letter.reference).toMatch(uuid)
  expect(letter.pack).toMatch(/^\S+@[0-9a-f]{64}\+[0-9a-f]{64}$/)
  expect(letter.refusals.length).toBeGreaterThan(0)
  for (const refusal of letter.refusals) {
    for (const words of [refusal.reason, refusal.remedy, refusal.whoCanDecide])
      expect(words, refusal.clause).toMatch(/^[A-Z].+\.$/)
    expect(refusal.local, refusal.clause).toBe(refusal.clause.startsWith('local/'))
  }
  return [...new Set(letter.refusals.map((refusal) => refusal.clause))].sort()
}

/** What the ledger says of the request that this answers, oldest first. */
export function entriesFor(
  gateway: TestGateway,
  answer: Pick<Answer, 'headers'>,
): Promise<Record<string, unknown>[]> {
  return entriesOf(gateway, `correlation=${answer.headers.get('x-request-id') ?? 'none'}`)
}

/** Asserts that the ledger has this one rejection of the request, and nothing else. */
export async function expectRejectionEntry(
  gateway: TestGateway,
  answer: Pick<Answer, 'headers'>,
  code: ProblemCode,
): Promise<void> {
  const entries = await entriesFor(gateway, answer)
  const [status] = problems[code]
  expect(entries.map(({ type }) => type)).toEqual(['request.rejected'])
  expect(entries[0]?.['detail']).toMatchObject({ code, status })
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g

/** Bytes and headers with every reference blanked: two answers that may not differ are equal after it. */
export function withoutReferences(answer: Answer): {
  status: number
  headers: [string, string][]
  body: string
} {
  const own = new Set(['date', 'etag', 'x-request-id'])
  return {
    status: answer.status,
    headers: [...answer.headers].filter(([name]) => !own.has(name)),
    body: answer.bytes
      .toString('utf8')
      .replace(uuid, 'reference')
      .replace(/CLD(-[0-9A-Z]{4}){3}/g, 'CLD'),
  }
}
