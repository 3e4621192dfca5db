// `concordat pack replay` and `concordat pack diff`: what another version of the agreements would change, in its words and in
// the decisions of the past.
import { Command } from 'commander'
import { startOfDay } from '../../policies/calendar.ts'
import { packDifferences, type Difference } from '../../policies/pack-diff.ts'
import { loadAgreements } from '../../policies/pack.ts'
import { startReplay, type ReplayReport } from '../../policies/replay.ts'
import { dateShape } from '../../policies/shapes.ts'
import { processEnvironment } from '../config.ts'
import type { Database } from '../db.ts'
import type { OwnReport } from '../agreements/replay-own.ts'
import { exitCodes, UsageFault } from './failure.ts'

interface ReplayOptions {
  readonly pack?: string
  readonly own?: boolean
  readonly since: string
  readonly database?: string
  readonly json?: boolean
}

export function replayVerb(): Command {
  return new Command('replay')
    .description('Decide the past again under another version of the agreements, and say what would change.')
    .option('--pack <folder>', 'a policies folder with the other version')
    .option(
      '--own',
      'decide each under the version that made it: every answer must be the same, byte for byte',
    )
    .requiredOption('--since <date>', 'the first day, in London, as 2026-01-01')
    .option('--database <url>', 'the gateway’s database; or DATABASE_URL. It is only read')
    .option('--json', 'print the whole report as JSON')
    .addHelpText(
      'after',
      `
Every decision from that day on is decided again from the facts that were kept with it. It ends with 1 when a decision
could not be decided again, such as one whose facts were erased; each of those is listed.

With --own nothing is supposed: the versions are those that the database keeps, and a decision that would not be answered the
same, word for word, is listed and ends it with 1.

Examples:
  $ npx concordat pack replay --pack ../proposed/policies --since 2026-01-01
  $ npx concordat pack replay --own --since 2026-01-01
`,
    )
    .action(async (options: ReplayOptions) => {
      const since = dateShape.safeParse(options.since)
      if (!since.success)
        throw new UsageFault(`--since ${options.since}: must be a date that exists, as 2026-01-01.`)
      const url = options.database ?? processEnvironment()['DATABASE_URL']
      if (url === undefined || url === '')
        throw new UsageFault('Name the database with --database or DATABASE_URL.')
      if ((options.pack === undefined) === (options.own === undefined))
        throw new UsageFault('Name the other version with --pack, or ask for each decision’s own with --own.')
      const from = startOfDay(since.data)
      await (options.pack === undefined ? own(url, from, options) : other(url, options.pack, from, options))
    })
}

async function other(url: string, folder: string, since: Date, { json }: ReplayOptions): Promise<void> {
  const report = await replayDatabase(url, folder, since)
  process.stdout.write(json === true ? `${JSON.stringify(report, null, 2)}\n` : replayText(report))
  if (report.undecided.length > 0) process.exitCode = exitCodes.failed
}

async function own(url: string, since: Date, { json }: ReplayOptions): Promise<void> {
  const { replayOwn } = await import('../agreements/replay-own.ts')
  const report = await withDatabase(url, (db) => replayOwn(db, since))
  process.stdout.write(json === true ? `${JSON.stringify(report, null, 2)}\n` : ownText(report))
  if (report.same < report.decisions) process.exitCode = exitCodes.failed
}

function ownText({ decisions, same, different, undecided }: OwnReport): string {
  const lines = [
    ...different.map(({ id, decidedAt, act, parts }) => `    ${decidedAt}  ${id}  ${act}  is not answered as it was: ${parts.join(', ')}`),
    ...undecided.map(({ id, decidedAt, act, why }) => `    ${decidedAt}  ${id}  ${act}  ${why}`),
    `${decisions} decisions, each under its own version: ${same} the same byte for byte, ${different.length} different, ${undecided.length} could not be decided again.`,
  ] // prettier-ignore
  return `${lines.join('\n')}\n`
}

async function replayDatabase(url: string, folder: string, since: Date): Promise<ReplayReport> {
  const replay = startReplay(await loadAgreements(folder))
  const { readDecisions } = await import('../decisions/stored.ts')
  await withDatabase(url, (db) => readDecisions(db, since, replay.add))
  return replay.report()
}

async function withDatabase<T>(url: string, work: (db: Database) => Promise<T>): Promise<T> {
  const { openDatabase } = await import('../db.ts')
  // One reads the decisions through its cursor while the other looks up what made them.
  const db = openDatabase(url, { applicationName: 'concordat-replay', maxConnections: 2 })
  try {
    return await work(db)
  } finally {
    await db.close()
  }
}

function replayText({ decisions, unchanged, changed, byClause, undecided }: ReplayReport): string {
  const lines = byClause.flatMap(({ clause, nowRefuses, noLongerRefuses }) => [
    `${clause}  refuses ${nowRefuses} more, ${noLongerRefuses} fewer`,
    ...changed
      .filter((each) => each.nowRefusing.includes(clause) || each.noLongerRefusing.includes(clause))
      .map(({ id, decidedAt, act, change }) => `    ${decidedAt}  ${id}  ${act}  ${changeInWords[change]}`),
  ])
  const failed = undecided.map(({ id, decidedAt, why }) => `    ${decidedAt}  ${id}  ${why}`)
  const counts = `${decisions} decisions: ${unchanged} unchanged, ${changed.length} changed, ${undecided.length} could not be decided again.`
  return `${[...lines, ...(failed.length === 0 ? [] : ['Could not be decided again', ...failed]), counts].join('\n')}\n`
}

const changeInWords = {
  'now-refused': 'was permitted, and would be refused',
  'now-permitted': 'was refused, and would be permitted',
  'refused-by-others': 'would be refused, by other clauses',
} as const

export function diffVerb(): Command {
  return new Command('diff')
    .description('Say what differs in another version of the agreements: clauses, words, rules, clocks.')
    .argument('<folder>', 'a policies folder with the other version')
    .option('--from <folder>', 'the version to start from; without it, the one that this version ships')
    .option('--json', 'print the differences as JSON')
    .addHelpText(
      'after',
      `
Example:
  $ npx concordat pack diff ../proposed/policies
`,
    )
    .action(async (folder: string, { from, json }: { readonly from?: string; readonly json?: boolean }) => {
      const differences = packDifferences(await loadAgreements(from), await loadAgreements(folder))
      process.stdout.write(
        json === true ? `${JSON.stringify(differences, null, 2)}\n` : diffText(differences),
      )
    })
}

function diffText(differences: readonly Difference[]): string {
  const lines = differences.flatMap(({ pack, what, id, change, before, after }) => [
    `${change.padEnd(7)}  ${what.padEnd(9)}  ${id}${id.startsWith(pack) ? '' : `  (${pack})`}`,
    ...(before === undefined ? [] : indented('-', before)),
    ...(after === undefined ? [] : indented('+', after)),
  ])
  const count = differences.length
  return `${[...lines, count === 0 ? 'No difference.' : `${count} ${count === 1 ? 'difference' : 'differences'}.`].join('\n')}\n`
}

function indented(sign: string, text: string): string[] {
  return text.split('\n').map((line) => `    ${sign} ${line}`)
}
