// The one place that reads the environment. parseConfig lists every mistake at once and has no default for a secret.
import path from 'node:path'
import { z } from 'zod'
import { keyStoreKinds } from '../keys/key-store.ts'
import { keyStoreChecks, keyStoreOf, type KeyStoreConfig } from './key-store-config.ts'
import { hubOf, listed, networks, type HubConfig } from './hub-config.ts'
import type { AwsAccess } from './sqs.ts'
import { accessOf, accessSettings, awsChecks, type AwsConfig, awsOf, awsSettings, ledgerStoreOf, storeSettings, webAddress } from './aws-config.ts' // prettier-ignore

const url = (protocols: RegExp) => z.url({ protocol: protocols, error: 'must be a URL' })
const database = url(/^postgres(ql)?$/)
const directory = z.string().min(1).transform((text) => path.resolve(text)) // prettier-ignore

const environment = z.object({
  NODE_ENV: z.enum(['production', 'development', 'test']).default('development'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  PUBLIC_URL: webAddress,
  DATABASE_URL: database,
  LEDGER_DATABASE_URL: database,
  SOURCE_DATABASE_URL: database,
  KEY_DIRECTORY: directory,
  KEY_STORE: z.enum(keyStoreKinds, `must be ${keyStoreKinds.join(', ')}`).default('file'),
  PKCS11_LIBRARY: directory.optional(),
  PKCS11_TOKEN: z.string().min(1).max(32, 'is a label of at most 32 characters').optional(),
  PKCS11_PIN: z.string().min(1).optional(),
  AWS_KMS_KEY: z.string().min(1).optional(),
  AWS_KMS_ENDPOINT: webAddress.optional(),
  VAULT_DIRECTORY: directory,
  LEDGER_DIRECTORY: directory,
  LEDGER_ORIGIN: z.string().regex(/^[a-z0-9.-]+(\/[a-z0-9.-]+)+$/, 'must look like gateway.example/audit/1'),
  LEDGER_POLICY: directory.optional(),
  LEDGER_KEEP_MONTHS: z.coerce.number().int().min(13).max(24).default(24),
  TIME_AUTHORITY_URL: webAddress.optional(),
  TIME_AUTHORITY_CHAIN: directory.optional(),
  TIME_TOKEN_MINUTES: z.coerce.number().int().min(1).max(1440).default(60),
  ...awsSettings,
  SESSION_SECRET: z.string().min(32, 'must be at least 32 characters of randomness'),
  SESSION_SECRET_BEFORE: z.string().min(32, 'must be at least 32 characters of randomness').optional(),
  OIDC_ISSUER: webAddress,
  OIDC_CLIENT_ID: z.string().min(1),
  OIDC_CLIENT_SECRET: z.string().min(16, 'must be at least 16 characters'),
  API_AUDIENCE: z.string().min(1).optional(),
  SMTP_URL: url(/^smtps?$/).optional(),
  MAIL_DIRECTORY: directory.optional(),
  EXPORT_MAIL: z.enum(['message', 'notice']).default('message'),
  EXPORT_MAIL_BYTES: z.coerce.number().int().min(10_000).max(1_000_000_000).default(10_000_000),
  MAIL_FROM: z.email().default('no-reply@concordat.example'),
  TRUSTED_PROXIES: z.string().min(1).optional(),
  HUB_SILENCE_ROUTE: z.enum(['on', 'off']).default('on'),
  HUB_NETWORKS: networks,
  HUB_MANAGED_NETWORKS: networks,
  HUB_MAIL_DOMAINS: listed.default([]),
  HUB_MAILBOX: z.email().default('hubusers@justice.gov.uk'),
  BACKUP_DAYS: z.coerce.number().int().min(0).max(3650).default(35),
  LOG_LEVEL: z.enum(['error', 'warn', 'info', 'debug']).default('info'),
})

export interface Config extends HubConfig, AwsConfig {
  readonly production: boolean
  readonly port: number
  readonly host: string
  /** Where people and programs reach the gateway; no slash at the end. */
  readonly publicUrl: string
  readonly databaseUrl: string
  readonly ledgerDatabaseUrl: string
  readonly sourceDatabaseUrl: string
  readonly keyDirectory: string
  readonly keyStore: KeyStoreConfig
  readonly vaultDirectory: string
  readonly ledgerDirectory: string
  readonly ledgerOrigin: string
  /** File: which witnesses must have cosigned a checkpoint (C2SP tlog-policy). */
  readonly ledgerPolicy: string | undefined
  /** Months after which entries shrink to hashes and totals: 13 to 24, MoJ's logging rule; which of them is local. */
  readonly ledgerKeepMonths: number
  /** Who stamps checkpoints (RFC 3161), and the file of certificates (PEM) that its tokens' chains have to end with. */
  readonly timeAuthority: { readonly url: string; readonly chainFile: string; readonly everyMinutes: number } | undefined // prettier-ignore
  /** The first signs; a session that the second signed still holds, while the secret is changed. */
  readonly sessionSecrets: readonly [string, ...string[]]
  readonly oidc: { readonly issuer: string; readonly clientId: string; readonly clientSecret: string }
  readonly apiAudience: string
  readonly mail: { readonly smtpUrl: string } | { readonly directory: string }
  readonly mailFrom: string
  /** Local: how the mailbox of the concerns export gets a delivery; a message larger than that goes as a notice. */
  readonly exportMail: { readonly form: 'message' | 'notice'; readonly mostBytes: number }
  /** Addresses or names (`loopback`) whose X-Forwarded-For is believed; false: nobody's. */
  readonly trustedProxies: readonly string[] | false
  /** Local: how long the operator keeps backups of the database. */
  readonly backupDays: number
  /** Whether a request to publish Hub data that nobody answers opens the route of the memorandum with HMPPS; off: consent only. */
  readonly hubSilenceRoute: boolean
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug'
}

/** Every mistake of a configuration, one a line, each naming its variable. */
export class ConfigFault extends Error {
  readonly mistakes: readonly string[]
  constructor(mistakes: readonly string[]) {
    super(
      `The configuration has ${mistakes.length} mistake(s):\n${mistakes.map((line) => `  ${line}`).join('\n')}`,
    )
    this.name = 'ConfigFault'
    this.mistakes = mistakes
  }
}

/**
 * @param env names and values as the process got them
 * @throws {ConfigFault} naming every variable that is missing or wrong
 */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const parsed = environment.safeParse(env)
  const mistakes = parsed.success ? [] : parsed.error.issues.map(mistakeOf)
  mistakes.push(...crossChecks(env))
  if (!parsed.success || mistakes.length > 0) throw new ConfigFault(mistakes)
  const read = parsed.data
  const publicUrl = read.PUBLIC_URL.replace(/\/+$/, '')
  return {
    production: read.NODE_ENV === 'production',
    port: read.PORT,
    host: read.HOST,
    publicUrl,
    databaseUrl: read.DATABASE_URL,
    ledgerDatabaseUrl: read.LEDGER_DATABASE_URL,
    sourceDatabaseUrl: read.SOURCE_DATABASE_URL,
    keyDirectory: read.KEY_DIRECTORY,
    keyStore: keyStoreOf(read),
    vaultDirectory: read.VAULT_DIRECTORY,
    ledgerDirectory: read.LEDGER_DIRECTORY,
    ledgerOrigin: read.LEDGER_ORIGIN,
    ledgerPolicy: read.LEDGER_POLICY,
    ledgerKeepMonths: read.LEDGER_KEEP_MONTHS,
    timeAuthority: timeAuthorityOf(read),
    ...awsOf(read),
    sessionSecrets: [
      read.SESSION_SECRET,
      ...(read.SESSION_SECRET_BEFORE === undefined ? [] : [read.SESSION_SECRET_BEFORE]),
    ],
    oidc: { issuer: read.OIDC_ISSUER, clientId: read.OIDC_CLIENT_ID, clientSecret: read.OIDC_CLIENT_SECRET },
    apiAudience: read.API_AUDIENCE ?? publicUrl,
    mail: read.SMTP_URL
      ? { smtpUrl: read.SMTP_URL }
      : { directory: read.MAIL_DIRECTORY ?? path.resolve('.data/mail') },
    mailFrom: read.MAIL_FROM,
    exportMail: { form: read.EXPORT_MAIL, mostBytes: read.EXPORT_MAIL_BYTES },
    trustedProxies: read.TRUSTED_PROXIES?.split(',').map((name) => name.trim()) ?? false,
    backupDays: read.BACKUP_DAYS,
    hubSilenceRoute: read.HUB_SILENCE_ROUTE === 'on',
    ...hubOf(read),
    logLevel: read.LOG_LEVEL,
  }
}

function timeAuthorityOf(read: Pick<z.output<typeof environment>, 'TIME_AUTHORITY_URL' | 'TIME_AUTHORITY_CHAIN' | 'TIME_TOKEN_MINUTES'>): Config['timeAuthority'] {
  const { TIME_AUTHORITY_URL: address, TIME_AUTHORITY_CHAIN: chainFile, TIME_TOKEN_MINUTES: everyMinutes } = read
  return address === undefined || chainFile === undefined ? undefined : { url: address, chainFile, everyMinutes }
} // prettier-ignore

const keyStoreShape = environment.pick({
  KEY_DIRECTORY: true, KEY_STORE: true, PKCS11_LIBRARY: true, PKCS11_TOKEN: true, PKCS11_PIN: true, AWS_KMS_KEY: true, AWS_KMS_ENDPOINT: true,
  AWS_REGION: true, AWS_ACCESS_KEY_ID: true, AWS_SECRET_ACCESS_KEY: true, AWS_SESSION_TOKEN: true,
}) // prettier-ignore

/** What a command needs that reads a bucket for whoever may. @throws {ConfigFault} naming what is missing */
export function parseAwsAccess(env: Readonly<Record<string, string | undefined>>): AwsAccess {
  const access = accessOf(parsePart(z.object(accessSettings), env))
  if (!access) throw new ConfigFault(['AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: are not set'])
  return access
}

/** What `concordat migrate` needs, and nothing that serves does: the login that owns the database. */
export function parseMigrationConfig(env: Readonly<Record<string, string | undefined>>): {
  readonly ownerUrl: string
} {
  const { MIGRATION_DATABASE_URL } = parsePart(z.object({ MIGRATION_DATABASE_URL: database }), env)
  return { ownerUrl: MIGRATION_DATABASE_URL }
}

/** What `concordat keys create` needs. */
export function parseKeyConfig(
  env: Readonly<Record<string, string | undefined>>,
): Pick<Config, 'keyDirectory' | 'mailFrom' | 'ledgerOrigin'> {
  const read = parsePart(environment.pick({ KEY_DIRECTORY: true, MAIL_FROM: true, LEDGER_ORIGIN: true }), env)
  return { keyDirectory: read.KEY_DIRECTORY, mailFrom: read.MAIL_FROM, ledgerOrigin: read.LEDGER_ORIGIN }
}

/** What `concordat keys move` needs beside the settings of two key stores. */
export function parseMoveConfig(
  env: Readonly<Record<string, string | undefined>>,
): Pick<Config, 'databaseUrl'> {
  return { databaseUrl: parsePart(environment.pick({ DATABASE_URL: true }), env).DATABASE_URL }
}

/** Which key store is meant. @throws {ConfigFault} naming each setting that it lacks */
export function parseKeyStoreConfig(
  env: Readonly<Record<string, string | undefined>>,
): Pick<Config, 'keyDirectory' | 'keyStore'> {
  const read = parsePart(keyStoreShape, env)
  const mistakes = keyStoreChecks(env)
  if (mistakes.length > 0) throw new ConfigFault(mistakes)
  return { keyDirectory: read.KEY_DIRECTORY, keyStore: keyStoreOf(read) }
}

const placeShape = environment.pick({ LEDGER_DIRECTORY: true, LEDGER_ORIGIN: true }).extend(storeSettings)

/** Where the ledger is published. @throws {ConfigFault} also where a bucket is named, and not who we are to it */
export function parsePlaceConfig(
  env: Readonly<Record<string, string | undefined>>,
): Pick<Config, 'ledgerDirectory' | 'ledgerStore' | 'ledgerOrigin'> {
  const read = parsePart(placeShape, env)
  const mistakes = awsChecks(env)
  if (mistakes.length > 0) throw new ConfigFault(mistakes)
  return { ledgerDirectory: read.LEDGER_DIRECTORY, ledgerOrigin: read.LEDGER_ORIGIN, ledgerStore: ledgerStoreOf(read) } // prettier-ignore
}

/** What `concordat ledger recover` needs: the keys, the published ledger, and the owner's login. */
export function parseRecoveryConfig(
  env: Readonly<Record<string, string | undefined>>,
): ReturnType<typeof parseKeyConfig> &
  ReturnType<typeof parseMigrationConfig> &
  ReturnType<typeof parsePlaceConfig> {
  return { ...parseKeyConfig(env), ...parseMigrationConfig(env), ...parsePlaceConfig(env) }
}

/** What `concordat ledger stamp` needs: the ledger's login, and who stamps. */
export function parseStampConfig(
  env: Readonly<Record<string, string | undefined>>,
): Pick<Config, 'ledgerDatabaseUrl' | 'ledgerPolicy'> & { readonly timeAuthority: NonNullable<Config['timeAuthority']> } {
  const { TIME_AUTHORITY_URL, TIME_AUTHORITY_CHAIN, LEDGER_DATABASE_URL, LEDGER_POLICY, TIME_TOKEN_MINUTES } = environment.shape
  const read = parsePart(z.object({ LEDGER_DATABASE_URL, LEDGER_POLICY, TIME_TOKEN_MINUTES, TIME_AUTHORITY_URL: TIME_AUTHORITY_URL.unwrap(), TIME_AUTHORITY_CHAIN: TIME_AUTHORITY_CHAIN.unwrap() }), env)
  const timeAuthority = { url: read.TIME_AUTHORITY_URL, chainFile: read.TIME_AUTHORITY_CHAIN, everyMinutes: read.TIME_TOKEN_MINUTES }
  return { ledgerDatabaseUrl: read.LEDGER_DATABASE_URL, ledgerPolicy: read.LEDGER_POLICY, timeAuthority }
} // prettier-ignore

/** What `concordat backup` and `concordat restore` need. */
export function parseBackupConfig(
  env: Readonly<Record<string, string | undefined>>,
): ReturnType<typeof parseMigrationConfig> & Pick<Config, 'vaultDirectory' | 'keyDirectory' | 'backupDays'> {
  const shape = environment.pick({ VAULT_DIRECTORY: true, KEY_DIRECTORY: true, BACKUP_DAYS: true })
  const { VAULT_DIRECTORY, KEY_DIRECTORY, BACKUP_DAYS } = parsePart(shape, env)
  return {
    ...parseMigrationConfig(env),
    vaultDirectory: VAULT_DIRECTORY,
    keyDirectory: KEY_DIRECTORY,
    backupDays: BACKUP_DAYS,
  }
}

function parsePart<T extends z.ZodType>(
  shape: T,
  env: Readonly<Record<string, string | undefined>>,
): z.output<T> {
  const parsed = shape.safeParse(env)
  if (!parsed.success) throw new ConfigFault(parsed.error.issues.map(mistakeOf))
  return parsed.data
}

function mistakeOf(issue: z.core.$ZodIssue): string {
  return `${issue.path.join('.')}: ${explain(issue)}`
}

function explain(issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_type' && issue.input === undefined ? 'is not set' : issue.message
}

/** What single values cannot show: plain HTTP and the file mailbox are for loopback and development alone. */
function crossChecks(env: Readonly<Record<string, string | undefined>>): string[] {
  const mistakes: string[] = []
  mistakes.push(...keyStoreChecks(env))
  for (const name of ['PUBLIC_URL', 'OIDC_ISSUER', 'AWS_KMS_ENDPOINT', 'LEDGER_STORE_URL'] as const) {
    const value = env[name]
    if (value?.startsWith('http:') && !isLoopback(value))
      mistakes.push(`${name}: must use https, except on this machine itself`)
  }
  if ((env['TIME_AUTHORITY_URL'] === undefined) !== (env['TIME_AUTHORITY_CHAIN'] === undefined))
    mistakes.push('TIME_AUTHORITY_CHAIN: is needed with TIME_AUTHORITY_URL, and with nothing else')
  mistakes.push(...awsChecks(env))
  if (env['NODE_ENV'] === 'production' && !env['SMTP_URL'])
    mistakes.push('SMTP_URL: is not set; production sends its mail')
  if (env['DATABASE_URL'] !== undefined && env['DATABASE_URL'] === env['LEDGER_DATABASE_URL']) {
    mistakes.push(
      'LEDGER_DATABASE_URL: must be another login than DATABASE_URL, a member of concordat_ledger',
    )
  }
  return mistakes
}

export function isLoopback(address: string): boolean {
  const host = URL.canParse(address) ? new URL(address).hostname : ''
  return host === 'localhost' || host === '127.0.0.1' || host === '[::1]'
}

/** The environment of this process, for the composition roots. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env
}
