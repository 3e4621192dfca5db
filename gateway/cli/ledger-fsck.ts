// `concordat ledger fsck`: checks a whole log, published or in its database, or one against the other. It works on any C2SP
// tlog-tiles log. Each class of fault has an exit code of its own.
import { Command } from 'commander'
import { folderLog } from '../../audit/fsck/folder-log.ts'
import { faultClasses } from '../../audit/fsck/faults.ts'
import type { FsckInput, FsckOutcome } from '../../audit/fsck/fsck.ts'
import { httpLog, type PublishedLog } from '../../audit/fsck/published-log.ts'
import { printReport, type Progress, reportAsJson } from '../../audit/fsck/report.ts'
import { readState, writeState } from '../../audit/fsck/state-file.ts'
import { objectStore } from '../../audit/object-store.ts'
import { readTrust } from '../../audit/verify-files.ts'
import { systemClock, type Clock } from '../clock.ts'
import { parseAwsAccess, processEnvironment } from '../config.ts'
import { UsageFault } from './failure.ts'

interface Options {
  readonly files?: string
  readonly db?: string
  readonly vkey?: string
  readonly policy?: string
  readonly timeAuthority?: string
  readonly since?: string
  readonly origin?: string
  readonly json?: true
}

export function fsckVerb(): Command {
  return new Command('fsck')
    .description('Check a whole ledger: every entry, every hash, every signature.')
    .option(
      '--files <place>',
      'the published log: a folder, an address (https://…), or a bucket that is not public (s3+https://…)',
    )
    .option('--db <url>', 'the ledger’s database; with --files, the two are compared as well')
    .option('--vkey <file>', 'verifier keys of the ledger, one a line, from a source that you trust')
    .option(
      '--policy <file>',
      'which witnesses must have cosigned (C2SP tlog-policy); it can name the ledger too',
    )
    .option('--time-authority <file>', 'certificates (PEM) of the time authority, to check time tokens with')
    .option('--since <file>', 'the checkpoint that was verified last: look at what is new, and remember')
    .option('--origin <name>', 'the name that the ledger must have')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', `${guide}\n${exitCodeList()}`)
    .action(async (options: Options) => {
      const { report, verified } = await runFsck(options)
      process.stdout.write(options.json ? `${reportAsJson(report)}\n` : printReport(report))
      if (verified && options.since !== undefined) await writeState(options.since, verified)
      process.exitCode = report.exitCode
    })
}

const guide = `
It works on any C2SP tlog-tiles log, ours or another's. The file of --since is made when it is not there, and is only moved
forward by a check that found nothing. Look at everything, without --since, now and then: what is older than it is trusted.
A bucket is read as AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY says, in AWS_REGION.
The login of --db has to read all of the ledger's tables: the gateway's can. A password can be given in PGPASSWORD.

Examples:
  $ npx concordat ledger fsck --files https://ledger.example/ --vkey ledger.vkey --since verified.checkpoint
  $ npx concordat ledger fsck --files /var/lib/concordat/ledger/full --vkey ledger.vkey --db postgres://gateway@db/concordat
`

/** For the help of the verbs that use them. */
export function exitCodeList(): string {
  const lines = Object.entries(faultClasses).map(([name, code]) => `  ${code}  ${name}`)
  return `Exit codes, of the worst fault:\n   0  no fault\n   1  it was tried and failed: nothing follows\n   2  it could not begin\n${lines.join('\n')}\n`
}

async function runFsck({
  files,
  db,
  vkey,
  policy: policyFile,
  timeAuthority: timeAuthorityFile,
  since,
  origin,
}: Options): Promise<FsckOutcome> {
  if (files === undefined && db === undefined)
    throw new UsageFault('Say what to check: --files, --db or both.')
  const { keys, policy, checkTime } = await readTrust({ vkeyFile: vkey, policyFile, timeAuthorityFile })
  const input: FsckInput = {
    keys,
    policy,
    checkTime,
    origin,
    log: files === undefined ? undefined : await publishedLog(files),
    since: since === undefined ? undefined : await readState(since, keys, origin),
    onProgress: progressOn(process.stderr, systemClock),
  }
  const { fsck } = await import('../../audit/fsck/fsck.ts')
  if (db === undefined) return fsck(input)
  const { openDatabase } = await import('../db.ts')
  const database = openDatabase(db, { applicationName: 'concordat-fsck', maxConnections: 1 })
  try {
    return await fsck({ ...input, db: database })
  } finally {
    await database.close()
  }
}

/** @throws {ConfigFault} where a bucket is to be read as somebody, and the environment does not say as whom */
export async function publishedLog(place: string): Promise<PublishedLog> {
  if (/^https?:\/\//.test(place)) return httpLog(place)
  if (!/^s3\+https?:\/\//.test(place)) return folderLog(place)
  const { openBucket } = await import('../s3.ts')
  const url = place.slice('s3+'.length)
  return objectStore(openBucket({ url, access: parseAwsAccess(processEnvironment()) }), '')
}

const SECONDS_BETWEEN = 5

/** A line now and then; none for a check that is over before the first. */
export function progressOn(stream: { write(text: string): unknown }, clock: Clock): Progress {
  let last = clock().getTime()
  return (done, total, what) => {
    const now = clock().getTime()
    if (now - last < SECONDS_BETWEEN * 1000) return
    last = now
    stream.write(`${done} of ${total} ${what}\n`)
  }
}
