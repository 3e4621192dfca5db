// Logins for a server that nobody else looks after (embedded, tests): one member of each group role, with a password made
// here and kept nowhere. A deployment makes its own and names them in its configuration.
import { randomBytes } from 'node:crypto'
import type { Database } from './db.ts'

export interface Logins {
  readonly gatewayUrl: string
  readonly ledgerUrl: string
}

/** @param url the superuser's connection string for the migrated database */
export async function createLogins(owner: Database, url: string): Promise<Logins> {
  return {
    gatewayUrl: await login(owner, url, 'concordat_gateway'),
    ledgerUrl: await login(owner, url, 'concordat_ledger'),
  }
}

async function login(owner: Database, url: string, group: 'concordat_gateway' | 'concordat_ledger'): Promise<string> {
  const suffix = randomBytes(4).toString('hex')
  const password = randomBytes(24).toString('hex')
  const name = `${group}_${suffix}`
  // Both are made here of hexadecimal digits, so they need no quoting; CREATE ROLE takes no parameters.
  await owner.query(`create role ${name} login password '${password}' in role ${group}`)
  const address = new URL(url)
  address.username = name
  address.password = password
  return address.href
}
