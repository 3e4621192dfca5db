// `concordat ledger recover`: after a restore, when the database is older than what was signed. Puts the published entries
// back, or closes the ledger and opens a new one, and says in plain words what happened and what is lost.
import { Command } from 'commander'
import { openNewEpoch, type OpenedEpoch } from '../../audit/new-epoch.ts'
import { parseVerifierKeys } from '../../audit/verifier-keys.ts'
import { Diverged, recoverFromPublished, type Recovery } from '../../audit/recover.ts'
import { systemClock } from '../clock.ts'
import { parseRecoveryConfig, processEnvironment } from '../config.ts'
import type { LedgerPlace } from '../ledger-place.ts'
import { exitCodes } from './failure.ts'

interface Options {
  readonly newEpoch?: string
}

export function recoverVerb(): Command {
  return new Command('recover')
    .description('After a restore: continue a ledger whose database is older than what was signed.')
    .option('--new-epoch <origin>', 'close the ledger, and open a new one of this name')
    .addHelpText('after', guide)
    .action(async ({ newEpoch }: Options) => {
      const { text, exitCode } = await recover(newEpoch)
      process.stdout.write(text)
      process.exitCode = exitCode
    })
}

const guide = `
Stop every process first. It uses MIGRATION_DATABASE_URL (the owner of the database), KEY_DIRECTORY, LEDGER_ORIGIN, and
LEDGER_DIRECTORY or LEDGER_STORE_URL. Without an option it puts back what is published there in full and the database has not:
each entry is hashed again, and nothing is kept unless they make the tree that was signed. It can be run again at any time.
Where that cannot be done it says so and changes nothing. Then, when both parties agree that the missing entries are lost:

  $ npx concordat ledger recover --new-epoch gateway.example/audit/2

It exits with 0 when the ledger can go on, and with 1 when it cannot.
`

/** The whole of `ledger recover`, as the environment says. */
export async function recover(newEpoch: string | undefined): Promise<{ text: string; exitCode: number }> {
  const config = parseRecoveryConfig(processEnvironment())
  const { openDatabase } = await import('../db.ts')
  const { openKeyDirectory } = await import('../key-directory.ts')
  const { ledgerSigners } = await import('../ledger-signer.ts')
  const { ledgerPlace } = await import('../ledger-place.ts')
  const { ledger, retiredLedgerKeys } = await openKeyDirectory(config.keyDirectory, { createMissing: false, email: config.mailFrom, at: systemClock() }) // prettier-ignore
  // What was published last may have been signed before the key was changed.
  const keys = [
    ...(await ledgerSigners(config.ledgerOrigin, ledger)).map(({ key }) => key),
    ...(await parseVerifierKeys(retiredLedgerKeys.map((line) => line.split(' ')[1]).join('\n'))),
  ]
  const db = openDatabase(config.ownerUrl, { applicationName: 'concordat-recover', maxConnections: 1 })
  const place = ledgerPlace(config)
  const deps = { db, keys, origin: config.ledgerOrigin, anchor: place.anchor, log: place.full, clock: systemClock } // prettier-ignore
  try {
    if (newEpoch === undefined) return sayRecovery(await recoverFromPublished(deps))
    return sayEpoch(
      await openNewEpoch({ ...deps, newOrigin: newEpoch, setAside: place.setAside }),
      newEpoch,
      place,
    )
  } catch (error) {
    if (error instanceof Diverged) return sayRecovery({ outcome: 'diverged', says: error.message })
    throw error
  } finally {
    await db.close()
  }
}

function sayRecovery(recovery: Recovery): { text: string; exitCode: number } {
  if (recovery.outcome === 'nothing-missing')
    return { text: `Nothing is missing: the database has ${recovery.size} entries, and no more were signed.\n`, exitCode: exitCodes.done } // prettier-ignore
  if (recovery.outcome === 'replayed') return { text: sayReplayed(recovery), exitCode: exitCodes.done }
  const why =
    recovery.outcome === 'diverged' ? 'The database holds another history.' : 'The published entries do not cover what is missing.' // prettier-ignore
  return {
    text: `${why} ${recovery.says}\nNothing was changed. Restore a later state of the database if there is one. If there is none, the missing entries are lost:\nagree with both parties, and open a new ledger with --new-epoch. The old one is kept as evidence.\n`,
    exitCode: exitCodes.failed,
  }
}

function sayReplayed({
  from,
  to,
  kinds,
  firstAt,
  lastAt,
}: Extract<Recovery, { outcome: 'replayed' }>): string {
  const lines = Object.entries(kinds).toSorted(([, a], [, b]) => b - a).map(([type, times]) => `  ${String(times).padStart(6)}  ${type}`) // prettier-ignore
  return `The database had ${from} entries, and ${to} were signed: an older state was put back.
${to - from} entries were put back from what was published, numbers ${from} to ${to - 1}, recorded from ${firstAt} to ${lastAt}:
${lines.join('\n')}
The ledger is whole again and goes on. What those entries speak of is not in the database any more, and neither are their
personal values: whoever acted then has to look at each and do again what still matters. Give the parties this list.
Start the gateway now. Before it serves anybody it forgets again what had been erased.
`
}

function sayEpoch(
  { epoch, closed, kept }: OpenedEpoch,
  newOrigin: string,
  place: LedgerPlace,
): { text: string; exitCode: number } {
  return {
    text: `The ledger ${closed.origin} is closed at ${closed.size} entries, of which this database has ${kept}: ${closed.size - kept} are lost here.
All that was published of it is kept in ${place.asideOf(epoch - 1)}, as evidence; its proofs still verify.
The first entry of the new ledger names its head. Set LEDGER_ORIGIN=${newOrigin}, start the gateway, and give both parties
the new verifier key, which \`npx concordat keys create\` prints.
`,
    exitCode: exitCodes.done,
  }
}
