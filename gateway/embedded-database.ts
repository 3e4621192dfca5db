// The database for whoever set none: an embedded PostgreSQL with the gateway's database, migrated, and its two logins.
import { createLogins, type Logins } from './database-logins.ts'
import { openDatabase } from './db.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.ts'
import { migrate } from './migrate.ts'

export interface EmbeddedDatabase extends Logins {
  readonly ownerUrl: string
  readonly server: EmbeddedPostgres
}

const name = 'concordat'

/** @param directory of its own; the same directory gives the same data */
export async function startEmbeddedDatabase(directory: string): Promise<EmbeddedDatabase> {
  const server = await startEmbeddedPostgres({ directory })
  const admin = openDatabase(server.url('postgres'), {
    applicationName: 'concordat-setup',
    maxConnections: 1,
  })
  const { rows } = await admin.query('select from pg_database where datname = $1', [name])
  if (rows.length === 0) await admin.query(`create database ${name}`)
  await admin.close()
  const ownerUrl = server.url(name)
  await migrate(ownerUrl)
  const owner = openDatabase(ownerUrl, { applicationName: 'concordat-setup', maxConnections: 1 })
  const logins = await createLogins(owner, ownerUrl, 'embedded')
  await owner.close()
  return { ownerUrl, server, ...logins }
}
