// Which key store is configured, out of the settings that config.ts has read: each kind has settings of its own.
import type { KmsSettings } from '../keys/kms-envelope.ts'
import { keyStoreKinds, type KeyStoreKind } from '../keys/key-store.ts'
import type { TokenSettings } from '../keys/pkcs11/token.ts'

/** Where shelf keys live. */
export type KeyStoreConfig =
  | { readonly kind: 'file' }
  | ({ readonly kind: 'pkcs11' } & TokenSettings)
  | ({ readonly kind: 'aws-kms' } & KmsSettings)

const neededBy: Readonly<Record<KeyStoreKind, readonly string[]>> = {
  file: [],
  pkcs11: ['PKCS11_LIBRARY', 'PKCS11_TOKEN', 'PKCS11_PIN'],
  'aws-kms': ['AWS_KMS_KEY', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
}

/** @returns a line for each setting that is missing */
export function keyStoreChecks(env: Readonly<Record<string, string | undefined>>): string[] {
  const kind = keyStoreKinds.find((known) => known === env['KEY_STORE'])
  if (kind === undefined) return []
  return neededBy[kind].flatMap((name) => (env[name] ? [] : [`${name}: is needed with KEY_STORE=${kind}`]))
}

/** As they were read. */
interface KeyStoreSettings {
  readonly KEY_STORE: KeyStoreKind
  readonly PKCS11_LIBRARY?: string | undefined
  readonly PKCS11_TOKEN?: string | undefined
  readonly PKCS11_PIN?: string | undefined
  readonly AWS_KMS_KEY?: string | undefined
  readonly AWS_KMS_ENDPOINT?: string | undefined
  readonly AWS_REGION: string
  readonly AWS_ACCESS_KEY_ID?: string | undefined
  readonly AWS_SECRET_ACCESS_KEY?: string | undefined
  readonly AWS_SESSION_TOKEN?: string | undefined
}

/** @param read keyStoreChecks has seen that each setting is there */
export function keyStoreOf(read: KeyStoreSettings): KeyStoreConfig {
  const { PKCS11_LIBRARY: library = '', PKCS11_TOKEN: token = '', PKCS11_PIN: pin = '' } = read
  const { AWS_KMS_KEY: key = '', AWS_REGION: region, AWS_SESSION_TOKEN: sessionToken } = read
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = read
  const endpoint = read.AWS_KMS_ENDPOINT ?? `https://kms.${region}.amazonaws.com`
  return {
    file: { kind: 'file' } as const,
    pkcs11: { kind: 'pkcs11', library, token, pin } as const,
    'aws-kms': {
      kind: 'aws-kms',
      key,
      endpoint,
      region,
      accessKeyId,
      secretAccessKey,
      sessionToken,
    } as const,
  }[read.KEY_STORE]
}
