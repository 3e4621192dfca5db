// `concordat restore`: puts a backup back into a database that was never used, then brings its ledger up to what was signed. What
// was destroyed or forgotten since the backup stays so: the start of the gateway sees to it before it serves.
import { Command } from 'commander'
import { systemClock } from '../clock.ts'
import { parseBackupConfig, processEnvironment } from '../config.ts'
import { recover } from './ledger-recover.ts'

export function restoreVerb(): Command {
  return new Command('restore')
    .description('Put a backup back, and bring its ledger up to what was signed.')
    .argument('<folder>', 'a folder that `concordat backup` made')
    .addHelpText(
      'after',
      `
Stop every process first. It uses MIGRATION_DATABASE_URL (a new, empty database), VAULT_DIRECTORY, KEY_DIRECTORY, LEDGER_DIRECTORY
and LEDGER_ORIGIN. The last three stay as they are: never restore the keys or the ledger's anchor with the database. Every file is
hashed first, and nothing is changed unless all of it is what was written. Then, as \`ledger recover\`, it puts back what was signed
since. Make the logins of the gateway again, and start it: before it serves, what was destroyed or forgotten since is so again.

It exits with 0 when the gateway can start, with 1 when the ledger cannot go on, and says what to do.

Example:
  $ npx concordat restore /backups/2026-11-26
`,
    )
    .action(async (folder: string) => {
      const { ownerUrl, vaultDirectory } = parseBackupConfig(processEnvironment())
      const { openDatabase } = await import('../db.ts')
      const { migrate } = await import('../migrate.ts')
      const { mustBeBackup, putBackup } = await import('../backup/put-back.ts')
      const { openFileVault } = await import('../vault.ts')
      await mustBeBackup(folder)
      await migrate(ownerUrl)
      const db = openDatabase(ownerUrl, { applicationName: 'concordat-restore', maxConnections: 2 })
      try {
        const vault = await openFileVault(vaultDirectory)
        const { manifest, objects } = await putBackup({ db, vault, clock: systemClock }, folder)
        process.stdout.write(`Put back ${manifest.tables.length} tables, as they were at ${manifest.takenAt}, and ${objects} sealed objects that were missing.\n`) // prettier-ignore
      } finally {
        await db.close()
      }
      const { text, exitCode } = await recover(undefined)
      process.stdout.write(text)
      process.exitCode = exitCode
    })
}
