// `concordat pack replay` and `concordat pack diff`: what another version of the agreements would change, in its words and in
// the decisions of the past.
import { Command } from 'commander'
import { startOfDay } from '../../policies/calendar.ts'
import { packDifferences, type Difference } from '../../policies/pack-diff.ts'
import { loadAgreements } from '../../policies/pack.ts'
import { startReplay, type ReplayReport } from '../../policies/replay.ts'
import { dateShape } from '../../policies/shapes.ts'
import { processEnvironment } from '../config.ts'
import { exitCodes, UsageFault } from './failure.ts'

interface ReplayOptions {
  readonly pack: string
  readonly since: string
  readonly database?: string
  readonly json?: boolean
}

export function replayVerb(): Command {
  return new Command('replay')
    .description('Decide the past again under another version of the agreements, and say what would change.')
    .requiredOption('--pack <folder>', 'a policies folder with the other version')
    .requiredOption('--since <date>', 'the first day, in London, as 2026-01-01')
    .option('--database <url>', 'the gateway’s database; or DATABASE_URL. It is only read')
    .option('--json', 'print the whole report as JSON')
    .addHelpText(
      'after',
      `
Every decision from that day on is decided again from the facts that were kept with it. It ends with 1 when a decision
could not be decided again, such as one whose facts were erased; each of those is listed.

Example:
  $ npx concordat pack replay --pack ../proposed/policies --since 2026-01-01
`,
    )
    .action(async (options: ReplayOptions) => {
      const since = dateShape.safeParse(options.since)
      if (!since.success)
        throw new UsageFault(`--since ${options.since}: must be a date that exists, as 2026-01-01.`)
      const url = options.database ?? processEnvironment()['DATABASE_URL']
      if (url === undefined || url === '')
        throw new UsageFault('Name the database with --database or DATABASE_URL.')
      const report = await replayDatabase(url, options.pack, startOfDay(since.data))
      process.stdout.write(
        options.json === true ? `${JSON.stringify(report, null, 2)}\n` : replayText(report),
      )
      if (report.undecided.length > 0) process.exitCode = exitCodes.failed
    })
}

async function replayDatabase(url: string, folder: string, since: Date): Promise<ReplayReport> {
  const replay = startReplay(await loadAgreements(folder))
  const [{ openDatabase }, { readDecisions }] = await Promise.all([
    import('../db.ts'),
    import('../decisions/stored.ts'),
  ])
  const db = openDatabase(url, { applicationName: 'concordat-replay', maxConnections: 1 })
  try {
    await readDecisions(db, since, replay.add)
  } finally {
    await db.close()
  }
  return replay.report()
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
