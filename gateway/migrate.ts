// Brings a database to this version: the numbered migrations, then the job queue's own tables and queues, as the owner.
// Forward only; run by `concordat migrate`, never by the gateway's own role.
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import { installQueues } from './jobs.ts'

const directory = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'migrations')

/**
 * @param ownerUrl a role that may create roles and schemas
 * @returns the names of the migrations that were run now
 */
export async function migrate(
  ownerUrl: string,
  log: (line: string) => void = () => undefined,
): Promise<string[]> {
  const applied = await runner({
    databaseUrl: ownerUrl,
    dir: directory,
    direction: 'up',
    migrationsTable: 'schema_migration',
    checkOrder: true,
    singleTransaction: true,
    log,
  })
  await installQueues(ownerUrl)
  return applied.map((migration) => migration.name)
}
