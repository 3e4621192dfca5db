// SQL of the use of Hub figures in answers to requests for information.
import type { Permit } from '../../policies/decide.ts'
import type { Queryable, Transaction } from '../db.ts'
import { demand } from '../decisions/demand.ts'
import { parseFigure } from '../figures/store.ts'
import type { StoredFigure } from '../figures/figure.ts'

export const answerKinds = ['foi-answer', 'eir-answer', 'pq-answer'] as const
export type AnswerKind = (typeof answerKinds)[number]
export const answerStates = ['asked', 'permitted', 'refused', 'released'] as const
export type AnswerState = (typeof answerStates)[number]

export interface HubAnswer {
  readonly id: string
  readonly kind: AnswerKind
  /** Of the request that is answered. */
  readonly reference: string
  readonly figure: StoredFigure
  /** What it is needed for. */
  readonly words: string
  /** The release that the figure is due to come out with; without a day while that is not announced. */
  readonly release: { readonly reference: string; readonly title: string; readonly releaseOn: string | undefined } | undefined // prettier-ignore
  readonly askedBy: string
  readonly askedAt: Date
  readonly state: AnswerState
  readonly answeredAt: Date | undefined
  readonly answerWords: string | undefined
  readonly releasedAt: Date | undefined
}

const columns = `h.id, h.kind, h.reference as request, h.words, h.release, s.title as release_title,
  (select d.release_on from concordat.statistics_release_date d where d.release = h.release order by d.version desc limit 1) as release_on,
  h.asked_by, h.asked_at, h.state, h.answered_at, h.answer_words, h.released_at,
  f.reference, f.version, f.measure, f.source_report, f.extracted_at, f.unit, f.filters, f.value, encode(f.value_hash, 'hex') as value_hash, f.marking,
  f.provenance, f.public_source, f.registered_at`
const from = `from concordat.hub_answer h join concordat.figure_version f on f.reference = h.figure and f.version = h.version
  left join concordat.statistics_release s on s.reference = h.release`

/** Those that wait first, then the newest; at most 200. */
export async function listAnswers(db: Queryable): Promise<HubAnswer[]> {
  const { rows } = await db.query(`select ${columns} ${from} order by h.state <> 'asked', h.asked_at desc limit 200`) // prettier-ignore
  return rows.map(parse)
}

/** Until the transaction ends nobody else moves it. */
export async function lockAnswer(tx: Transaction, id: string): Promise<HubAnswer | undefined> {
  const { rows } = await tx.query(`select ${columns} ${from} where h.id = $1 for update of h`, [id])
  return rows[0] && parse(rows[0])
}

export async function insertAnswer(
  tx: Transaction,
  permit: Permit,
  asked: { readonly id: string; readonly kind: AnswerKind; readonly reference: string; readonly figure: string; readonly version: number; readonly words: string; readonly release: string | undefined; readonly askedBy: string; readonly askedAt: Date },
): Promise<void> {
  demand(permit, 'ask-consent')
  await tx.query(
    `insert into concordat.hub_answer (id, kind, reference, figure, version, words, release, asked_by, asked_at, state) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'asked')`,
    [asked.id, asked.kind, asked.reference, asked.figure, asked.version, asked.words, asked.release ?? null, asked.askedBy, asked.askedAt],
  )
} // prettier-ignore

export async function noteAnswered(
  tx: Transaction,
  permit: Permit,
  id: string,
  answered: { readonly state: 'permitted' | 'refused'; readonly by: string; readonly at: Date; readonly words: string | undefined; readonly release: string | undefined },
): Promise<void> {
  demand(permit, 'answer-consent')
  await tx.query(
    `update concordat.hub_answer set state = $2, answered_by = $3, answered_at = greatest(asked_at, $4), answer_words = $5, release = coalesce($6, release) where id = $1`,
    [id, answered.state, answered.by, answered.at, answered.words ?? null, answered.release ?? null],
  )
} // prettier-ignore

export async function noteReleased(tx: Transaction, permit: Permit, id: string, by: string, at: Date): Promise<void> {
  demand(permit, 'release')
  await tx.query(`update concordat.hub_answer set state = 'released', released_by = $2, released_at = greatest(answered_at, $3) where id = $1`, [id, by, at])
} // prettier-ignore

function parse(row: Record<string, unknown>): HubAnswer {
  const instant = (name: string) => (row[name] as Date | null) ?? undefined // timestamptz
  const release = row['release'] as string | null
  return {
    id: String(row['id']),
    kind: row['kind'] as AnswerKind, // checked by the table's constraint
    reference: String(row['request']),
    figure: parseFigure(row),
    words: String(row['words']),
    release: release === null ? undefined : { reference: release, title: String(row['release_title']), releaseOn: (row['release_on'] as string | null) ?? undefined }, // prettier-ignore
    askedBy: String(row['asked_by']),
    askedAt: row['asked_at'] as Date, // timestamptz
    state: row['state'] as AnswerState, // the same
    answeredAt: instant('answered_at'),
    answerWords: (row['answer_words'] as string | null) ?? undefined,
    releasedAt: instant('released_at'),
  }
}
