// `concordat ledger proof`: makes the proof of one entry from what was published of a log, and checks it before it is given.
import { Command, InvalidArgumentError } from 'commander'
import { writeFile } from 'node:fs/promises'
import { proveFromPublished } from '../../audit/fsck/prove-published.ts'
import { nodeHasher } from '../../audit/node-hash.ts'
import { printVerdict, verifyProof } from '../../audit/verify.ts'
import { readTrust } from '../../audit/verify-files.ts'
import { publishedLog } from './ledger-fsck.ts'

interface Options {
  readonly files: string
  readonly entry: number
  readonly vkey?: string
  readonly policy?: string
  readonly origin?: string
  readonly out?: string
}

export function proofVerb(): Command {
  return new Command('proof')
    .description('Make the proof of one entry from what was published of a ledger.')
    .requiredOption('--files <place>', 'the published log: a folder or an address (https://…)')
    .requiredOption('--entry <number>', 'number of the entry, from 0', wholeNumber)
    .option('--vkey <file>', 'verifier keys of the ledger, one a line, from a source that you trust')
    .option(
      '--policy <file>',
      'which witnesses must have cosigned (C2SP tlog-policy); it can name the ledger too',
    )
    .option('--origin <name>', 'the name that the ledger must have')
    .option('--out <file>', 'where to write the proof; without it, it is printed')
    .addHelpText('after', guide)
    .action(prove)
}

const guide = `
It needs no gateway and no database: any C2SP tlog-tiles log will do, also a ledger that was closed after a restore
(LEDGER_DIRECTORY/closed-N). The proof holds the entry where the entries were published (profile full), with no personal
value opened: those stand in the database alone, and the access log of the gateway opens them one by one.
It is checked before it is given; nothing is written when it does not hold.

Example:
  $ npx concordat ledger proof --files /var/lib/concordat/ledger/full --entry 18 --vkey ledger.vkey --out entry-18.tlog-proof
  $ npx concordat ledger verify --proof entry-18.tlog-proof --vkey ledger.vkey
`

async function prove({ files, entry, vkey, policy, origin, out }: Options): Promise<void> {
  const trust = await readTrust({ vkeyFile: vkey, policyFile: policy })
  const { proof, holdsEntry } = await proveFromPublished({ log: await publishedLog(files), hasher: nodeHasher, keys: trust.keys, origin, index: entry }) // prettier-ignore
  const verdict = await verifyProof({ proof, ...trust, ...(origin !== undefined && { origin }) })
  const broken = verdict.steps.find(({ outcome }) => outcome === 'failed')
  if (broken) {
    process.stderr.write(printVerdict(verdict))
    process.exitCode = 1
    return
  }
  if (!holdsEntry)
    process.stderr.write(
      'The entry itself was not published there: whoever checks the proof needs its bytes as well (--entry of verify).\n',
    )
  if (out === undefined) process.stdout.write(proof)
  else await writeFile(out, proof, { flag: 'wx' })
}

function wholeNumber(text: string): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number))
    throw new InvalidArgumentError('Give a whole number, from 0.')
  return number
}
