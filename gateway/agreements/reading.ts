// Looking at the agreements: the list, one as a document, one clause. Each look is decided by the gateway's own rules and is an
// entry in the ledger.
import { londonDate } from '../../policies/calendar.ts'
import type { Judge, Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { notFound } from '../http/problem.ts'
import { allowed } from '../people/allowed.ts'
import { documentsOf, headOf, type ClauseView, type DocumentView, type HeadView, type ParagraphView } from './document.ts' // prettier-ignore
import type { Policies } from './policies.ts'
import type { DocumentQuery } from './schemas.ts'
import { readState, type ClauseState } from './state.ts'

export interface AgreementDeps {
  readonly judge: Judge
  /** What stands on a day, YYYY-MM-DD in London. */
  readonly policies: Pick<Policies, 'on' | 'asOf'>
}

type States = ReadonlyMap<string, ClauseState>

export interface Listed {
  readonly heads: readonly (HeadView & { readonly document: DocumentView; readonly refused: number })[]
  readonly local: DocumentView
  /** Clauses of any agreement that have the words that were searched for. */
  readonly found?: readonly { readonly document: DocumentView; readonly clause: ClauseView }[]
}

/** In force first, and then the newest. */
export function listAgreements(
  deps: AgreementDeps,
  context: PersonContext,
  words: string | undefined,
): Promise<Outcome<Listed>> {
  return allowed(deps, context, 'read-agreements', async ({ base }) => {
    const today = londonDate(context.now)
    const all = deps.policies.on(today)
    const documents = documentsOf(all)
    const states = await readState(context.tx, context.now)
    const heads = [...all.agreements.values()].map((agreement) => {
      const document = requireDocument(documents, agreement.key)
      return { ...headOf(agreement, today), document, refused: refusalsIn(document, states) }
    })
    const found =
      words === undefined
        ? undefined
        : [...documents.values()].flatMap((document) =>
            clausesIn(document).flatMap((clause) => (hasWords(clause, words) ? [{ document, clause }] : [])),
          )
    const detail = { part: 'list', ...(words !== undefined && { filters: ['words'] }) }
    return {
      value: { heads: heads.toSorted(inForceFirst), local: requireDocument(documents, 'local'), ...(found && { found }) },
      events: [{ ...base, type: 'agreement.viewed', subjects: [], detail }],
    }
  }) // prettier-ignore
}

export interface Read {
  /** Absent for the gateway's own rules. */
  readonly head?: HeadView
  readonly document: DocumentView
  /** What is left of it by the filter. */
  readonly paragraphs: readonly ParagraphView[]
  readonly shown: number
  readonly total: number
  readonly states: States
}

/** @throws {Problem} `not-found` */
export function readAgreement(
  deps: AgreementDeps,
  context: PersonContext,
  key: string,
  query: DocumentQuery,
): Promise<Outcome<Read>> {
  return allowed(deps, context, 'read-agreements', async ({ base }) => {
    const today = londonDate(context.now)
    const all = deps.policies.on(today)
    const document = requireDocument(documentsOf(all), key)
    const agreement = all.agreements.get(key)
    const states = await readState(context.tx, context.now)
    const paragraphs = narrowed(document, query, states)
    const filters = Object.entries(query).filter(([, value]) => value !== undefined)
    const detail = { part: 'document', filters: filters.map(([name]) => name) }
    return {
      value: {
        ...(agreement && { head: headOf(agreement, today) }),
        ...{ document, paragraphs, states },
        shown: paragraphs.flatMap(({ clauses }) => clauses).length,
        total: clausesIn(document).length,
      },
      events: [{ ...base, type: 'agreement.viewed', subjects: [], agreement: key, detail }],
    }
  })
}

export interface ReadClause {
  readonly document: DocumentView
  readonly paragraph: ParagraphView
  readonly clause: ClauseView
  readonly state: ClauseState
}

/** @throws {Problem} `not-found` */
export function readClause(
  deps: AgreementDeps,
  context: PersonContext,
  key: string,
  slug: string,
): Promise<Outcome<ReadClause>> {
  return allowed(deps, context, 'read-agreements', async ({ base }) => {
    const documents = documentsOf(deps.policies.on(londonDate(context.now)))
    const document = requireDocument(documents, key)
    const has = ({ clauses }: ParagraphView) => clauses.find((clause) => clause.slug === slug)
    const paragraph = document.paragraphs.find(has)
    const clause = paragraph && has(paragraph)
    if (!clause) throw notFound()
    const state = (await readState(context.tx, context.now)).get(clause.id) ?? {}
    return {
      value: { document, paragraph, clause, state },
      events: [
        { ...base, type: 'agreement.viewed', subjects: [], agreement: key, detail: { part: clause.id } },
      ],
    }
  })
}

function requireDocument(documents: ReadonlyMap<string, DocumentView>, key: string): DocumentView {
  const document = documents.get(key)
  if (!document) throw notFound()
  return document
}

export function clausesIn({ paragraphs }: DocumentView): ClauseView[] {
  return paragraphs.flatMap(({ clauses }) => clauses)
}

function refusalsIn(document: DocumentView, states: States): number {
  return clausesIn(document).reduce((sum, { id }) => sum + (states.get(id)?.enforcement?.refused ?? 0), 0)
}

const order = ['in-force', 'superseded', 'historical']

function inForceFirst(a: HeadView, b: HeadView): number {
  const standing = order.indexOf(a.standing.value) - order.indexOf(b.standing.value)
  const from = ({ inForce }: HeadView) => inForce.from?.value ?? ''
  return standing !== 0 ? standing : from(b).localeCompare(from(a))
}

function narrowed(document: DocumentView, query: DocumentQuery, states: States): ParagraphView[] {
  const { words, kind, only } = query
  if (words === undefined && kind === undefined && only === undefined) return [...document.paragraphs]
  const fits = (clause: ClauseView) =>
    (kind === undefined || clause.kind === kind) &&
    (words === undefined || hasWords(clause, words)) &&
    (only === undefined || fitsNarrowing[only](clause, states.get(clause.id) ?? {}))
  return document.paragraphs.flatMap((paragraph) => {
    const clauses = paragraph.clauses.filter(fits)
    return clauses.length === 0 ? [] : [{ ...paragraph, clauses, exchanges: [] }]
  })
}

const fitsNarrowing = {
  refused: (_clause: ClauseView, { enforcement }: ClauseState) => (enforcement?.refused ?? 0) > 0,
  applied: (_clause: ClauseView, { enforcement, clocks }: ClauseState) =>
    enforcement !== undefined || clocks !== undefined,
  local: ({ localDefaults }: ClauseView) => localDefaults.length > 0,
} as const

/** Whether every word stands in the clause's id, words, summary or means. */
export function hasWords(clause: ClauseView, words: string): boolean {
  const { id, says = '', summary, means } = clause
  const text = [id, says, summary, ...means.map(({ sentence }) => sentence)].join(' ').toLowerCase()
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word)) // prettier-ignore
}
