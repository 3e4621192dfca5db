// A ZIP as a stream: files that are streamed, in order, and then those that can only be written once the first are known,
// because they hold their hashes. Nothing is held but the batch in hand, and the same bytes in give the same bytes out.
import { createHash } from 'node:crypto'
import { PassThrough, Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'

export interface StreamedFile {
  readonly name: string
  readonly bytes: AsyncIterable<Buffer>
}

export interface WholeFile {
  readonly name: string
  readonly bytes: Buffer
}

/** Of a file, or of the archive; digests are hexadecimal. */
export interface Measured {
  readonly name: string
  readonly sizeBytes: number
  readonly sha256: string
}

export interface Archive {
  /** Destroying it stops the reading of what is streamed. */
  readonly stream: Readable
  /** Resolves once the archive is whole, with its own size and digest; rejects with what its files or the stream failed with. */
  readonly done: Promise<Omit<Measured, 'name'>>
}

// 1980 is where the ZIP format's own times start. It has no time zones: local midnight is the same bytes everywhere.
const entryOptions = { mtime: new Date(1980, 0, 1), mode: 0o100600, forceDosTimestamp: true }

/** @param rest makes the files after the streamed ones, from what those came to */
export function buildArchive(
  streamed: readonly StreamedFile[],
  rest: (measured: readonly Measured[]) => readonly WholeFile[] | Promise<readonly WholeFile[]>,
): Archive {
  const zip = new ZipFile()
  const meter = createMeter()
  const files = streamed.map(({ name, bytes }) => {
    const own = createMeter()
    return { name, meter: own, stream: Readable.from(metered(bytes, own), { objectMode: false }) }
  })
  const measured = () => files.map(({ name, meter: own }) => ({ name, ...own.measured() }))
  const addRest = async () => {
    for (const { name, bytes } of await rest(measured()))
      zip.addBuffer(bytes, name, { ...entryOptions, compressionLevel })
    zip.end()
  }
  for (const { name, stream } of files) zip.addReadStream(stream, name, { ...entryOptions, compressionLevel })
  const archive = stoppable(zip)
  files
    .at(-1)
    ?.stream.once('end', () => void addRest().catch((error: unknown) => archive.destroy(asError(error))))
  const out = meteredStream(meter)
  const finish = async () => {
    await joined(zip, archive, files.map(({ stream }) => stream), out) // prettier-ignore
    return meter.measured()
  }
  const done = finish()
  // Whoever reads the stream learns of a failure there too, and may never ask here.
  done.catch(() => undefined)
  return { stream: out, done }
}

const compressionLevel = 6

/** Its type says the least that a stream can; it is a PassThrough, and only that can be stopped. */
function stoppable({ outputStream }: ZipFile): PassThrough {
  if (outputStream instanceof PassThrough) return outputStream
  throw new Error('The archive cannot be stopped half-way.')
}

/** yazl passes no error on, so both ends are told of each other's. */
async function joined(
  zip: ZipFile,
  archive: PassThrough,
  files: readonly Readable[],
  out: Transform,
): Promise<void> {
  for (const file of files) file.once('error', (error) => archive.destroy(error))
  zip.once('error', (error: Error) => archive.destroy(error))
  try {
    await pipeline(archive, out)
  } finally {
    for (const file of files) file.destroy()
  }
}

async function* metered(bytes: AsyncIterable<Buffer>, meter: Meter): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) yield meter.take(chunk)
}

interface Meter {
  /** Counts and hashes the bytes, and gives them back. */
  take(bytes: Buffer): Buffer
  /** Once, at the end. */
  measured(): { readonly sizeBytes: number; readonly sha256: string }
}

function createMeter(): Meter {
  const hash = createHash('sha256')
  let sizeBytes = 0
  return {
    take: (bytes) => {
      hash.update(bytes)
      sizeBytes += bytes.length
      return bytes
    },
    measured: () => ({ sizeBytes, sha256: hash.digest('hex') }),
  }
}

function meteredStream(meter: Meter): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      callback(null, meter.take(chunk))
    },
  })
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('The archive stopped.', { cause: error })
}
