// `concordat keys reseal`: seals what is kept anew under another cipher profile, while the gateway serves.
import { Command, Option } from 'commander'
import { cipherProfileNames } from '../../keys/cipher-profiles.ts'
import { parseMoveConfig, processEnvironment } from '../config.ts'
import { exitCodes } from './failure.ts'
import { count, waitUnlessStopped } from './keys-rotate-shelves.ts'

export function resealVerb(): Command {
  return new Command('reseal')
    .description('Seal what is kept anew under another cipher profile, while the gateway serves.')
    .addOption(
      new Option('--to <profile>', 'the profile to seal under')
        .choices(cipherProfileNames)
        .makeOptionMandatory(),
    )
    .option('--at-once <items>', 'how many are given to the worker before it is waited for', count, 20)
    .addHelpText(
      'after',
      `
First activate a version of each agreement that puts the new profile first in cipherProfiles and keeps the old one behind it: what
is under the old one can then be collected meanwhile. When this command has come to its end, a further version can leave the old one out.

DATABASE_URL says where. The worker does the work, so one must be running: it opens each item with an entry in the ledger
(item.resealed), seals it with a key of its own, checks what lies in the vault, and puts it in the place of the old one. Held items and
copies of deliveries are included; photographs keep their profile. Dates, shelves and holds stay as they are.

Progress is printed. Stop it with Ctrl-C: what the worker was given it finishes. Run again, it goes on. What could not be sealed anew stays
as it was, and is in the access log as a failed job with its reason.

Example:
  $ npx concordat keys reseal --to aes-256-gcm-commit-v2 --at-once 50
`,
    )
    .action(async ({ to, atOnce }: { readonly to: string; readonly atOnce: number }) => {
      const { databaseUrl } = parseMoveConfig(processEnvironment())
      const { openDatabase } = await import('../db.ts')
      const { openJobQueue } = await import('../jobs.ts')
      const { resealAll } = await import('../rotation/reseal.ts')
      const stop = new AbortController()
      process.once('SIGINT', () => stop.abort())
      const db = openDatabase(databaseUrl, { applicationName: 'concordat-reseal', maxConnections: 2 })
      const jobs = await openJobQueue(
        db,
        (error) => void process.stderr.write(`The queue says: ${error.message}\n`),
      )
      try {
        const progress = (left: { items: number; withWorker: number }) => {
          process.stdout.write(
            `${left.items} under another profile, ${left.withWorker} of them with the worker\n`,
          )
        }
        const left = await resealAll({ db, jobs, to, atOnce, progress, pause: () => waitUnlessStopped(stop.signal) }) // prettier-ignore
        process.stdout.write(endOf(left, to, stop.signal.aborted))
        process.exitCode = left.items === 0 ? exitCodes.done : exitCodes.failed
      } finally {
        await jobs.stop()
        await db.close()
      }
    })
}

function endOf({ items, withWorker }: { items: number; withWorker: number }, to: string, isStopped: boolean): string {
  if (items === 0) return `Done: everything that is kept is sealed under ${to}.\n`
  if (isStopped) return `Stopped: ${items} items are under another profile; ${withWorker} are finished by the worker. To go on, run it again.\n` // prettier-ignore
  return `${items} items could not be sealed anew and stay as they were. The access log has each as a failed job with its reason.\n`
} // prettier-ignore
