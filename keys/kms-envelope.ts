// Closes the files of a key store with a key of AWS KMS: whoever has the disk alone opens nothing, and whoever has KMS alone nothing
// either. The file is still what is destroyed on the day, because KMS takes seven days at least to delete a key, and can be asked to
// stop (docs/decisions/0011-key-stores.md). Three calls of its JSON protocol (TrentService), signed with Signature Version 4.
import { AwsClient } from 'aws4fetch'
import { z } from 'zod'
import type { Envelope } from './file-key-store.ts'
import { KeyFault, type KeyFaultCode } from './key-fault.ts'
import { Secret } from './secret.ts'

export interface KmsSettings {
  /** Id, ARN or alias of a symmetric key that encrypts and decrypts. */
  readonly key: string
  /** `https://kms.eu-west-2.amazonaws.com`, or that of a private endpoint */
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string | undefined
}

const timeoutMs = 10_000

/** What an error of KMS means here, by the end of its type; anything else is that it cannot be reached now. */
const meanings: Readonly<Record<string, { readonly code: KeyFaultCode; readonly says: string }>> = {
  NotFoundException: { code: 'store.missing', says: 'has no such key' },
  AccessDeniedException: { code: 'store.locked', says: 'does not let this gateway use the key' },
  InvalidSignatureException: { code: 'store.locked', says: 'does not know this gateway’s access key' },
  UnrecognizedClientException: { code: 'store.locked', says: 'does not know this gateway’s access key' },
  IncorrectKeyException: { code: 'store.foreign', says: 'says that the file was closed with another key' },
  InvalidCiphertextException: { code: 'store.key-damaged', says: 'cannot open the file: it was altered' },
  DisabledException: { code: 'store.unreachable', says: 'has the key disabled' },
  KMSInvalidStateException: { code: 'store.unreachable', says: 'is about to delete the key, or cannot use it now' },
} // prettier-ignore

const described = z.object({
  KeyMetadata: z.object({ Enabled: z.boolean(), KeyUsage: z.string(), KeySpec: z.string() }),
})
const encrypted = z.object({ CiphertextBlob: z.base64() })
const decrypted = z.object({ Plaintext: z.base64() })

/** @throws {KeyFault} `store.missing`, `store.locked`, `store.unfit`, `store.unreachable` */
export async function openKmsEnvelope(settings: KmsSettings): Promise<Envelope> {
  const call = caller(settings)
  const KeyId = settings.key
  const { KeyMetadata: key } = await call('DescribeKey', { KeyId }, described)
  if (!key.Enabled || key.KeyUsage !== 'ENCRYPT_DECRYPT' || key.KeySpec !== 'SYMMETRIC_DEFAULT')
    throw new KeyFault('store.unfit', `AWS_KMS_KEY must be an enabled symmetric key that encrypts and decrypts; ${KeyId} is not.`) // prettier-ignore
  return {
    kind: 'aws-kms',
    close: async (ref, secret) => {
      const Plaintext = Buffer.from(secret.reveal()).toString('base64')
      const answer = await call('Encrypt', { KeyId, Plaintext, EncryptionContext: contextOf(ref) }, encrypted)
      return new Uint8Array(Buffer.from(answer.CiphertextBlob, 'base64'))
    },
    open: async (ref, closed) => {
      const CiphertextBlob = Buffer.from(closed).toString('base64')
      const answer = await call('Decrypt', { KeyId, CiphertextBlob, EncryptionContext: contextOf(ref) }, decrypted) // prettier-ignore
      return new Secret(new Uint8Array(Buffer.from(answer.Plaintext, 'base64')))
    },
  }
}

/** Bound to the key, and in CloudTrail: owner, date and generation, or an item's id. Nothing personal. */
function contextOf(ref: string): Readonly<Record<string, string>> {
  return { 'concordat:key': ref }
}

function caller({ endpoint, key, region, accessKeyId, secretAccessKey, sessionToken }: KmsSettings) {
  const client = new AwsClient({ service: 'kms', region, accessKeyId, secretAccessKey, retries: 0, ...(sessionToken !== undefined && { sessionToken }) }) // prettier-ignore
  return async <T>(
    operation: 'DescribeKey' | 'Encrypt' | 'Decrypt',
    body: object,
    shape: z.ZodType<T>,
  ): Promise<T> => {
    const unanswered = (cause: unknown): never => {
      throw new KeyFault('store.unreachable', `AWS KMS at ${endpoint} does not answer, or not to its end. Do it again when it does.`, { cause }) // prettier-ignore
    }
    const response = await client
      .fetch(new URL('/', endpoint).href, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': `TrentService.${operation}`,
        },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      })
      .catch(unanswered)
    // The connection may end, or the time run out, in the middle of the answer.
    const text = await response.text().catch(unanswered)
    if (!response.ok) throw faultOf(key, operation, response.status, text)
    try {
      return shape.parse(JSON.parse(text))
    } catch (cause) {
      return unanswered(cause)
    }
  }
}

function faultOf(key: string, operation: string, status: number, body: string): KeyFault {
  const type = /"__type":\s*"(?:[^"#]*#)?(\w+)"/.exec(body)?.[1] ?? `status ${status}`
  const { code, says } = meanings[type] ?? { code: 'store.unreachable', says: 'cannot do it now' }
  return new KeyFault(code, `AWS KMS ${says} (${operation} with AWS_KMS_KEY ${key}: ${type}).`)
}
