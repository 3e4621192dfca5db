// `concordat backup`: the database and the vault as they are, while the gateway serves. Keys are never in it.
import { Command } from 'commander'
import { systemClock } from '../clock.ts'
import { parseBackupConfig, processEnvironment } from '../config.ts'
import { version } from '../version.ts'

export function backupVerb(): Command {
  return new Command('backup')
    .description('Back up the database and the vault into a folder of its own. Keys are never part of it.')
    .argument('<folder>', 'where it goes; it is made, and has to be empty')
    .addHelpText(
      'after',
      `
It uses MIGRATION_DATABASE_URL (the owner of the database), VAULT_DIRECTORY, KEY_DIRECTORY (only to refuse a folder beside the
keys) and BACKUP_DAYS. The rows are those of one instant, and the gateway may serve meanwhile. The manifest is written last: a
folder without one is no backup. Whoever has it can open nothing without the keys. Delete it on the day that it says.

Keep apart, and never in the same place: KEY_DIRECTORY and LEDGER_DIRECTORY. docs/runbook.md says how.

Example:
  $ npx concordat backup /backups/2026-11-26
`,
    )
    .action(async (folder: string) => {
      const { ownerUrl, ...config } = parseBackupConfig(processEnvironment())
      const { openDatabase } = await import('../db.ts')
      const { takeBackup } = await import('../backup/take.ts')
      const db = openDatabase(ownerUrl, { applicationName: 'concordat-backup', maxConnections: 2 })
      try {
        const made = await takeBackup({ db, clock: systemClock, version, ...config }, folder)
        const bytes = made.files.reduce((sum, file) => sum + file.bytes, 0)
        process.stdout.write(`Backed up ${made.tables.length} tables and ${made.files.length - made.tables.length} sealed objects, ${Math.ceil(bytes / 1024 / 1024)} MiB, to ${folder}.\nDelete it on ${made.lapsesOn}: certificates of destruction say that it lapses then.\n`) // prettier-ignore
      } finally {
        await db.close()
      }
    })
}
