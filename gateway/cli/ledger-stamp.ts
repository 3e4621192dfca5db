// `concordat ledger stamp`: has the latest checkpoint stamped by the time authority now, and does not wait for the hour.
import { Command } from 'commander'
import { systemClock } from '../clock.ts'
import { parseStampConfig, processEnvironment } from '../config.ts'
import { exitCodes } from './failure.ts'

export function stampVerb(): Command {
  return new Command('stamp')
    .description('Have the latest checkpoint stamped by the time authority now (RFC 3161).')
    .addHelpText(
      'after',
      `
It uses LEDGER_DATABASE_URL, LEDGER_POLICY, TIME_AUTHORITY_URL and TIME_AUTHORITY_CHAIN. The gateway does the same by itself
every TIME_TOKEN_MINUTES while the ledger grows.

Example:
  $ npx concordat ledger stamp
`,
    )
    .action(async () => {
      const { text, exitCode } = await stampNow()
      process.stdout.write(text)
      process.exitCode = exitCode
    })
}

async function stampNow(): Promise<{ text: string; exitCode: number }> {
  const { ledgerDatabaseUrl, ledgerPolicy, timeAuthority } = parseStampConfig(processEnvironment())
  const { stamp } = await import('../../audit/time/stamp.ts')
  const { openDatabase } = await import('../db.ts')
  const { openStamping } = await import('../ledger-time.ts')
  const { asksWitnesses, openWitnessing } = await import('../ledger-witnesses.ts')
  const witnessing = await openWitnessing(ledgerPolicy, systemClock)
  const deps = await openStamping(timeAuthority, systemClock, asksWitnesses(witnessing?.policy))
  const db = openDatabase(ledgerDatabaseUrl, { applicationName: 'concordat-stamp', maxConnections: 1 })
  try {
    const stamped = await stamp(db, deps, 'now')
    if (stamped.outcome === 'stamped')
      return { text: `The checkpoint of ${stamped.size} entries was stamped: ${stamped.at.toISOString()}.\n`, exitCode: exitCodes.done } // prettier-ignore
    const why = stamped.outcome === 'busy' ? 'Another process is having one stamped.' : 'No checkpoint is there to be stamped.' // prettier-ignore
    return { text: `${why}\n`, exitCode: exitCodes.failed }
  } finally {
    await db.close()
  }
}
