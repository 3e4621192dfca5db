// Reports and requests for consent in the states that a test needs, written as the owner of the database.
import { randomUUID } from 'node:crypto'
import type { TestGateway } from './gateway.ts'

/** Of the one objection that there is at a time. */
export const knownObjection = '00000000-0000-4000-8000-0000000000b1'

export type ClearanceState =
  | 'report'
  | 'ended'
  | 'request'
  | 'consented'
  | 'objected'
  | 'checked'
  | 'table'
  | 'cleared-table'
  | 'use'
  | 'permitted-use'

/** @returns the id of a report of its own, or of the request for consent in it */
export async function clearanceFor(
  { owner }: Pick<TestGateway, 'owner'>,
  state: ClearanceState,
): Promise<string> {
  const [report, request] = [randomUUID(), randomUUID()]
  const analyst = `(select id from concordat.person where subject = 'ayesha.rahman')`
  const window = state === 'ended' ? `now() - interval '60 days', now() - interval '40 days', now() - interval '30 days'` : 'null, null, null' // prettier-ignore
  await owner.query(
    `insert into concordat.clearance (id, title, kind, opened_by, opened_at, delivered_at, window_warn_at, window_ends_at)
     values ($1, 'HMP Leeds', 'report-figures', ${analyst}, now(), ${window})`,
    [report],
  )
  if (state === 'use' || state === 'permitted-use') return useOf({ owner }, state === 'permitted-use')
  if (state === 'table' || state === 'cleared-table')
    return tableOf({ owner }, report, state === 'cleared-table')
  if (state === 'report' || state === 'ended') return report
  const isConsented = state === 'consented' || state === 'checked'
  const answered = isConsented ? `now(), ${analyst}` : 'null, null'
  await owner.query(`delete from concordat.consent_attestation`)
  await owner.query(`delete from concordat.figure_objection`)
  await owner.query(`delete from concordat.consent_request`)
  await owner.query(
    `insert into concordat.consent_request (id, clearance_id, figure, version, context, searched, asked_by, asked_at, warn_at, due_at, state, answered_at, answered_by)
     values ($1, $2, 'SH-LEI-2026-09', 1, 'A sentence.', 'GOV.UK', ${analyst}, now(), now(), now() + interval '21 days', $3, ${answered})`,
    [request, report, isConsented ? 'consented' : 'requested'],
  )
  if (state === 'checked') return checkedDraft({ owner }, report, request)
  if (state === 'objected')
    await owner.query(
      `insert into concordat.figure_objection (id, request_id, raised_by, raised_at, words) values ($1, $2, ${analyst}, now() - interval '1 hour', 'No.')`,
      [knownObjection, request],
    )
  return request
}

/** A draft with that one figure, which is clear. */
async function checkedDraft(
  { owner }: Pick<TestGateway, 'owner'>,
  report: string,
  request: string,
): Promise<string> {
  const id = randomUUID()
  const analyst = `(select id from concordat.person where subject = 'ayesha.rahman')`
  for (const clause of ['hub-2023/4.1', 'hub-2023/4.2', 'hub-2023/4.4.1', 'hub-2023/4.5'])
    await owner.query(
      `insert into concordat.consent_attestation (request_id, clause, attested_by, attested_at) values ($1, $2, ${analyst}, now())`,
      [request, clause],
    )
  const findings = [{ value: '412', category: 'clear', figures: [{ reference: 'SH-LEI-2026-09', version: 1 }] }] // prettier-ignore
  await owner.query(
    `insert into concordat.draft_check (id, clearance_id, sha256, format, checked_by, checked_at, findings)
     values ($1, $2, sha256('a draft'::bytea), 'text', ${analyst}, now(), $3)`,
    [id, report, JSON.stringify(findings)],
  )
  return id
}

/** A table of a report that somebody who never calls put forward. */
async function tableOf({ owner }: Pick<TestGateway, 'owner'>, report: string, isCleared: boolean): Promise<string> {
  const id = randomUUID()
  const person = (subject: string) => `(select id from concordat.person where subject = '${subject}')`
  await owner.query(
    `insert into concordat.disclosure_table (id, clearance_id, title, measure, filters, shown, hidden, sha256, put_forward_by, put_forward_at, attested_by, attested_at, words)
     values ($1, $2, 'T', 'M', 'F', $3, '{}', sha256('x'), ${person('ruth.castle')}, now(), ${isCleared ? `${person('samir.haddad')}, now(), 'I looked.'` : 'null, null, null'})`,
    [id, report, JSON.stringify({ rows: ['A'], columns: ['men'], cells: [[12]] })],
  )
  return id
} // prettier-ignore

/** A use of a figure in an answer, which the first analyst asked about. */
async function useOf({ owner }: Pick<TestGateway, 'owner'>, isPermitted: boolean): Promise<string> {
  const id = randomUUID()
  const person = (subject: string) => `(select id from concordat.person where subject = '${subject}')`
  await owner.query(
    `insert into concordat.hub_answer (id, kind, reference, figure, version, words, asked_by, asked_at, state, answered_by, answered_at)
     values ($1, 'foi-answer', 'FOI-12', 'UF-LEI-2026-09', 1, 'A count.', ${person('ayesha.rahman')}, now(), $2, ${isPermitted ? `${person('leila.santos')}, now()` : 'null, null'})`,
    [id, isPermitted ? 'permitted' : 'asked'],
  )
  return id
} // prettier-ignore
