// An agreement as a document to read: its paragraphs in the order of its text, each clause with its words, what makes it
// happen, its examples and what is local about it. Made once from what was loaded; what happened since is added by state.ts.
import type { Agreement, Agreements, Clause, Exchange, Pack, Paragraph } from '../../policies/agreements.ts'
import { coverageOf, type Coverage } from '../../policies/coverage.ts'
import type { AgreementFile, GatewayFile } from '../../policies/pack-shape.ts'
import { partyName, type Parties } from '../../policies/parties.ts'
import { writeKey } from '../http/filters.ts'
import { listed } from './acts.ts'
import { meansOf, part, type Means, type Part } from './means.ts'

export interface ClauseView {
  readonly id: string
  /** Its place on the agreement's page, and the name of its own page. */
  readonly anchor: string
  readonly slug: string
  readonly kind: Clause['kind']
  readonly says?: string
  readonly summary: string
  readonly note?: string
  readonly supersedes?: string
  readonly supersededBy?: string
  readonly means: readonly Means[]
  readonly examples: readonly ExampleView[]
  /** What of it is a local default, in words. */
  readonly localDefaults: readonly string[]
}

export interface ExampleView {
  readonly name: string
  readonly outcome: 'permitted' | 'refused'
}

export interface ExchangeView {
  readonly key: string
  readonly title: string
  readonly parts: readonly Part[]
}

export interface ParagraphView {
  readonly anchor: string
  readonly number: string
  /** 'Paragraph 16', 'Paragraphs 31 to 34', 'Annex a', 'Section 4'. */
  readonly heading: string
  readonly title: string
  readonly clauses: readonly ClauseView[]
  readonly exchanges: readonly ExchangeView[]
}

export interface DocumentView {
  readonly key: string
  readonly title: string
  /** SHA-256 of the pack's files. */
  readonly hash: string
  readonly paragraphs: readonly ParagraphView[]
}

const made = new WeakMap<Agreements, ReadonlyMap<string, DocumentView>>()

/** Every agreement by its key, and the gateway's own rules as `local`. Made at the first call for what was loaded. */
export function documentsOf(all: Agreements): ReadonlyMap<string, DocumentView> {
  const known = made.get(all)
  if (known) return known
  const coverage = Map.groupBy(coverageOf(all), ({ pack }) => pack)
  const packs: readonly Pack<AgreementFile | GatewayFile>[] = [...all.agreements.values(), all.local]
  const documents = new Map(
    packs.map((pack) => [pack.key, documentOf(pack, coverage.get(pack.key) ?? [], all.parties)]),
  )
  made.set(all, documents)
  return documents
}

function documentOf(
  pack: Pack<AgreementFile | GatewayFile>,
  coverage: readonly Coverage[],
  parties: Parties,
): DocumentView {
  const { key, hash, head } = pack
  const covered = new Map(coverage.map((each) => [each.clause.id, each]))
  const paragraphs = pack.paragraphs.map((paragraph) => paragraphOf(key, paragraph, { covered, parties }))
  return { key, title: head.value.title, hash, paragraphs }
}

function paragraphOf(
  key: string,
  paragraph: Paragraph,
  { covered, parties }: { readonly covered: ReadonlyMap<string, Coverage>; readonly parties: Parties },
): ParagraphView {
  const { number, title, clauses, exchanges } = paragraph
  return {
    anchor: `paragraph-${number}`,
    number,
    heading: headingOf(key, number),
    title,
    clauses: clauses.map((clause) =>
      clauseOf(clause, meansOf(clause, paragraph, parties), covered.get(clause.id)),
    ),
    exchanges: exchanges.map((exchange) => exchangeOf(exchange, parties)),
  }
}

export function headingOf(key: string, number: string): string {
  if (key === 'local') return `Section ${number}`
  if (number.startsWith('annex-')) return `Annex ${number.slice(6).toUpperCase()}`
  return /^\d+-\d+$/.test(number) ? `Paragraphs ${number.replace('-', ' to ')}` : `Paragraph ${number}`
}

function clauseOf(clause: Clause, means: readonly Means[], coverage: Coverage | undefined): ClauseView {
  const slug = slugOf(clause.id)
  return {
    id: clause.id,
    anchor: `${clause.pack}-${slug}`,
    slug,
    kind: clause.kind,
    summary: clause.summary,
    ...(clause.kind !== 'default' && wordsOf(clause)),
    means,
    examples: [
      ...(coverage?.permits ?? []).map(({ name }): ExampleView => ({ name, outcome: 'permitted' })),
      ...(coverage?.refusals ?? []).map(({ name }): ExampleView => ({ name, outcome: 'refused' })),
    ],
    localDefaults: means.flatMap(({ parts }) => parts.filter(({ local }) => local).map(({ name, value }) => `${name}: ${value}`)),
  } // prettier-ignore
}

function wordsOf({ says, note, supersedes, supersededBy }: Exclude<Clause, { kind: 'default' }>) {
  return {
    ...(says !== undefined && { says }),
    ...(note !== undefined && { note }),
    ...(supersedes !== undefined && { supersedes }),
    ...(supersededBy !== undefined && { supersededBy }),
  }
}

/** 'hmpps-2025/annex-a/identity' → 'annex-a-identity' */
export function slugOf(id: string): string {
  return id.split('/').slice(1).join('-')
}

function exchangeOf(exchange: Exchange, parties: Parties): ExchangeView {
  const { key, title, from, to, starts, categories, datasets, delivery, marking, lawfulBasis } = exchange
  const { approvals, supplies, silence, objection, retentionClass } = exchange
  const approvedBy = approvals.value.map(({ people, of }) => `${people} ${people === 1 ? 'person' : 'people'}, ${roleInWords(of, parties)}`) // prettier-ignore
  const started = {
    request: 'When somebody asks',
    schedule: 'By the calendar',
    event: 'When something happens',
  }
  return {
    key,
    title,
    parts: [
      part('From', partyName(parties, from)),
      part('To', partyName(parties, to)),
      part('Starts', started[starts]),
      part('What is shared', listed(categories)),
      ...(datasets.value.length === 0 ? [] : [part('Datasets', listed(datasets.value.map(writeKey)), datasets.local)]), // prettier-ignore
      part('Delivered as', writeKey(delivery.value), delivery.local),
      part('Marking', marking.value, marking.local),
      part('Lawful basis', lawfulBasis.value, lawfulBasis.local),
      part('Approved by', approvedBy.length === 0 ? 'Nobody beforehand' : listed(approvedBy), approvals.local), // prettier-ignore
      part('Supplied by', roleInWords(supplies.value, parties), supplies.local),
      ...(silence ? [part('No answer means', writeKey(silence.value), silence.local)] : []),
      ...(objection ? [part('An objection means', writeKey(objection.value), objection.local)] : []),
      part('Kept as', writeKey(retentionClass.value), retentionClass.local),
    ],
  }
}

/** 'hmi-prisons/approver' → 'approver at HMI Prisons' */
function roleInWords(role: string, parties: Parties): string {
  const [party = '', name = ''] = role.split('/')
  return `${writeKey(name).toLowerCase()} at ${partyName(parties, party)}`
}

/** The head of an agreement, for its list and the top of its page. */
export function headOf(agreement: Agreement, today: string) {
  const { key, title, parties, standing, inForce, supersedes, review, contacts, disposal } = agreement
  const overdue = standing.value === 'in-force' && review.next !== undefined && review.next.value < today
  return {
    key,
    title,
    parties,
    standing,
    inForce,
    ...(supersedes !== undefined && { supersedes }),
    review: { ...review, overdue },
    contacts: Object.entries(contacts).map(([party, office]) => ({ party, office })),
    disposal,
  }
}
export type HeadView = ReturnType<typeof headOf>
