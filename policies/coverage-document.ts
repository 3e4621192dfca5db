// docs/CLAUSES.md: every clause with its words and what makes it happen, as a document that people who sign agreements can
// read. Generated from the packs; a test compares it.
import type { Agreements } from './agreements.ts'
import { coverageOf, type Coverage, type Mechanism, type Standing } from './coverage.ts'

const opening = `# The clauses, and what makes each happen

Made from the packs under \`policies/\`, and compared with them by a test: \`UPDATE_GOLDEN=1 npx vitest run test/policies/coverage.test.ts\`
writes it again. \`npx concordat clauses hmpps-2025/16-encryption\` shows one clause with the lines of its files and its examples.

The words between quotation marks are the agreement's own. What is marked local is a choice made here, and not the agreement's.
`

const standings: Readonly<Record<Standing, string>> = {
  'in-force': 'In force.',
  superseded: 'Superseded: nothing new is done under it. What was done under it still resolves.',
  historical: 'Historical: nothing new is done under it. What was done under it still resolves.',
  local: 'The gateway’s own rules. No agreement says them.',
}

/** @returns Markdown, a section for each agreement and a table for each of its paragraphs */
export function clausesDocument(all: Agreements): string {
  const lines = coverageOf(all)
  const packs = [...all.agreements.values(), all.local].map((pack) => {
    const own = lines.filter((line) => line.pack === pack.key)
    const title = 'title' in pack ? pack.title : pack.head.value.title
    const paragraphs = pack.paragraphs.map((paragraph) => {
      const heading = `### ${placeName(pack.key, paragraph.number)}: ${paragraph.title}`
      const rows = own.filter((line) => line.paragraph === paragraph).map(row)
      return [
        heading,
        '',
        '| clause | words | kind | what makes it happen |',
        '| --- | --- | --- | --- |',
        ...rows,
      ].join('\n')
    })
    const standing = standings[own[0]?.standing ?? 'local']
    return [`## ${pack.key}: ${title}`, `${standing} ${counts(own)}`, ...paragraphs].join('\n\n')
  })
  return `${[opening.trimEnd(), ...packs].join('\n\n')}\n`
}

function placeName(pack: string, number: string): string {
  if (pack === 'local') return `Section ${number}`
  return `${/^\d+-\d+$/.test(number) ? 'Paragraphs' : 'Paragraph'} ${number}`
}

function counts(lines: readonly Coverage[]): string {
  const kinds = new Map<string, number>()
  for (const { clause } of lines) kinds.set(clause.kind, (kinds.get(clause.kind) ?? 0) + 1)
  const parts = [...kinds].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([kind, count]) => `${kind} ${count}`)
  return `${lines.length} clauses: ${parts.join(', ')}.`
}

function row({ clause, mechanisms, permits, refusals }: Coverage): string {
  const says = clause.kind !== 'default' && clause.says !== undefined ? `“${clause.says}”` : clause.summary
  const examples =
    permits.length + refusals.length > 0
      ? [`examples: ${permits.length} permit, ${refusals.length} refuse`]
      : []
  const superseded =
    clause.kind !== 'default' && clause.supersededBy !== undefined ? [`now ${clause.supersededBy}`] : []
  const made = [...new Set(mechanisms.map(mechanismText)), ...superseded, ...examples]
  const cells = [clause.id, says, clause.kind, made.length === 0 ? 'nothing any more' : made.join('<br>')]
  return `| ${cells.map(cell).join(' | ')} |`
}

function mechanismText(mechanism: Mechanism): string {
  switch (mechanism.kind) {
    case 'rule':
      return `rule in ${mechanism.place.file.split('/').at(-1) ?? ''}: ${mechanism.acts.join(', ')}`
    case 'clock':
      return `clock: ${mechanism.words}`
    case 'form':
      return `a person’s word, ${mechanism.words}`
    case 'record':
      return `kept as ${mechanism.words}`
    case 'why':
      return `not here: ${mechanism.words}`
    case 'says':
      return `said: ${mechanism.words}`
    case 'still':
      return `still: ${mechanism.words}`
    case 'was':
      return `its clock was ${mechanism.words}`
  }
}

function cell(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('*', '\\*').replaceAll('_', '\\_')
}
