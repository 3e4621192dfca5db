// `concordat attest`: says over the API what became of every copy of what was collected, for those who keep no browser open.
import { Command, Option } from 'commander'
import { z } from 'zod'
import { openApiClient, type ApiClient, type GatewayOptions } from './api-client.ts'
import { exitCodes, UsageFault } from './failure.ts'

interface Options extends GatewayOptions {
  readonly outcome: 'destroyed' | 'returned'
  readonly everyCopy: boolean
}

export function attestVerb(): Command {
  return new Command('attest')
    .description('Say that every copy of a package that you collected is destroyed or returned.')
    .argument('<request>', 'reference of the request, or its id')
    .requiredOption('--gateway <url>', 'the gateway’s address')
    .requiredOption('--token-file <file>', 'your access token, in a file that only you can read')
    .addOption(
      new Option('--outcome <outcome>', 'what became of the copies')
        .choices(['destroyed', 'returned'])
        .makeOptionMandatory(),
    )
    .option(
      '--every-copy',
      'you have looked for every copy: downloads, prints and copies that were passed on',
      false,
    )
    .addHelpText(
      'after',
      `
What you owe, and what is overdue, is printed when no copy is left to account for or --every-copy is missing.

Exit codes:
  0  recorded; the certificate of destruction is issued with it
  1  refused, or nothing is left to account for
  2  it could not begin

Example:
  $ npx concordat attest HP-2026-0042 --outcome destroyed --every-copy --gateway https://gateway.example --token-file token
`,
    )
    .action(async (request: string, options: Options) => {
      await attest(openApiClient(options), request, options)
      process.exitCode = exitCodes.done
    })
}

const dutyShape = z.object({
  transfer: z.uuid(),
  reference: z.string(),
  owes: z.string(),
  dueOn: z.string(),
  overdue: z.boolean(),
})
const dutiesShape = z.object({ yours: z.array(dutyShape) })

async function attest(api: ApiClient, request: string, { outcome, everyCopy }: Options): Promise<void> {
  const { yours } = await api.json(dutiesShape, 'GET', '/api/v1/duties')
  const id =
    yours.find(({ reference }) => reference === request)?.transfer ??
    (z.uuid().safeParse(request).success ? request : undefined)
  const owed = yours.map(({ reference, owes, dueOn, overdue }) => `  ${reference}: ${owes} by ${dueOn}${overdue ? ', overdue' : ''}`) // prettier-ignore
  const list = owed.length > 0 ? ['You owe:', ...owed].join('\n') : 'You owe nothing.'
  if (id === undefined) throw new UsageFault(`You owe nothing for ${request}. ${list}`)
  if (!everyCopy) throw new UsageFault(`Look for every copy first, and say with --every-copy that you did. ${list}`) // prettier-ignore
  await api.call('POST', `/api/v1/requests/${id}/attest`, { json: { outcome, everyCopy } })
  process.stdout.write(`Recorded: every copy of ${request} is ${outcome}.\n`)
}
