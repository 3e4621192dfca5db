// Logins for a server that nobody else looks after (embedded, tests): one member of each group role, with a password made
// here and kept nowhere. A deployment makes its own and names them in its configuration.
import { randomBytes } from 'node:crypto'
import type { Database } from './db.ts'

export interface Logins {
  readonly gatewayUrl: string
  readonly ledgerUrl: string
}

/**
 * @param url the superuser's connection string for the migrated database
 * @param suffix lower-case letters and digits; the same suffix gives the same logins a new password
 */
export async function createLogins(owner: Database, url: string, suffix: string): Promise<Logins> {
  if (!/^[a-z0-9]+$/.test(suffix)) throw new Error('the suffix of a login is lower-case letters and digits')
  return {
    gatewayUrl: await login(owner, url, 'concordat_gateway', suffix),
    ledgerUrl: await login(owner, url, 'concordat_ledger', suffix),
  }
}

async function login(
  owner: Database,
  url: string,
  group: 'concordat_gateway' | 'concordat_ledger',
  suffix: string,
): Promise<string> {
  const name = `${group}_${suffix}`
  const password = randomBytes(24).toString('hex')
  const { rows } = await owner.query('select from pg_roles where rolname = $1', [name])
  // Name and password are letters and digits, so they need no quoting; these statements take no parameters.
  if (rows.length === 0) await owner.query(`create role ${name} login in role ${group}`)
  await owner.query(`alter role ${name} password '${password}'`)
  const address = new URL(url)
  address.username = name
  address.password = password
  return address.href
}
