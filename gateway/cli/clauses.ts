// `concordat clauses`: from a clause to its words, to what makes it happen, to the file that does: "where is paragraph N?".
import { Command } from 'commander'
import type { Agreements, Clause, Pack, Paragraph } from '../../policies/agreements.ts'
import type { Place } from '../../policies/fault.ts'
import { loadAgreements } from '../../policies/pack.ts'
import { inWords } from '../../policies/period.ts'
import { UsageFault } from './failure.ts'

export function clausesVerb(): Command {
  return new Command('clauses')
    .description('Show the words of a clause, and what makes it happen.')
    .argument(
      '[which]',
      'a clause (hmpps-2025/16-dsa), a paragraph (16, hmpps-2025/16) or a pack (hmpps-2025)',
    )
    .option('--folder <folder>', 'a policies folder; without it, the one that this version ships')
    .addHelpText(
      'after',
      `
Without a clause it lists every clause in one line each.

Example:
  $ npx concordat clauses hmpps-2025/16-encryption
`,
    )
    .action(async (which: string | undefined, { folder }: { folder?: string }) => {
      const found = findClauses(await loadAgreements(folder), which ?? '')
      if (found.length === 0) throw new UsageFault(notThere(which ?? ''))
      const lines = which === undefined ? found.map(oneLine) : found.map(inFull)
      process.stdout.write(`${lines.join(which === undefined ? '\n' : '\n\n')}\n`)
    })
}

/** A clause with the paragraph that it stands in. */
interface Found {
  readonly clause: Clause
  readonly paragraph: Paragraph
}

/** The clause of that id; else those of that paragraph or pack; for no words at all, every one. */
export function findClauses({ agreements, local }: Agreements, which: string): Found[] {
  const packs: Pack<unknown>[] = [...agreements.values(), local]
  const all = packs.flatMap(({ key, paragraphs }) =>
    paragraphs.flatMap((paragraph) => paragraph.clauses.map((clause) => ({ key, paragraph, clause }))),
  )
  if (which === '') return all
  const exact = all.filter(({ clause }) => clause.id === which)
  if (exact.length > 0 && !all.some(({ key, paragraph }) => `${key}/${paragraph.number}` === which))
    return exact
  return all.filter(({ key, paragraph }) =>
    [key, paragraph.number, `${key}/${paragraph.number}`].includes(which),
  )
}

function notThere(which: string): string {
  return `No agreement has a clause, paragraph or pack called ${which}. Run "npx concordat clauses" for a list.`
}

function oneLine({ clause }: Found): string {
  return `${clause.id.padEnd(34)}  ${clause.kind.padEnd(11)}  ${clause.summary}`
}

function inFull({ clause, paragraph }: Found): string {
  const words = clause.kind !== 'default' && clause.says !== undefined ? [`says     “${clause.says}”`] : []
  return [
    clause.id,
    ...words.map((line) => `  ${line}`),
    `  summary  ${clause.summary}`,
    `  kind     ${clause.kind}${kindInWords[clause.kind]}`,
    ...mechanisms(clause, paragraph).map((line) => `  ${line}`),
    `  clause   ${placeText(clause.place)}`,
  ].join('\n')
}

const kindInWords: Readonly<Record<Clause['kind'], string>> = {
  rule: ': a decision makes it happen',
  duty: ': a clock makes it happen',
  attestation: ': a person’s word makes it happen',
  record: ': what is kept makes it happen',
  outside: ': it is outside the gateway',
  default: ': what is said when no rule spoke',
}

function mechanisms(clause: Clause, { rules, duties }: Paragraph): string[] {
  const own = rules.filter((rule) => rule.clause === clause.id)
  const clocks = duties.filter((duty) => duty.clause === clause.id)
  return [
    ...own.map(
      ({ acts, refusal, place }) => `rule     ${placeText(place)}  on ${acts.join(', ')}: ${refusal}`,
    ),
    ...clocks.map(
      ({ starts, meets, limit, local, place }) =>
        `duty     ${placeText(place)}  ${inWords(limit)}${local ? ' (local)' : ''} from ${starts} to ${meets}`,
    ),
    ...otherMechanism(clause),
  ]
}

function otherMechanism(clause: Clause): string[] {
  if (clause.kind === 'attestation') return [`attests  ${clause.form.by.join(', ')}: ${clause.form.states}`]
  if (clause.kind === 'record' && clause.keeps) return [`keeps    ${(clause.keeps ?? []).join(', ')}`]
  if (clause.kind === 'outside') return [`why      ${clause.why}`]
  return []
}

function placeText({ file, line }: Place): string {
  return `policies/${file}:${line}`
}
