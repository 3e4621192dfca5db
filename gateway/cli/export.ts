// `concordat export status`, `rehearse` and `run`: the quarterly export of the concerns database from the command line, by
// the same acts as on the pages, in the name of the person whose token it is. Two people run it: the first puts the export
// forward, the second releases it.
import { Command } from 'commander'
import { z } from 'zod'
import { openApiClient, type ApiClient, type GatewayOptions } from './api-client.ts'
import { exitCodes, UsageFault, type ExitCode } from './failure.ts'

export function exportVerb(): Command {
  return new Command('export')
    .description('Rehearse and release the quarterly export of the concerns database.')
    .addCommand(statusVerb())
    .addCommand(rehearseVerb())
    .addCommand(runVerb())
}

interface RehearseOptions extends GatewayOptions {
  readonly quarter?: string
  readonly json: boolean
}

function withGateway(command: Command): Command {
  return command
    .requiredOption('--gateway <url>', 'the gateway’s address')
    .requiredOption('--token-file <file>', 'your access token, in a file that only you can read')
    .option('--json', 'one JSON object on the output', false)
}

function withQuarter(command: Command): Command {
  return withGateway(command).option(
    '--quarter <day>',
    'the last day of the quarter; without it, the oldest that is owed',
  )
}

function statusVerb(): Command {
  return withGateway(new Command('status'))
    .description('Say which quarters have their delivery, and which do not.')
    .addHelpText(
      'after',
      `
Exit codes:
  0  nothing is late
  1  a quarter is late
  2  it could not begin

Example:
  $ npx concordat export status --gateway https://gateway.example --token-file token
`,
    )
    .action(async (options: RehearseOptions) => {
      const year = await openApiClient(options).json(yearShape, 'GET', '/api/v1/deliveries')
      print(options, year, statusText(year))
      process.exitCode = year.quarters.some(({ state }) => state === 'late')
        ? exitCodes.failed
        : exitCodes.done
    })
}

function rehearseVerb(): Command {
  return withQuarter(new Command('rehearse'))
    .description('Say what the export would hold, and what to look at. Nothing is made.')
    .addHelpText(
      'after',
      `
Exit codes:
  0  it could be put forward
  1  something blocks it, such as a column that is missing upstream; it is named
  2  it could not begin

Example:
  $ npx concordat export rehearse --gateway https://gateway.example --token-file token
`,
    )
    .action(async (options: RehearseOptions) => {
      const rehearsal = await rehearse(openApiClient(options), options)
      print(options, rehearsal, rehearsalText(rehearsal))
      process.exitCode = rehearsal.blocks ? exitCodes.failed : exitCodes.done
    })
}

interface RunOptions extends RehearseOptions {
  readonly amends?: string
  readonly reason?: string
  readonly findingsRead: boolean
}

function runVerb(): Command {
  return withQuarter(new Command('run'))
    .description(
      'Take the step that is yours: put the export forward, or release what somebody else put forward.',
    )
    .option('--findings-read', 'you have looked at what the rehearsal found', false)
    .option('--amends <number>', 'amend this delivery, by a delivery of its own')
    .option('--reason <words>', 'what is wrong with the delivery that it amends; the team reads it')
    .addHelpText(
      'after',
      `
An export needs two people at HMI Prisons. The first to run this rehearses it and puts it forward; the second releases it, and
the gateway gives it its number. It waits until the delivery is sealed and says its number and the hash of its manifest.

Examples:
  $ npx concordat export run --gateway https://gateway.example --token-file token --findings-read
  $ npx concordat export run --gateway https://gateway.example --token-file token --amends 7 --reason "Two reports were missing."
`,
    )
    .action(async (options: RunOptions) => {
      process.exitCode = await run(openApiClient(options), options)
    })
}

const count = z.int()
const reportShape = z.object({
  rows: count, since: count.nullable(), changes: z.object({ new: count, changed: count, closed: count, reopened: count }),
  drift: z.array(z.object({ column: z.string(), says: z.string(), blocks: z.boolean() })),
  unknownEstablishments: z.array(z.object({ code: z.string(), concerns: count })), outliers: z.array(z.object({ says: z.string() })),
  personalTexts: count, personalText: z.array(z.object({ concern: z.string(), kinds: z.array(z.string()) })),
}) // prettier-ignore
const rehearsalShape = z.object({ quarter: z.object({ label: z.string(), dueOn: z.string() }), blocks: z.boolean(), report: reportShape }) // prettier-ignore
const nextShape = z.object({ underWay: z.object({ id: z.uuid(), state: z.enum(['put-forward', 'released']), number: count.optional() }).optional() }) // prettier-ignore
const deliveryShape = z.object({ number: count, rows: count, manifestSha256: z.string() })
type RehearsalAnswer = z.output<typeof rehearsalShape>

const yearShape = z.object({
  quarters: z.array(z.object({
    label: z.string(), endsOn: z.string(), dueOn: z.string(), state: z.enum(['running', 'owed', 'due-soon', 'due', 'late', 'met', 'to-come', 'not-owed']),
    deliveries: z.array(z.object({ number: count, state: z.enum(['sent', 'acknowledged']), rows: count, amends: count.optional(), manifestSha256: z.string() })),
  })),
}) // prettier-ignore

const stateWords = {
  running: 'it has not ended',
  owed: 'owed',
  'due-soon': 'due soon',
  due: 'due today',
  late: 'LATE',
  met: 'sent',
  'to-come': 'still to come',
  'not-owed': 'not owed: this gateway was not yet in use',
} as const

function statusText({ quarters }: z.output<typeof yearShape>): string {
  const lines = quarters.flatMap(({ label, dueOn, state, deliveries }) => [
    `${label}, due on ${dueOn}: ${stateWords[state]}`,
    ...deliveries.map((each) => `  delivery ${each.number}${each.amends === undefined ? '' : `, amends ${each.amends}`}: ${each.rows} concerns, ${each.state}, manifest ${each.manifestSha256}`),
  ]) // prettier-ignore
  return `${lines.join('\n')}\n`
}

function rehearse(api: ApiClient, { quarter }: Pick<RehearseOptions, 'quarter'>): Promise<RehearsalAnswer> {
  return api.json(rehearsalShape, 'POST', '/api/v1/exports/rehearse', { json: { ...(quarter !== undefined && { quarter }) } }) // prettier-ignore
}

function rehearsalText({ quarter, blocks, report }: RehearsalAnswer): string {
  const { changes, drift, unknownEstablishments, outliers, personalText, personalTexts } = report
  const lines = [
    `${quarter.label}, due on ${quarter.dueOn}`,
    `${report.rows} concerns: ${changes.new} new, ${changes.changed} changed, ${changes.closed} closed, ${changes.reopened} reopened ${report.since === null ? '(no delivery before it)' : `since delivery ${report.since}`}`,
    ...drift.map(({ says }) => says),
    ...unknownEstablishments.map(
      ({ code, concerns }) => `${code} is no known establishment (${concerns} concerns)`,
    ),
    ...outliers.map(({ says }) => says),
    ...personalText.map(({ concern, kinds }) => `${concern} looks like personal data: ${kinds.join(', ')}`),
    ...(personalTexts > personalText.length ? [`and ${personalTexts - personalText.length} more`] : []),
    blocks ? 'Nothing can be released until that is mended.' : 'It can be put forward.',
  ]
  return `${lines.join('\n')}\n`
}

async function run(api: ApiClient, options: RunOptions): Promise<ExitCode> {
  const { underWay } = await api.json(nextShape, 'GET', '/api/v1/exports/next')
  if (underWay) return releaseIt(api, options, underWay.id)
  const rehearsal = await rehearse(api, options)
  if (rehearsal.blocks) {
    print(options, rehearsal, rehearsalText(rehearsal))
    return exitCodes.failed
  }
  const { quarter, findingsRead, reason } = options
  const json = { ...(quarter !== undefined && { quarter }), ...amendment(options), ...(reason !== undefined && { reason }), findingsRead } // prettier-ignore
  const made = await api.json(z.object({ id: z.uuid() }), 'POST', '/api/v1/exports', { json })
  print(options, { step: 'put-forward', id: made.id }, `${rehearsalText(rehearsal)}It is put forward. A second person now releases it with the same command.\n`) // prettier-ignore
  return exitCodes.done
}

function amendment({ amends }: RunOptions): { amends?: number } {
  if (amends === undefined) return {}
  if (!/^[1-9]\d{0,8}$/.test(amends))
    throw new UsageFault(`--amends takes the number of a delivery, not ${amends}.`)
  return { amends: Number(amends) }
}

async function releaseIt(api: ApiClient, options: RunOptions, id: string): Promise<ExitCode> {
  const released = await api.json(z.object({ number: count }), 'POST', `/api/v1/exports/${id}/release`)
  const delivery = await sealed(api, released.number)
  if (!delivery) {
    print(options, { step: 'released', number: released.number }, `Delivery ${released.number} is released and is still being sealed.\n`) // prettier-ignore
    return exitCodes.done
  }
  print(options, { step: 'sent', ...delivery }, `Delivery ${delivery.number} is sent: ${delivery.rows} concerns.\nSHA-256 of its manifest: ${delivery.manifestSha256}\n`) // prettier-ignore
  return exitCodes.done
}

const tries = 120
const pauseMs = 500

/** A minute is enough for most; whoever waits longer asks again. */
async function sealed(api: ApiClient, number: number): Promise<z.output<typeof deliveryShape> | undefined> {
  for (let left = tries; left > 0; left -= 1) {
    const { underWay } = await api.json(nextShape, 'GET', '/api/v1/exports/next')
    if (underWay?.number !== number) return api.json(deliveryShape, 'GET', `/api/v1/deliveries/${number}`)
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  return undefined
}

function print({ json }: Pick<RehearseOptions, 'json'>, result: unknown, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(result, null, 2)}\n` : text)
}
