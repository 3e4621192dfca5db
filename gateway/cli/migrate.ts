// `concordat migrate`: brings the database to this version, as its owner. The gateway's own logins cannot do it.
import { Command } from 'commander'
import { parseMigrationConfig, processEnvironment } from '../config.ts'

export function migrateVerb(): Command {
  return new Command('migrate')
    .description('Bring the database to this version (forward only).')
    .addHelpText(
      'after',
      `
MIGRATION_DATABASE_URL names a login that may make roles and schemas; the gateway never gets it. Run it before the new
version serves. Afterwards make one login in each of the roles concordat_gateway and concordat_ledger.

Example:
  $ MIGRATION_DATABASE_URL=postgres://owner:…@db.example/concordat npx concordat migrate
`,
    )
    .action(async () => {
      const { ownerUrl } = parseMigrationConfig(processEnvironment())
      const { migrate } = await import('../migrate.ts')
      const applied = await migrate(ownerUrl)
      for (const name of applied) process.stdout.write(`applied  ${name}\n`)
      const outcome =
        applied.length === 0
          ? 'The database is at this version already.'
          : 'The database is at this version now.'
      process.stdout.write(`${outcome}\n`)
    })
}
