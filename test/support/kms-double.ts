// A double of AWS KMS: DescribeKey, Encrypt and Decrypt over its JSON protocol (TrentService), for symmetric keys that it makes, and
// only when the request is signed. The encryption context is authenticated, as KMS does.
import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { KmsSettings } from '../../keys/kms-envelope.ts'
import { access, isSigned } from './aws-signature.ts'

interface Asked {
  readonly KeyId: string
  readonly Plaintext?: string
  readonly CiphertextBlob?: string
  readonly EncryptionContext?: Readonly<Record<string, string>>
}

export interface KmsDouble {
  /** Makes a key. @returns what a gateway needs to use it */
  addKey(spec?: string): KmsSettings
  /** Which operations were asked for, in order, with their encryption context. */
  readonly asked: string[]
  /** Set: the error that it answers with instead. */
  fault: { readonly status: number; readonly type: string } | undefined
  /** Set: it announces its whole answer, sends this much of it, and hangs up. */
  cutAfterBytes: number | undefined
  close(): Promise<void>
}

class Refused extends Error {}

export async function startKms(): Promise<KmsDouble> {
  const keys = new Map<string, { readonly bytes: Buffer; readonly spec: string }>()
  const server = createServer((req, res) => {
    void req.toArray().then((parts) => {
      const body = Buffer.concat(parts as Buffer[]) // no encoding was set
      const refuse = (status: number, type: string) => res.writeHead(status).end(JSON.stringify({ __type: type }))
      if (!isSigned(req, body, 'kms')) return refuse(400, 'InvalidSignatureException')
      const operation = String(req.headers['x-amz-target']).replace('TrentService.', '')
      const asked = JSON.parse(body.toString()) as Asked // as KMS takes it
      double.asked.push(`${operation} ${JSON.stringify(asked.EncryptionContext ?? {})}`)
      if (double.fault) return refuse(double.fault.status, double.fault.type)
      const key = keys.get(asked.KeyId)
      if (!key) return refuse(400, 'NotFoundException')
      try {
        const whole = JSON.stringify(answer(operation, asked, key))
        if (double.cutAfterBytes === undefined) return res.end(whole)
        res.writeHead(200, { 'content-length': whole.length })
        return res.write(whole.slice(0, double.cutAfterBytes), () => void res.destroy())
      } catch (error) {
        return refuse(400, error instanceof Refused ? error.message : 'ValidationException')
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a TCP server has one
  const double: KmsDouble = {
    asked: [],
    fault: undefined,
    cutAfterBytes: undefined,
    addKey: (spec = 'SYMMETRIC_DEFAULT') => {
      const key = `arn:aws:kms:eu-west-2:123456789012:key/${randomUUID()}`
      keys.set(key, { bytes: randomBytes(32), spec })
      return { key, endpoint: `http://127.0.0.1:${port}`, ...access }
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
  return double
} // prettier-ignore

function answer(
  operation: string,
  asked: Asked,
  key: { readonly bytes: Buffer; readonly spec: string },
): object {
  const { KeyId } = asked
  const context = Buffer.from(JSON.stringify(asked.EncryptionContext ?? {}))
  if (operation === 'DescribeKey')
    return { KeyMetadata: { KeyId, Enabled: true, KeyUsage: 'ENCRYPT_DECRYPT', KeySpec: key.spec } }
  if (operation === 'Encrypt' && asked.Plaintext !== undefined) {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce).setAAD(context)
    const closed = Buffer.concat([cipher.update(asked.Plaintext, 'base64'), cipher.final()])
    const CiphertextBlob = Buffer.concat([Buffer.from(KeyId.slice(-36)), nonce, cipher.getAuthTag(), closed])
    return { KeyId, CiphertextBlob: CiphertextBlob.toString('base64') }
  }
  const blob = Buffer.from(asked.CiphertextBlob ?? '', 'base64')
  if (operation !== 'Decrypt' || blob.length < 64) throw new Refused('InvalidCiphertextException')
  if (blob.subarray(0, 36).toString() !== KeyId.slice(-36)) throw new Refused('IncorrectKeyException')
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, blob.subarray(36, 48)).setAAD(context)
  decipher.setAuthTag(blob.subarray(48, 64))
  try {
    const opened = Buffer.concat([decipher.update(blob.subarray(64)), decipher.final()])
    return { KeyId, Plaintext: opened.toString('base64') }
  } catch {
    throw new Refused('InvalidCiphertextException')
  }
}
