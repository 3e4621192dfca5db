// The settings of what may be used of Amazon, or of a store that speaks its API: the HMPPS audit queue, and the bucket that the
// ledger is published to.
import { z } from 'zod'
import type { AwsAccess } from './sqs.ts'

export const webAddress = z.url({ protocol: /^https?$/, error: 'must be a URL' })

export const accessSettings = {
  AWS_REGION: z.string().min(1).default('eu-west-2'),
  AWS_ACCESS_KEY_ID: z.string().min(1).optional(),
  AWS_SECRET_ACCESS_KEY: z.string().min(1).optional(),
  AWS_SESSION_TOKEN: z.string().min(1).optional(),
}
export const storeSettings = { ...accessSettings, LEDGER_STORE_URL: webAddress.optional() }
export const awsSettings = {
  ...storeSettings,
  AUDIT_QUEUE_URL: webAddress.optional(),
  AUDIT_SERVICE: z.string().min(1).default('concordat'),
}

type Read<Settings extends z.ZodRawShape> = z.output<z.ZodObject<Settings>>

export interface AwsConfig {
  /** The HMPPS audit queue that entries are copied to (Amazon SQS); none when undefined. */
  readonly auditQueue:
    { readonly url: string; readonly service: string; readonly access: AwsAccess } | undefined
  /** The bucket that the ledger is published to, with its anchor; the ledger's directory when undefined. */
  readonly ledgerStore: { readonly url: string; readonly access: AwsAccess } | undefined
}

/** @param read awsChecks has seen that nothing is missing */
export function awsOf(read: Read<typeof awsSettings>): AwsConfig {
  const [url, access] = [read.AUDIT_QUEUE_URL, accessOf(read)]
  const auditQueue = url === undefined ? undefined : access && { url, service: read.AUDIT_SERVICE, access }
  return { auditQueue, ledgerStore: ledgerStoreOf(read) }
}

export function ledgerStoreOf(read: Read<typeof storeSettings>): AwsConfig['ledgerStore'] {
  const [url, access] = [read.LEDGER_STORE_URL, accessOf(read)]
  return url === undefined ? undefined : access && { url, access }
}

export function accessOf(read: Read<typeof accessSettings>): AwsAccess | undefined {
  const { AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = read
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined
  return { region, accessKeyId, secretAccessKey, sessionToken: read.AWS_SESSION_TOKEN }
}

/** Without the key the ledger would be published to the folder, and nobody would notice. @returns a line for each mistake */
export function awsChecks(env: Readonly<Record<string, string | undefined>>): string[] {
  const hasKey = Boolean(env['AWS_ACCESS_KEY_ID'] && env['AWS_SECRET_ACCESS_KEY'])
  const named = ['AUDIT_QUEUE_URL', 'LEDGER_STORE_URL'].filter((name) => env[name] !== undefined && !hasKey)
  return named.map((name) => `${name}: needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`)
}
