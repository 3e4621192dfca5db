// `concordat ledger`: what anybody can check of a ledger. `verify` is offline, from two files and nothing else.
import { Command } from 'commander'
import { verifyProofFiles } from '../../audit/verify-files.ts'
import { anchorVerb } from './ledger-anchor.ts'
import { fsckVerb } from './ledger-fsck.ts'
import { hammerVerb } from './ledger-hammer.ts'
import { monitorVerb } from './ledger-monitor.ts'
import { proofVerb } from './ledger-proof.ts'
import { recoverVerb } from './ledger-recover.ts'
import { stampVerb } from './ledger-stamp.ts'

interface Options {
  readonly proof: string
  readonly vkey?: string
  readonly policy?: string
  readonly timeAuthority?: string
  readonly entry?: string
  readonly origin?: string
}

export function ledgerVerb(): Command {
  return new Command('ledger')
    .description('Check the ledger, and continue it after a restore.')
    .addCommand(verifyVerb())
    .addCommand(proofVerb())
    .addCommand(fsckVerb())
    .addCommand(monitorVerb())
    .addCommand(hammerVerb())
    .addCommand(recoverVerb())
    .addCommand(anchorVerb())
    .addCommand(stampVerb())
}

function verifyVerb(): Command {
  return new Command('verify')
    .description('Check offline that one entry is in the ledger.')
    .requiredOption('--proof <file>', 'proof of the entry (C2SP tlog-proof)')
    .option('--vkey <file>', 'verifier keys of the ledger, one a line, from a source that you trust')
    .option(
      '--policy <file>',
      'which witnesses must have cosigned (C2SP tlog-policy); it can name the ledger too',
    )
    .option(
      '--time-authority <file>',
      'certificates (PEM) of a time authority that you trust: the proof must carry its word',
    )
    .option('--entry <file>', 'the bytes of the entry, to compare with those in the proof')
    .option('--origin <name>', 'the name that the ledger must have')
    .addHelpText(
      'after',
      `
Each step is printed as passed, failed or skipped. It ends with 0 only when every step passed. It uses no network and no
database. With --policy it also asks that enough witnesses cosigned, and says which; without, it says that it did not ask.
With --time-authority it also asks for a time token (RFC 3161) of the checkpoint, and says its time. A proof has one when a
token was had after its entry: take the proof again later where it has none yet.

Example:
  $ npm run demo -- --once
  $ npx concordat ledger verify --proof .demo/out/proof.txt --vkey .demo/out/ledger.vkey --policy .demo/out/ledger.policy
`,
    )
    .action(async ({ proof, vkey, policy, timeAuthority, entry, origin }: Options) => {
      const { text, exitCode } = await verifyProofFiles({
        proofFile: proof,
        vkeyFile: vkey,
        policyFile: policy,
        timeAuthorityFile: timeAuthority,
        ...(entry !== undefined && { entryFile: entry }),
        ...(origin !== undefined && { origin }),
      })
      process.stdout.write(text)
      process.exitCode = exitCode
    })
}
