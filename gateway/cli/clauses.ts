// `concordat clauses`: from a clause to its words, to what makes it happen, to the file that does, to the examples that show
// it, and, with a database, to when it was last enforced: "where is paragraph N?".
import { Command } from 'commander'
import type { Agreements, Clause } from '../../policies/agreements.ts'
import { coverageOf, type Coverage, type Mechanism, type Standing } from '../../policies/coverage.ts'
import type { Place } from '../../policies/fault.ts'
import { loadAgreements } from '../../policies/pack.ts'
import { systemClock } from '../clock.ts'
import { processEnvironment } from '../config.ts'
import type { ClauseState, ClauseStates } from '../agreements/state.ts'
import { clocksRun, waysThrough } from '../decisions/passes-through.ts'
import { UsageFault } from './failure.ts'

export function clausesVerb(): Command {
  return new Command('clauses')
    .description('Show the words of a clause, and what makes it happen.')
    .argument(
      '[which]',
      'a clause (hmpps-2025/16-dsa), a paragraph (16, hmpps-2025/16) or a pack (hmpps-2025)',
    )
    .option('--folder <folder>', 'a policies folder; without it, the one that this version ships')
    .option(
      '--database <url>',
      'a gateway’s database, to say how often each was enforced and when last; or DATABASE_URL',
    )
    .addHelpText(
      'after',
      `
Without a clause it lists every clause in one line each. The database is only read.

Example:
  $ npx concordat clauses hmpps-2025/16-encryption
`,
    )
    .action(async (which: string | undefined, options: { folder?: string; database?: string }) => {
      const found = findClauses(await loadAgreements(options.folder), which ?? '')
      if (found.length === 0) throw new UsageFault(notThere(which ?? ''))
      const states = await readStates(options.database ?? processEnvironment()['DATABASE_URL'])
      const lines = found.map((each) => (which === undefined ? oneLine : inFull)(each, states))
      process.stdout.write(`${lines.join(which === undefined ? '\n' : '\n\n')}\n`)
    })
}

/** The clause of that id; else those of that paragraph or pack; for no words at all, every one. */
export function findClauses(agreements: Agreements, which: string): Coverage[] {
  const all = coverageOf(agreements)
  if (which === '') return all
  const exact = all.filter(({ clause }) => clause.id === which)
  // The clause of a whole paragraph has the paragraph's number for its name: the paragraph is meant.
  if (exact.length > 0 && !/\/[\d.]+$/.test(which)) return exact
  return all.filter(({ pack, paragraph, clause: { id } }) => {
    const names = [which, `${pack}/${which}`]
    const inside = names.some((name) => id === name || id.startsWith(`${name}-`) || id.startsWith(`${name}/`))
    return inside || [pack, paragraph.number, `${pack}/${paragraph.number}`].includes(which)
  })
}

function notThere(which: string): string {
  return `No agreement has a clause, paragraph or pack called ${which}. Run "npx concordat clauses" for a list.`
}

async function readStates(url: string | undefined): Promise<ClauseStates | undefined> {
  if (url === undefined || url === '') return undefined
  const [{ openDatabase }, { readStateAlone }] = await Promise.all([
    import('../db.ts'),
    import('../agreements/state.ts'),
  ])
  const db = openDatabase(url, { applicationName: 'concordat-clauses', maxConnections: 1 })
  try {
    return await readStateAlone(db, systemClock())
  } finally {
    await db.close()
  }
}

function oneLine({ clause, standing }: Coverage, states: ClauseStates | undefined): string {
  const { enforcement, clocks } = states?.get(clause.id) ?? {}
  const { tested = 0, refused = 0 } = enforcement ?? {}
  const happened = clocks ? `${clocks.met} met, ${clocks.late} late` : `${tested} tested, ${refused} refused`
  const counts = states === undefined ? '' : happened.padEnd(26)
  return `${clause.id.padEnd(34)}  ${clause.kind.padEnd(11)}  ${standing.padEnd(10)}  ${counts}${clause.summary}`
}

function inFull(coverage: Coverage, states: ClauseStates | undefined): string {
  const { clause, standing, mechanisms, permits, refusals, gaps } = coverage
  const examples = [
    ...permits.map(({ name, when, place }) => `permits  ${placeText(place)}  ${when}: ${name}`),
    ...refusals.map(({ name, when, place }) => `refuses  ${placeText(place)}  ${when}: ${name}`),
  ]
  return [
    clause.id,
    ...(clause.kind !== 'default' && clause.says !== undefined ? [`  says     “${clause.says}”`] : []),
    `  summary  ${clause.summary}`,
    `  kind     ${clause.kind}: ${kindInWords[clause.kind]}`,
    `  standing ${standingInWords[standing]}${successorOf(clause)}`,
    ...mechanisms.map((mechanism) => `  ${mechanismText(mechanism)}`),
    ...examples.map((line) => `  ${line}`),
    ...throughOf(clause, mechanisms),
    ...gaps.map((gap) => `  MISSING  ${gap}`),
    `  clause   ${placeText(clause.place)}`,
    ...(states === undefined
      ? []
      : stateLines(clause, states.get(clause.id) ?? {}).map((line) => `  ${line}`)),
  ].join('\n')
}

/** The endpoints and jobs that pass through a rule, or start and meet a clock; one that has none yet is said so. */
function throughOf(clause: Clause, mechanisms: readonly Mechanism[]): string[] {
  const acts = [
    ...new Set(mechanisms.flatMap((mechanism) => (mechanism.kind === 'rule' ? mechanism.acts : []))),
  ]
  if (acts.length > 0) {
    const ways = waysThrough(acts)
    return ways.length > 0 ? ways.map((way) => `  through  ${way}`) : ['  through  no endpoint yet']
  }
  if (!mechanisms.some(({ kind }) => kind === 'clock')) return []
  const clock = clocksRun[clause.id]
  if (!clock) return ['  through  no endpoint starts this clock yet']
  return [...clock.starts.map((way) => `  starts   ${way}`), ...clock.meets.map((way) => `  meets    ${way}`)]
}

const kindInWords: Readonly<Record<Clause['kind'], string>> = {
  rule: 'a decision makes it happen',
  duty: 'a clock makes it happen',
  attestation: 'a person’s word makes it happen',
  record: 'what is kept makes it happen',
  outside: 'it is outside the gateway',
  default: 'what is said when no rule spoke',
}

const standingInWords: Readonly<Record<Standing, string>> = {
  'in-force': 'in force',
  superseded: 'superseded: nothing new is done under it',
  historical: 'historical: nothing new is done under it',
  local: 'a rule of this gateway, not of an agreement',
}

function successorOf(clause: Clause): string {
  return clause.kind !== 'default' && clause.supersededBy !== undefined ? `; now ${clause.supersededBy}` : ''
}

function mechanismText(mechanism: Mechanism): string {
  switch (mechanism.kind) {
    case 'rule':
      return `rule     ${placeText(mechanism.place)}  on ${mechanism.acts.join(', ')}: ${mechanism.refusal}`
    case 'clock':
      return `duty     ${placeText(mechanism.place)}  ${mechanism.words}`
    case 'form':
      return `attests  ${mechanism.words}`
    case 'record':
      return `keeps    ${mechanism.words}`
    case 'why':
      return `why      ${mechanism.words}`
    case 'says':
      return `refuses  ${mechanism.words}`
    case 'still':
      return `still    ${mechanism.words}`
    case 'was':
      return `clock    ${mechanism.words}`
  }
}

function stateLines({ kind }: Clause, { enforcement, clocks }: ClauseState): string[] {
  const last = (at: Date | undefined) => (at === undefined ? '' : `, last at ${at.toISOString()}`)
  const lines: string[] = []
  if (enforcement) {
    const { tested, lastTested, refused, lastRefused } = enforcement
    lines.push(
      `applied  tested ${tested} times${last(lastTested)}; refused ${refused} times${last(lastRefused)}`,
    )
  }
  if (clocks) {
    const { running, met, late, lastStarted, lastMet } = clocks
    lines.push(`clocks   ${running} running, ${met} met, ${late} late; last started at ${lastStarted.toISOString()}${lastMet ? `, last met at ${lastMet.toISOString()}` : ''}`) // prettier-ignore
  }
  return lines.length > 0 ? lines : [nothingYet[kind]]
}

const nothingYet: Readonly<Record<Clause['kind'], string>> = {
  rule: 'applied  never yet',
  default: 'applied  never yet',
  duty: 'clocks   none started yet',
  attestation: 'applied  no decision tests it: the form is where it happens',
  record: 'applied  no decision tests it: what is kept is where it happens',
  outside: 'applied  no decision tests it: it is outside the gateway',
}

function placeText({ file, line }: Place): string {
  return `policies/${file}:${line}`
}
