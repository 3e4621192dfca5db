// How values are written for people: GOV.UK dates, London time, counts, parties, clauses.
import type nunjucks from 'nunjucks'
import type { Agreements } from '../../policies/agreements.ts'
import { partyName } from '../../policies/parties.ts'
import { mayAskForData } from '../../policies/who-asks.ts'
import type { FieldFault } from './problem.ts'

const day = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
})
const moment = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London', day: 'numeric', month: 'long', year: 'numeric', hour: 'numeric', minute: '2-digit', hour12: true,
}) // prettier-ignore

/** '2026-05-01' or an instant → '1 May 2026' */
export function writeDay(value: unknown): string {
  const date = toDate(value)
  return date ? day.format(date) : ''
}

/** an instant → '1 May 2026, 2:05pm' */
export function writeMoment(value: unknown): string {
  const date = toDate(value)
  if (!date) return ''
  const part = Object.fromEntries(moment.formatToParts(date).map(({ type, value: text }) => [type, text]))
  return `${part['day'] ?? ''} ${part['month'] ?? ''} ${part['year'] ?? ''}, ${part['hour'] ?? ''}:${part['minute'] ?? ''}${(part['dayPeriod'] ?? '').toLowerCase()}`
}

/** 1204331 → '1,204,331' */
export function writeCount(value: unknown): string {
  return typeof value === 'number' ? value.toLocaleString('en-GB') : ''
}

/** A decimal as text, '-1204.5' → '−1,204.5': read as text, because a figure is quoted as it stands. */
export function writeDecimal(value: unknown): string {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(\.\d+)?$/.exec(typeof value === 'string' ? value : '') ?? [] // prettier-ignore
  return `${sign && '−'}${whole.replaceAll(/\B(?=(\d{3})+$)/g, ',')}${fraction}`
}

/** 'special-category', 'special_category' or 'specialCategory' → 'Special category' */
export function writeKey(key: unknown): string {
  if (typeof key !== 'string') return ''
  return capitalised(key.replaceAll(/[-_]/g, ' ').replaceAll(/[a-z](?=[A-Z])/g, '$& ').toLowerCase()) // prettier-ignore
}

/** 'hmpps-2025/16-encryption' → 'Paragraph 16'; 'hub-2023/3.3-log-content' → 'Paragraph 3.3' */
export function writeParagraph(clause: unknown): string {
  if (typeof clause !== 'string' || clause.startsWith('local/')) return 'Rule of this service'
  const annex = /\/annex-([a-z])\b/.exec(clause)?.[1]
  if (annex !== undefined) return `Annex ${annex.toUpperCase()}`
  const number = /\/([0-9.]+)/.exec(clause)?.[1]
  return number === undefined ? 'Rule of this service' : `Paragraph ${number}`
}

/** 'hmpps-2025/annex-a/identity' → '/agreements/hmpps-2025/clauses/annex-a-identity' */
export function writeClauseAddress(clause: unknown): string {
  const [key = '', ...rest] = typeof clause === 'string' ? clause.split('/') : []
  return rest.length === 0 ? '/agreements' : `/agreements/${key}/clauses/${rest.join('-')}`
}

/** What is wrong with one field, as govuk-frontend's `errorMessage` takes it; undefined where nothing is. */
export function errorFor(faults: unknown, field: string): { text: string } | undefined {
  if (!Array.isArray(faults)) return undefined
  const own = (faults as readonly FieldFault[]).filter((fault) => fault.field === field) // given by endpoints alone
  return own.length === 0 ? undefined : { text: own.map((fault) => fault.message).join(' ') }
}

/** 'asking for data' → 'Asking for data' */
export function capitalised(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1)
}

/** the instant that ends a day in London → 'the end of 27 November 2026'; another instant as `moment` */
export function writeDeadline(value: unknown): string {
  const date = toDate(value)
  if (!date) return ''
  const written = writeMoment(date)
  return written.endsWith(', 12:00am') ? `the end of ${writeDay(new Date(date.getTime() - 1))}` : written
}

function toDate(value: unknown): Date | undefined {
  if (value instanceof Date) return value
  if (typeof value !== 'string' || value === '') return undefined
  const date = new Date(/^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T12:00:00Z` : value)
  return Number.isNaN(date.getTime()) ? undefined : date
}

/** @param policies what is in force: names of parties and who may ask are the packs' to say */
export function addFilters(environment: nunjucks.Environment, policies: { today(): Agreements }): void {
  environment.addFilter('day', writeDay)
  environment.addFilter('moment', writeMoment)
  environment.addFilter('deadline', writeDeadline)
  environment.addFilter('count', writeCount)
  environment.addFilter('decimal', writeDecimal)
  environment.addFilter('party', (key: unknown) =>
    typeof key === 'string' ? partyName(policies.today().parties, key) : '',
  )
  environment.addFilter('words', writeKey)
  environment.addFilter('paragraph', writeParagraph)
  environment.addFilter('clauseAddress', writeClauseAddress)
  environment.addFilter('errorFor', errorFor)
  environment.addGlobal('mayAskForData', (person: unknown) =>
    isPerson(person) ? mayAskForData(policies.today(), person) : false,
  )
}

/** Whoever is signed in, as the frame of each page has them; nobody before that. */
function isPerson(person: unknown): person is { readonly party: string; readonly roles: readonly string[] } {
  return typeof person === 'object' && person !== null && 'party' in person && 'roles' in person
}
