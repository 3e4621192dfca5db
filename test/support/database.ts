// A migrated database of its own for a test, with logins of the roles that production has.
import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { createLogins } from '../../gateway/database-logins.ts'
import { openDatabase } from '../../gateway/db.ts'

export interface FreshDatabase {
  /** Superuser: to plant faults and to look, never to run the product. */
  readonly ownerUrl: string
  /** Member of concordat_gateway. */
  readonly gatewayUrl: string
  /** Member of concordat_ledger. */
  readonly ledgerUrl: string
  drop(): Promise<void>
}

export async function freshDatabase(): Promise<FreshDatabase> {
  const adminUrl = inject('adminUrl')
  const name = `concordat_test_${randomBytes(6).toString('hex')}`
  const admin = openDatabase(adminUrl, { applicationName: 'test-admin', maxConnections: 1 })
  await admin.query(`create database ${name} template ${inject('template')}`)
  const ownerUrl = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href
  const owner = openDatabase(ownerUrl, { applicationName: 'test-owner', maxConnections: 1 })
  const logins = await createLogins(owner, ownerUrl, randomBytes(4).toString('hex'))
  await owner.close()
  return {
    ownerUrl,
    ...logins,
    drop: async () => {
      await admin.query(`drop database ${name} with (force)`)
      await admin.close()
    },
  }
}
