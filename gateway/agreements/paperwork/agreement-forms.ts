// The paperwork of an agreement: its entry in the record of processing (UK GDPR article 30), one section an exchange, and the
// check of the ICO's data sharing code (Annex A), which is what blocks an activation.
import type { Agreement, Agreements, Exchange } from '../../../policies/agreements.ts'
import { annexA } from '../../../policies/annex-a-check.ts'
import { inWords } from '../../../policies/period.ts'
import { resolveRetention } from '../../../policies/retention.ts'
import { partyName } from '../../../policies/parties.ts'
import { writeDay, writeKey } from '../../http/filters.ts'
import { listed } from '../acts.ts'
import { formOf, row, stated, type Form, type FormRow } from './form.ts'

export function recordOfProcessing(all: Agreements, agreement: Agreement): Form {
  const sections = [...agreement.exchanges.values()].map((exchange) => ({
    title: exchange.title,
    rows: processingRows(all, agreement, exchange),
  }))
  return formOf(
    'Record of processing',
    'What UK GDPR article 30 asks to be recorded of each kind of processing, from the agreement as it is applied here.',
    sections,
  )
}

function processingRows(all: Agreements, agreement: Agreement, exchange: Exchange): FormRow[] {
  const { sharing = {}, contacts, parties } = agreement
  const { from, to, categories, lawfulBasis, marking } = exchange
  const name = (party: string) => partyName(all.parties, party)
  const reached = parties.map((party) => `${name(party)}${contacts[party] === undefined ? '' : ` (${contacts[party]})`}`) // prettier-ignore
  return [
    row('Controllers and their contacts', listed(reached)),
    stated('Joint or separate', sharing.roles),
    stated('Purpose', sharing.purpose),
    stated('Categories of people', sharing.people),
    row('Categories of data', listed([...categories, ...datasetsOf(all, exchange)])),
    row('Recipients', `${name(to)}, from ${name(from)}`),
    stated('Transfers abroad', sharing.transfersAbroad),
    retentionRow(all, agreement.key, exchange),
    stated('Security measures', sharing.security),
    stated('Lawful basis', lawfulBasis),
    stated('Condition for special category data', sharing.specialCategories),
    stated('Marking', marking),
  ]
}

function datasetsOf({ datasets }: Agreements, exchange: Exchange): string[] {
  return exchange.datasets.value.map((key) => datasets.get(key)?.title ?? writeKey(key))
}

function retentionRow(all: Agreements, key: string, { from, to, retentionClass }: Exchange): FormRow {
  const question = 'Time limits for erasure'
  const found = resolveRetention(all, key, from, to, retentionClass.value)
  if (!found) return row(question, undefined, 'No schedule governs it.')
  const { title, period, owner, demonstration, local } = found
  const answer = `${title}: ${inWords(period)}, by the schedule of ${partyName(all.parties, owner)}${demonstration ? ' (a demonstration schedule)' : ''}`
  return { question, answer, clauses: [], local: local || retentionClass.local }
}

/** Each item of the code as a row; what several answers say stands in one. */
export function codeCheck({ parties }: Agreements, agreement: Agreement): Form {
  const rows = annexA(agreement).map(({ question, answers, missing }): FormRow => {
    const words = answers
      .map((answer) => inPlainWords(answer.words, (party) => partyName(parties, party)))
      .join('. ')
    return {
      question,
      ...(missing.length === 0 ? { answer: words } : { missing: missing.join(' ') }),
      clauses: [...new Set(answers.flatMap(({ by }) => by))],
      local: answers.some(({ local }) => local),
    }
  })
  return formOf(
    'Check against the data sharing code',
    'What the Information Commissioner’s data sharing code (Annex A) asks of an agreement. A version that leaves anything unsaid cannot be activated.',
    [{ title: 'What the code asks', rows }],
  )
}

/** Party keys and dates, written for people. */
function inPlainWords(words: string, name: (party: string) => string): string {
  return words
    .replace(/^\d{4}-\d{2}-\d{2}$/, (day) => writeDay(day))
    .replace(/^From (\S+) to (\S+): by the schedule of (\S+)$/, (_all, from: string, to: string, owner: string) => `From ${name(from)} to ${name(to)}: by the schedule of ${name(owner)}`)
    .replace(/^([a-z-]+): /, (_all, party: string) => `${name(party)}: `)
} // prettier-ignore
