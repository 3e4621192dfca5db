// `npm run bench -- <name>`: figures as ratios, measured side by side in one run, because a figure alone says more of the
// machine than of the gateway.
import { parseArgs } from 'node:util'
import { measureCollect, collectTable } from './collect.ts'
import { fsckTable, measureFsck } from './fsck.ts'
import { decideTable, measureDecide } from './decide.ts'
import { exportTable, measureExport } from './export.ts'
import { intakeTable, measureIntake } from './intake.ts'
import { costTable, ledgerTable, measureCosts, measureLedger } from './ledger.ts'
import { measureSeal, sealTable } from './seal.ts'
import { measureJourney, journeyTable } from './journey.ts'

const help = `npm run bench -- <name> [--json] [options]

  journey    POST /api/v1/requests (decision, change, ledger entry, commit) beside a bare express handler that inserts one
             row with the same pool: requests a second, p50 and p99, as ratios
    --rounds N      rounds, each with both in random order (default 7, at least 5)
    --seconds N     how long each is measured in a round (default 2)
  collect    seals one large item and collects it, each in a process of its own: MiB a second and the most memory held
    --size-mib N    size of the item (default 1024)

  decide     decisions with every pack loaded, beside Cedar alone on one policy
    --rounds N      rounds (default 7, at least 5)
    --decisions N   decisions of each kind in a round (default 500)

  export     seals a delivery of the concerns database (CSV, manifest, ZIP, encryption, ledger) beside csv-stringify alone on
             the same rows
    --rows N        concerns (default 1000000)
    --rounds N      rounds (default 7, at least 5)

  fsck       checks the ledger's database beside reading it
    --entries N     entries in the ledger (default 50000)
    --rounds N      rounds (default 7, at least 5)

  intake     takes in a file of concerns, checked and in one transaction, beside csv-parse alone on the same bytes
    --rows N        rows of the file (default 100000)
    --rounds N      rounds (default 7, at least 5)
  ledger     the ledger beside a plain audit row, a hash chain, bare inserts, and reading the bodies
    --rounds N      rounds (default 7, at least 5)
    --seconds N     how long each is measured in a round (default 2)
    --entries N     entries at which the cost is looked at last (default 50000: none but 10000)

  ledger-cost  what an entry costs, from the event to the signed checkpoint, as the log grows tenfold each time
    --entries N     entries at which it is looked at last (default 50000: none but 10000)

  seal       seals and opens one item beside AES-256-GCM alone on the same stream, and how long the event loop stood still
    --size-mib N    size of the item (default 1024)
    --rounds N      rounds (default 7, at least 5)

  --json     one JSON object on the output instead of a table; progress goes to the error stream
  --help     this text

Examples:
  npm run bench -- journey --json
  npm run bench -- collect --size-mib 4096

It ends with 1 when a promise is broken: collecting must hold less than 256 MiB, whatever the size; an intake is at least 0.4
times as fast as csv-parse alone, an export at least 0.8 times as fast as csv-stringify alone.
`

const say = (line: string) => process.stderr.write(`${line}\n`)

const options = {
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  rounds: { type: 'string', default: '7' },
  seconds: { type: 'string', default: '2' },
  entries: { type: 'string', default: '50000' },
  decisions: { type: 'string', default: '500' },
  rows: { type: 'string' },
  'size-mib': { type: 'string', default: '1024' },
} as const

type Values = Readonly<Partial<Record<Exclude<keyof typeof options, 'json' | 'help'>, string>>>
interface Measured {
  readonly result: unknown
  readonly table: string
  readonly kept: boolean
}

const benchmarks: Readonly<Record<string, (values: Values, rounds: number) => Promise<Measured>>> = {
  journey: async (values, rounds) => {
    const result = await measureJourney({ rounds, seconds: wholeNumber('--seconds', values.seconds), say })
    return { result, table: journeyTable(result), kept: true }
  },
  collect: async (values) => {
    const result = await measureCollect({ sizeMiB: wholeNumber('--size-mib', values['size-mib']), say })
    return { result, table: collectTable(result), kept: result.withinLimit }
  },
  seal: async (values, rounds) => {
    const result = await measureSeal({ rounds, sizeMib: wholeNumber('--size-mib', values['size-mib']), say })
    return { result, table: sealTable(result), kept: true }
  },
  decide: async (values, rounds) => {
    const result = await measureDecide({ rounds, decisions: wholeNumber('--decisions', values.decisions), say }) // prettier-ignore
    return { result, table: decideTable(result), kept: true }
  },
  fsck: async (values, rounds) => {
    const result = await measureFsck(wholeNumber('--entries', values.entries), rounds)
    return { result, table: fsckTable(result), kept: true }
  },
  export: async (values, rounds) => {
    const result = await measureExport({ rows: wholeNumber('--rows', values.rows ?? '1000000'), rounds, say })
    return { result, table: exportTable(result), kept: result.keptPromise }
  },
  intake: async (values, rounds) => {
    const result = await measureIntake({ rows: wholeNumber('--rows', values.rows ?? '100000'), rounds, say })
    return { result, table: intakeTable(result), kept: result.keptPromise }
  },
  'ledger-cost': async (values) => {
    const result = await measureCosts({ largest: wholeNumber('--entries', values.entries), say })
    return { result, table: costTable(result), kept: true }
  },
  ledger: async (values, rounds) => {
    const [seconds, largest] = [wholeNumber('--seconds', values.seconds), wholeNumber('--entries', values.entries)] // prettier-ignore
    const result = await measureLedger({ rounds, seconds, largest, say })
    return { result, table: ledgerTable(result), kept: true }
  },
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options })
  const [name, ...rest] = positionals
  if (values.help) return (process.stdout.write(help), 0)
  const measure = name !== undefined && rest.length === 0 ? benchmarks[name] : undefined
  if (!measure) {
    process.stderr.write(name === undefined ? help : `There is no benchmark called ${name}.\n\n${help}`)
    return 2
  }
  const { result, table, kept } = await measure(values, Math.max(5, wholeNumber('--rounds', values.rounds)))
  process.stdout.write(values.json ? `${JSON.stringify(result, null, 2)}\n` : table)
  return kept ? 0 : 1
}

function wholeNumber(option: string, text = ''): number {
  if (/^[1-9]\d{0,7}$/.test(text)) return Number(text)
  throw new RangeError(`${option} takes a whole number, not ${text}.`)
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(
      `The benchmark stopped.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    )
    process.exit(1)
  },
)
