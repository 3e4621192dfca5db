// `concordat concerns import`: takes in a file of concerns as the pages do, in two steps: what it would do, then doing it.
import { openAsBlob } from 'node:fs'
import { Command } from 'commander'
import { z } from 'zod'
import { openApiClient, type ApiClient, type GatewayOptions } from './api-client.ts'
import { exitCodes, UsageFault } from './failure.ts'

interface Options extends GatewayOptions {
  readonly reason?: string
  readonly dryRun: boolean
  readonly json: boolean
}

export function concernsVerb(): Command {
  return new Command('concerns').description('Work on the concerns database.').addCommand(importVerb())
}

function importVerb(): Command {
  return new Command('import')
    .description('Take in a file of concerns (CSV or .xlsx): all of it, or nothing.')
    .argument('<file>', 'CSV in UTF-8, or an Excel workbook (.xlsx)')
    .requiredOption('--gateway <url>', 'the gateway’s address')
    .requiredOption('--token-file <file>', 'your access token, in a file that only you can read')
    .option('--reason <words>', 'why it is taken in; it stands in the history of each concern')
    .option('--dry-run', 'check it and say what it would do; change nothing', false)
    .option('--json', 'one JSON object on the output', false)
    .addHelpText(
      'after',
      `
The file is checked first. Every row that is wrong is listed with its number, its column and what is wrong with it, and nothing
is taken in then. The template and the schema are at /concerns/template.xlsx, /concerns/template.csv and /concerns/schema.json.

Exit codes:
  0  taken in; with --dry-run: it could be
  1  something is wrong with the file, or it was not taken in
  2  it could not begin

Examples:
  $ npx concordat concerns import concerns.csv --gateway https://gateway.example --token-file token --dry-run
  $ npx concordat concerns import concerns.xlsx --gateway https://gateway.example --token-file token --reason "Reports of May"
`,
    )
    .action(async (file: string, options: Options) => {
      process.exitCode = await importFile(openApiClient(options), file, options)
    })
}

const path = '/api/v1/concerns/intakes'
const intakeShape = z.object({
  id: z.uuid(), state: z.enum(['reading', 'stopped', 'checked', 'taken', 'discarded']), rows: z.int(), added: z.int(), changed: z.int(), closed: z.int(), unchanged: z.int(),
  edition: z.int().optional(), faultCount: z.int(), faults: z.array(z.object({ row: z.int().optional(), column: z.string().optional(), message: z.string() })),
}) // prettier-ignore
type Intake = z.output<typeof intakeShape>

async function importFile(api: ApiClient, file: string, options: Options): Promise<number> {
  if (!options.dryRun && options.reason === undefined)
    throw new UsageFault('Say why with --reason, or only check the file with --dry-run.')
  const checked = await checkFile(api, file)
  if (checked.faultCount > 0) return tell(checked, options, exitCodes.failed)
  if (options.dryRun || checked.added + checked.changed === 0) {
    await api.call('POST', `${path}/${checked.id}/discard`)
    return tell(checked, options, exitCodes.done)
  }
  const taken = await api.json(intakeShape, 'POST', `${path}/${checked.id}/take`, {
    json: { reason: options.reason },
  })
  return tell(taken, options, taken.state === 'taken' ? exitCodes.done : exitCodes.failed)
}

async function checkFile(api: ApiClient, file: string): Promise<Intake> {
  const isWorkbook = /\.xlsx$/i.test(file)
  const type = isWorkbook ? 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' : 'text/csv'
  const body = { file: await openAsBlob(file), type }
  const progress = watch(api)
  try {
    return await api.json(intakeShape, 'POST', path, body)
  } finally {
    await progress.stop()
  }
}

const watchEveryMs = 1000

/** How many rows the gateway has read, on the error stream. */
function watch(api: ApiClient) {
  const look = async () => {
    const { intakes } = await api.json(z.object({ intakes: z.array(intakeShape) }), 'GET', path)
    const reading = intakes.find(({ state }) => state === 'reading')
    if (reading) process.stderr.write(`${reading.rows} rows read\n`)
  }
  // Progress that cannot be had is no reason to stop.
  let looking = Promise.resolve()
  const timer = setInterval(() => void (looking = look().catch(() => undefined)), watchEveryMs)
  return {
    stop: async () => {
      clearInterval(timer)
      await looking
    },
  }
}

function tell(intake: Intake, { json }: Options, exitCode: number): number {
  process.stdout.write(json ? `${JSON.stringify(intake, null, 2)}\n` : `${inWords(intake).join('\n')}\n`)
  return exitCode
}

function inWords({
  state,
  rows,
  added,
  changed,
  closed,
  unchanged,
  edition,
  faultCount,
  faults,
}: Intake): string[] {
  if (faultCount > 0) {
    const lines = faults.map(({ row, column, message }) => `  ${row === undefined ? 'the file' : `row ${row}`}${column === undefined ? '' : `, ${column}`}: ${message}`) // prettier-ignore
    const more = faultCount > faults.length ? [`  and ${faultCount - faults.length} more`] : []
    return [`${faultCount} wrong in ${rows} rows. Nothing was taken in.`, ...lines, ...more]
  }
  const figures = `${added} added, ${changed} changed (${closed} of those closed), ${unchanged} as they were`
  if (state === 'taken') return [`Taken in as edition ${edition ?? ''}: ${figures}.`]
  return [`It would do this: ${figures}. Nothing was taken in.`]
}
