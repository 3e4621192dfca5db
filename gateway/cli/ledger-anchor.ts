// `concordat ledger anchor`: makes the ledger's anchor from a signed checkpoint: where it was lost or put back, and where the ledger
// moves to another place. It only ever goes forward, and never on the word of the database.
import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { openCheckpointOf } from '../../audit/checkpoint.ts'
import { parseVerifierKeys } from '../../audit/verifier-keys.ts'
import { parsePlaceConfig, processEnvironment } from '../config.ts'
import { ledgerPlace } from '../ledger-place.ts'
import { exitCodes } from './failure.ts'

interface Options {
  readonly checkpoint: string
  readonly vkey: string
}

export function anchorVerb(): Command {
  return new Command('anchor')
    .description('Make the ledger’s anchor from a signed checkpoint, where it was lost or the ledger moves.')
    .requiredOption('--checkpoint <file>', 'the latest signed checkpoint that there is, kept elsewhere')
    .requiredOption('--vkey <file>', 'verifier keys of the ledger, one a line, from a source that you trust')
    .addHelpText(
      'after',
      `
Stop every process first. It uses LEDGER_ORIGIN, and LEDGER_DIRECTORY or LEDGER_STORE_URL. An anchor that is there is moved
forward, and never back. Never take the checkpoint from the database: the anchor is there to check it.

Example:
  $ npx concordat ledger anchor --checkpoint kept.checkpoint --vkey ledger.vkey
`,
    )
    .action(async (options: Options) => {
      const { text, exitCode } = await makeAnchor(options)
      process.stdout.write(text)
      process.exitCode = exitCode
    })
}

async function makeAnchor({ checkpoint, vkey }: Options): Promise<{ text: string; exitCode: number }> {
  const config = parsePlaceConfig(processEnvironment())
  const keys = await parseVerifierKeys(await readFile(vkey, 'utf8'))
  const { origin, size, root } = await openCheckpointOf(await readFile(checkpoint, 'utf8'), keys, config.ledgerOrigin) // prettier-ignore
  const { anchor } = ledgerPlace(config)
  const there = await anchor.read()
  if (there && there.size >= size)
    return { text: `The anchor stands at ${there.size} entries, and the checkpoint at ${size}: it was left as it is.\n`, exitCode: exitCodes.failed } // prettier-ignore
  await anchor.swap(there, { origin, size, root })
  return { text: `The anchor of ${origin} stands at ${size} entries now.\n`, exitCode: exitCodes.done }
}
