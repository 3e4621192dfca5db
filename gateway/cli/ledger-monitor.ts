// `concordat ledger monitor`: watches that a log only grows. Run it again and again, away from whoever runs the log.
import { Command } from 'commander'
import { monitor } from '../../audit/fsck/monitor.ts'
import { printReport, reportAsJson } from '../../audit/fsck/report.ts'
import { keepEvidence, readState, writeState } from '../../audit/fsck/state-file.ts'
import { nodeHasher } from '../../audit/node-hash.ts'
import { readTrust } from '../../audit/verify-files.ts'
import { UsageFault } from './failure.ts'
import { exitCodeList, publishedLog } from './ledger-fsck.ts'

interface Options {
  readonly url?: string
  readonly files?: string
  readonly vkey?: string
  readonly policy?: string
  readonly state: string
  readonly origin?: string
  readonly json?: true
}

export function monitorVerb(): Command {
  return new Command('monitor')
    .description('Watch that a ledger only grows, and keep the evidence when it does not.')
    .option(
      '--url <address>',
      'the published log (https://…, or s3+https://… for a bucket that is not public)',
    )
    .option('--files <folder>', 'the published log in a folder')
    .option('--vkey <file>', 'verifier keys of the ledger, one a line, from a source that you trust')
    .option(
      '--policy <file>',
      'which witnesses must have cosigned (C2SP tlog-policy); it can name the ledger too',
    )
    .requiredOption('--state <file>', 'the checkpoint that was seen last; made the first time')
    .option('--origin <name>', 'the name that the ledger must have')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', `${guide}\n${exitCodeList()}`)
    .action(watch)
}

const guide = `
One look each time: run it from a timer. When the log shows another history than before, or fewer entries, both signed
checkpoints are kept in a folder beside the state (FILE.evidence), and the state stays as it was. With --policy the checkpoint
that it shows today must be cosigned as the policy asks; where it is not, the state stays as it was too.

Example:
  $ npx concordat ledger monitor --url https://ledger.example/ --vkey ledger.vkey --state seen.checkpoint
`

async function watch({ url, files, vkey, policy: policyFile, state, origin, json }: Options): Promise<void> {
  const place = url ?? files
  if (place === undefined || (url !== undefined && files !== undefined))
    throw new UsageFault('Say where the log is: --url or --files.')
  const { keys, policy } = await readTrust({ vkeyFile: vkey, policyFile })
  const last = await readState(state, keys, origin)
  const { report, seen, evidence } = await monitor({ log: await publishedLog(place), hasher: nodeHasher, keys, origin, policy, last }) // prettier-ignore
  process.stdout.write(json ? `${reportAsJson(report)}\n` : printReport(report))
  if (seen) await writeState(state, seen)
  for (const file of await keepEvidence(`${state}.evidence`, evidence))
    process.stderr.write(`kept as evidence  ${file}\n`)
  process.exitCode = report.exitCode
}
