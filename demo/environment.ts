// Everything that the demonstration needs around the gateway, all of it real: PostgreSQL, a synthetic case system in a
// database of its own, an OpenID provider. Tests use the same parts with their own databases.
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { parseConfig, type Config } from '../gateway/config.ts'
import { openDatabase } from '../gateway/db.ts'
import { loadAgreements } from '../policies/pack.ts'
import { loadEstablishments } from '../policies/establishments.ts'
import { londonDate } from '../policies/calendar.ts'
import { demonstrationPeople } from './identity/people.ts'
import { startIdentityProvider, type IdentityProvider } from './identity/provider.ts'
import { createSourceDatabase } from './source/database.ts'
import { placesOf } from './source/establishments.ts'
import { seed, type Seeded } from './seed.ts'
import { startWitnesses, type Witnesses } from './witnesses.ts'

export interface Surroundings {
  /** Superuser's connection string for a database of the server. */
  readonly adminUrl: (database: string) => string
  readonly ownerUrl: string
  readonly gatewayUrl: string
  readonly ledgerUrl: string
  /** Holds keys, vault, published ledger, mail. */
  readonly directory: string
  readonly port: number
  readonly identityPort: number
  readonly sourceDatabase: string
  readonly people: number
  readonly now: Date
  /** Whether both parties witness the ledger, as in the demonstration. */
  readonly witnessed?: boolean
}

export interface Environment {
  readonly config: Config
  readonly identity: IdentityProvider
  readonly seeded: Seeded
  readonly commandLine: { readonly clientId: string; readonly redirectUri: string }
  readonly sourceRows: Readonly<Record<string, number>>
  readonly witnesses: Witnesses | undefined
}

const commandLine = { clientId: 'concordat-cli', redirectUri: 'http://127.0.0.1/callback' }
const ledgerOrigin = 'gateway.concordat.example/audit/1'
export const scopes = ['transfers', 'keys', 'ledger'] as const

/** Everybody in the demonstration sits at a managed device in the office. */
const hubSettings = {
  HUB_NETWORKS: '127.0.0.0/8,::1/128',
  HUB_MANAGED_NETWORKS: '127.0.0.0/8,::1/128',
  HUB_MAIL_DOMAINS: 'hmi-prisons.example,hmpps.example,justice.example',
  HUB_MAILBOX: 'hubusers@justice.example',
}

export async function prepareEnvironment(around: Surroundings): Promise<Environment> {
  const publicUrl = `http://localhost:${around.port}`
  const clientSecret = randomBytes(24).toString('base64url')
  const identity = await startIdentityProvider({
    port: around.identityPort,
    issuer: `http://localhost:${around.identityPort}`,
    people: demonstrationPeople,
    environment: 'development',
    clients: {
      web: {
        clientId: 'concordat',
        clientSecret,
        redirectUris: [`${publicUrl}/sign-in/callback`],
        postLogoutRedirectUris: [`${publicUrl}/`],
      },
      commandLine: { clientId: commandLine.clientId, redirectUris: [commandLine.redirectUri] },
      resource: { indicator: publicUrl, scopes },
    },
  })
  const owner = openDatabase(around.ownerUrl, { applicationName: 'demonstration-seed', maxConnections: 1 })
  const seeded = await seed(owner, identity.issuer, demonstrationPeople, around.now)
  await owner.close()
  const source = await prepareSource(around)
  const keyDirectory = path.join(around.directory, 'keys')
  const witnesses = around.witnessed
    ? await startWitnesses(around.directory, keyDirectory, ledgerOrigin, around.now)
    : undefined
  const config = parseConfig({
    NODE_ENV: 'development',
    PORT: String(around.port),
    PUBLIC_URL: publicUrl,
    DATABASE_URL: around.gatewayUrl,
    LEDGER_DATABASE_URL: around.ledgerUrl,
    SOURCE_DATABASE_URL: source.url,
    KEY_DIRECTORY: keyDirectory,
    VAULT_DIRECTORY: path.join(around.directory, 'vault'),
    LEDGER_DIRECTORY: path.join(around.directory, 'ledger'),
    MAIL_DIRECTORY: path.join(around.directory, 'mail'),
    LEDGER_ORIGIN: ledgerOrigin,
    LEDGER_POLICY: witnesses?.policyFile,
    SESSION_SECRET: randomBytes(32).toString('base64url'),
    OIDC_ISSUER: identity.issuer,
    OIDC_CLIENT_ID: 'concordat',
    OIDC_CLIENT_SECRET: clientSecret,
    ...hubSettings,
    LOG_LEVEL: 'warn',
  })
  return { config, identity, seeded, commandLine, sourceRows: source.rows, witnesses }
}

async function prepareSource(
  around: Surroundings,
): Promise<{ url: string; rows: Readonly<Record<string, number>> }> {
  const reader = { name: `${around.sourceDatabase}_reader`, password: randomBytes(24).toString('hex') }
  const { datasets } = await loadAgreements()
  const establishments = await loadEstablishments()
  const admin = openDatabase(around.adminUrl('postgres'), {
    applicationName: 'demonstration-source',
    maxConnections: 1,
  })
  try {
    const { rows } = await createSourceDatabase({
      admin,
      connect: (database) =>
        openDatabase(around.adminUrl(database), {
          applicationName: 'demonstration-source',
          maxConnections: 1,
        }),
      database: around.sourceDatabase,
      reader,
      datasets: [...datasets.values()],
      establishments: placesOf(establishments.all),
      people: around.people,
      seed: 'concordat',
      referenceDate: londonDate(around.now),
    })
    const url = new URL(around.adminUrl(around.sourceDatabase))
    url.username = reader.name
    url.password = reader.password
    return { url: url.href, rows }
  } finally {
    await admin.close()
  }
}
