// The receiving side's own check of one delivery: where it comes from (the manifest's and the message's signatures), whether it
// follows what was received before (number, and the hash of the manifest before), whether it is whole (every file, its size, its
// hash, its rows, and nothing else). What is not right stops it before a byte is written.
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { fromBufferPromise } from 'yauzl'
import { verifyManifest, type DeliveryManifest } from '../../keys/delivery-manifest.ts'
import type { PublicKeyJwk } from '../../keys/verify-certificate.ts'
import { readCsv } from '../tables/csv-reader.ts'

/** What was received last; absent before the first. */
export interface Received {
  readonly delivery: number
  /** SHA-256 of the manifest's text, lower-case hexadecimal. */
  readonly manifestSha256: string
}

export interface Step {
  readonly name: 'origin' | 'order' | 'completeness'
  readonly says: string
}

/** A delivery that is not what it should be; nothing of it is kept. */
export class DeliveryRefused extends Error {
  readonly step: Step['name']
  constructor(step: Step['name'], message: string) {
    super(message)
    this.name = 'DeliveryRefused'
    this.step = step
  }
}

export interface Manifested {
  readonly jws: string
  readonly manifest: DeliveryManifest
  readonly sha256: string
}

/**
 * @param keys the gateway's certificate keys, from a source that is trusted
 * @throws {KeyFault} `manifest.untrue`, `manifest.malformed`
 */
export async function readManifest(jws: string, keys: readonly PublicKeyJwk[]): Promise<Manifested> {
  const manifest = await verifyManifest(jws, ...keys)
  return { jws, manifest, sha256: sha256(Buffer.from(jws)) }
}

/** That it is the next after what was received. @throws {DeliveryRefused} */
export function checkOrder({ manifest }: Manifested, number: number, before: Received | undefined): void {
  const refuse = (message: string): never => {
    throw new DeliveryRefused('order', message)
  }
  if (manifest.delivery !== number)
    refuse(`Delivery ${number} was asked for, and the manifest is that of delivery ${manifest.delivery}.`)
  const { follows } = manifest
  if ((follows?.delivery ?? 0) !== number - 1)
    refuse(`Delivery ${number} says that it follows delivery ${follows?.delivery ?? 0}.`)
  if (!before) return
  if (before.delivery !== number - 1)
    refuse(`Delivery ${number} is not the next: delivery ${before.delivery} was received last.`)
  if (follows?.manifestSha256 !== before.manifestSha256)
    refuse(
      `Delivery ${number} follows another delivery ${before.delivery} than the one that was received. One of them was replaced.`,
    )
}

export type Files = ReadonlyMap<string, Buffer>

const manifestName = 'manifest.jws'

/** Every file that the manifest names, whole, and no other. @param archive decrypted @throws {DeliveryRefused} */
export async function checkArchive(archive: Buffer, { jws, manifest }: Manifested): Promise<Files> {
  const files = await unpack(archive, manifest)
  const refuse = (message: string): never => {
    throw new DeliveryRefused('completeness', message)
  }
  if (files.get(manifestName)?.toString('utf8') !== jws)
    refuse('The manifest in the package is not the one that the gateway gave.')
  const expected = new Set([manifestName, ...manifest.files.map(({ name }) => name)])
  for (const name of files.keys())
    if (!expected.has(name)) refuse(`${name} is in the package and not in its manifest.`)
  for (const { name, bytes, sha256: hash, rows } of manifest.files) {
    const content = files.get(name) ?? refuse(`${name} is missing.`)
    if (content.length !== bytes || sha256(content) !== hash) refuse(`${name} is not as the manifest says.`)
    if (rows !== undefined && (await countRows(content)) !== rows) refuse(`${name} has not the ${rows} rows of its manifest.`) // prettier-ignore
  }
  return files
}

/** The manifest says how large each file is: nothing larger is inflated. */
async function unpack(archive: Buffer, { files }: DeliveryManifest): Promise<Files> {
  const sizes = new Map([[manifestName, 2 ** 20], ...files.map(({ name, bytes }) => [name, bytes] as const)])
  const found = new Map<string, Buffer>()
  const damaged = () => new DeliveryRefused('completeness', 'The package is not a ZIP that can be read.')
  const zip = await fromBufferPromise(archive).catch(() => Promise.reject(damaged()))
  try {
    for await (const entry of zip.eachEntry()) {
      if (found.has(entry.fileName) || entry.uncompressedSize > (sizes.get(entry.fileName) ?? 0))
        throw damaged()
      found.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)))
    }
  } catch {
    throw damaged()
  } finally {
    zip.close()
  }
  return found
}

/** Without the heading. */
async function countRows(content: Buffer): Promise<number> {
  let rows = -1
  for await (const batch of readCsv(Readable.from([content]))) rows += batch.length
  return rows
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
