// Opens a collected message on the receiving side, and insists on the gateway's signature: with a private key in a file, or with
// the GnuPG of this account, whose agent keeps the key. Nothing comes out before the signature was found good.
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { openWith, unlock } from '../../keys/open-message.ts'
import { UsageFault } from './failure.ts'
import { DeliveryRefused } from './received-delivery.ts'

/** @throws {DeliveryRefused | KeyFault} where it does not open, or the gateway did not sign it */
export type Decrypt = (message: Buffer) => Promise<Buffer>

export interface DecryptOptions {
  /** File of the gateway's OpenPGP keys, armoured. */
  readonly senderKey: string
  readonly privateKey?: string
  readonly passphraseFile?: string
  readonly gpg: boolean
}

/** @throws {UsageFault} unless exactly one of the two ways is chosen */
export async function decryptWith(options: DecryptOptions): Promise<Decrypt> {
  const { gpg, privateKey, passphraseFile, senderKey } = options
  if (gpg === (privateKey !== undefined))
    throw new UsageFault('Say what opens the deliveries: either --private-key with its file, or --gpg.')
  if (privateKey === undefined) return decryptWithGpg(senderKey)
  const passphrase =
    passphraseFile === undefined ? undefined : (await readFile(passphraseFile, 'utf8')).trimEnd()
  const key = await unlock(await readFile(privateKey, 'utf8'), passphrase)
  const sender = await readFile(senderKey, 'utf8')
  return async (message) => Buffer.from((await openWith(message, key, sender)).content)
}

async function decryptWithGpg(senderKey: string): Promise<Decrypt> {
  const shown = await gpg(['--with-colons', '--show-keys', senderKey])
  // Each primary key's line is followed by its fingerprint (GnuPG doc/DETAILS).
  const found = shown.out.toString().matchAll(/^pub:.*\nfpr:+([0-9A-F]{40,64}):$/gm)
  const fingerprints = [...found].map(([, fingerprint]) => String(fingerprint))
  if (fingerprints.length === 0)
    throw new UsageFault(`${senderKey} is not an OpenPGP key that GnuPG can read.`)
  return async (message) => {
    const { exitCode, out, status } = await gpg(['--decrypt'], message)
    // The primary key's fingerprint ends the line (GnuPG doc/DETAILS, VALIDSIG).
    const isSigned = status.some(
      (line) => line.startsWith('VALIDSIG ') && fingerprints.some((each) => line.endsWith(each)),
    )
    const isWhole = status.includes('DECRYPTION_OKAY') && status.includes('GOODMDC')
    if (exitCode === 0 && isSigned && isWhole) return out
    throw new DeliveryRefused('origin', isSigned ? 'GnuPG could not open it.' : 'GnuPG could not open it, or found no signature of the gateway on it. Has the gateway’s key been imported? If the gateway has changed its key, import the new one and put it into --sender-key.') // prettier-ignore
  }
}

interface Said {
  readonly exitCode: number | null
  readonly out: Buffer
  readonly status: readonly string[]
}

async function gpg(args: readonly string[], input?: Buffer): Promise<Said> {
  const child = spawn('gpg', ['--batch', '--no-tty', '--trust-model', 'always', '--status-fd', '3', ...args], { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] }) // prettier-ignore
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', () =>
      reject(new UsageFault('There is no gpg on this machine. Install GnuPG, or use --private-key.')),
    )
    child.once('close', resolve)
  })
  const [stdin, stdout, stderr, status] = child.stdio
  stderr.resume() // what it says there is in words that change
  stdin.on('error', () => undefined) // gpg may stop reading before we stop writing
  stdin.end(input)
  const [exitCode, out, said] = await Promise.all([exit, buffer(stdout), text(status as Readable)])
  return { exitCode, out, status: said.split('\n').map((line) => line.replace('[GNUPG:] ', '')) }
}
