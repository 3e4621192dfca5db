// Encrypts a package to one recipient's own OpenPGP key and signs it as the gateway, as a stream in constant memory.
// There is no way to get anything but an encrypted message out of here.
import { Readable } from 'node:stream'
import { ByteReader, joined } from './byte-reader.ts'
import { KeyFault } from './key-fault.ts'
import { encryptStream, type Correspondence } from './openpgp-message.ts'

// From 64 KiB to 1 MiB costs the same processor time within noise; what is in flight grows with it.
const defaultChunkBytes = 256 * 1024
/** Names inside the message say nothing about its content. */
const innocuousName = 'package.zip'

/**
 * @param plaintext read once; destroyed when the message's reader goes away, and on any fault
 * @param options.recipientArmored judged again here, as of `at`
 * @param options.chunkBytes how much is encrypted at a time
 * @returns the message's bytes; fails, and never ends, when the plaintext fails
 * @throws {KeyFault} `key.expired`, `key.revoked`, `key.cannot-encrypt`, … before any byte is read
 * @clause hmpps-2025/16-encryption
 */
export async function encryptForRecipient(
  plaintext: Readable,
  options: Correspondence & { readonly chunkBytes?: number },
): Promise<Readable> {
  try {
    const { promise: failure, reject: fail } = Promise.withResolvers<never>()
    failure.catch(() => undefined)
    const bytes = webStreamOf(plaintext, options.chunkBytes ?? defaultChunkBytes, fail)
    const encrypted = await Promise.race([
      encryptStream({ bytes, fileName: innocuousName }, options),
      failure,
    ])
    return nodeStreamOf(encrypted.getReader(), plaintext, failure)
  } catch (error) {
    plaintext.destroy()
    if (error instanceof KeyFault) throw error
    throw new KeyFault('package.unsealable', 'The package could not be encrypted. Nothing was sent.', {
      cause: error,
    })
  }
}

/**
 * Reads only when asked, and in chunks of one size: OpenPGP.js spends a fixed cost on each chunk.
 *
 * @param fail told when the source fails. OpenPGP.js is not: of its own promises about the stream one is left unhandled
 *   then, which ends the process. It waits in vain, and its output is never read again.
 */
function webStreamOf(
  source: Readable,
  chunkBytes: number,
  fail: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  const bytes = new ByteReader(source)
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = await bytes.upTo(chunkBytes).then(joined, (error: unknown) => {
          fail(error)
          return new Promise<never>(() => undefined)
        })
        if (chunk.length > 0) controller.enqueue(chunk)
        if (chunk.length < chunkBytes) controller.close()
      },
      cancel() {
        source.destroy()
      },
    },
    { highWaterMark: 0 },
  )
}

interface ChunkReader {
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>
  cancel(reason?: unknown): Promise<unknown>
}

function nodeStreamOf(reader: ChunkReader, source: Readable, failure: Promise<never>): Readable {
  const message = new Readable({
    read() {
      reader.read().then(
        ({ value }) => {
          if (!this.destroyed)
            this.push(
              value === undefined ? null : Buffer.from(value.buffer, value.byteOffset, value.byteLength),
            )
        },
        (error: unknown) => this.destroy(asError(error)),
      )
    },
    destroy(error, done) {
      // The source first: OpenPGP.js may wait for it before it lets go.
      source.destroy()
      reader.cancel(error).catch(() => undefined)
      done(error)
    },
  })
  failure.catch((error: unknown) => message.destroy(asError(error)))
  return message
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('The package stopped.', { cause: error })
}
