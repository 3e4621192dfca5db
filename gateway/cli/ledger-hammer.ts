// `concordat ledger hammer`: loads a running gateway's ledger and verifies everything that it answers.
import { Command, InvalidArgumentError } from 'commander'
import { readTrust } from '../../audit/verify-files.ts'
import { openApiClient } from './api-client.ts'
import { exitCodes } from './failure.ts'
import { hammer, type Hammered } from './hammer.ts'

interface Options {
  readonly gateway: string
  readonly tokenFile: string
  readonly vkey: string
  readonly writers: number
  readonly readers: number
  readonly seconds: number
}

export function hammerVerb(): Command {
  return new Command('hammer')
    .description('Load the ledger of a running gateway, and verify every proof that it gives meanwhile.')
    .requiredOption('--gateway <url>', 'where the gateway is')
    .requiredOption('--token-file <file>', 'the access token of an information assurance officer')
    .requiredOption('--vkey <file>', 'verifier keys of the ledger, one a line, from a source that you trust')
    .option('--writers <count>', 'how many look at the checkpoint, each look an entry', count, 16)
    .option('--readers <count>', 'how many take proofs and verify them', count, 4)
    .option('--seconds <count>', 'for how long', count, 30)
    .addHelpText('after', guide)
    .action(async ({ gateway, tokenFile, vkey, ...rest }: Options) => {
      const { keys } = await readTrust({ vkeyFile: vkey })
      const client = openApiClient({ gateway, tokenFile })
      const done = await hammer({ client, keys, ...rest, elapsed: () => performance.now() })
      process.stdout.write(inWords(done, rest.seconds))
      if (done.faults.length > 0) process.exitCode = exitCodes.failed
    })
}

const guide = `
Every request is a look, and every look is an entry that stays: use it on a gateway that is for trying. It ends with 1 when a
proof does not hold, when a checkpoint does not hold what the last one held, or when one is smaller than one before. Being
told to come back (too much waits for its number) is no fault, and is counted.

Example:
  $ npx concordat ledger hammer --gateway http://localhost:3000 --token-file token --vkey ledger.vkey --seconds 60
`

function inWords({ entries, proofs, checkpoints, busy, behind, faults }: Hammered, seconds: number): string {
  const lines = [
    `${entries} entries in ${seconds} s, ${Math.round(entries / seconds)} a second`,
    `${proofs} proofs verified, ${checkpoints} checkpoints that hold all of the one before`,
    `told to come back ${busy} times; ${behind} entries had no checkpoint yet when their proof was asked for`,
    ...faults,
    faults.length === 0 ? 'Nothing was wrong.' : `${faults.length} faults.`,
  ]
  return `${lines.join('\n')}\n`
}

function count(text: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= 1 && number <= 10_000) return number
  throw new InvalidArgumentError('Give a whole number, from 1.')
}
