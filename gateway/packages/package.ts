// Builds one package as a stream: a ZIP of data.csv, datapackage.json and HANDLING.txt, in that order, because the second
// needs the first one's hash. Nothing is held but the batch in hand, and the same rows and manifest give the same bytes.
import { createHash } from 'node:crypto'
import { PassThrough, Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import type { CaseRow } from '../sources/case-source.ts'
import { csvHeader, csvLines } from './csv.ts'
import { dataPackage, handlingText } from './manifest.ts'
import type { CsvFacts, PackageField, PackageManifest } from './manifest.ts'

export interface PackageContents {
  readonly rows: AsyncIterable<readonly CaseRow[]>
  readonly fields: readonly PackageField[]
  readonly manifest: PackageManifest
}

/** Digests are hexadecimal. */
export interface PackageSummary extends CsvFacts {
  readonly packageBytes: number
  readonly packageSha256: string
}

export interface Package {
  /** The archive. Destroying it stops the reading of the rows. */
  readonly stream: Readable
  /** Resolves once the archive is whole; rejects with what the rows or the stream failed with. */
  readonly done: Promise<PackageSummary>
}

// 1980 is where the ZIP format's own times start. It has no time zones: local midnight is the same bytes everywhere.
const entryOptions = { mtime: new Date(1980, 0, 1), mode: 0o100600, forceDosTimestamp: true }

export function buildPackage({ rows, fields, manifest }: PackageContents): Package {
  const zip = new ZipFile()
  const csvMeter = createMeter()
  const zipMeter = createMeter()
  let rowCount = 0
  const count = (batch: readonly CaseRow[]) => (rowCount += batch.length)
  const csv = Readable.from(writeCsv(rows, fields, csvMeter, count), { objectMode: false })
  const facts = (): CsvFacts => ({ rowCount, csvBytes: csvMeter.sizeBytes(), csvSha256: csvMeter.sha256() })
  let csvFacts: CsvFacts | undefined
  csv.once('end', () => {
    csvFacts = facts()
    zip.addBuffer(Buffer.from(dataPackage(manifest, fields, csvFacts)), 'datapackage.json', entryOptions)
    zip.addBuffer(Buffer.from(handlingText(manifest, csvFacts)), 'HANDLING.txt', entryOptions)
    zip.end()
  })
  zip.addReadStream(csv, 'data.csv', entryOptions)
  const stream = meteredStream(zipMeter)
  const finish = async () => {
    await joined(zip, csv, stream)
    if (!csvFacts) throw new Error('The archive ended before its data.')
    return { ...csvFacts, packageBytes: zipMeter.sizeBytes(), packageSha256: zipMeter.sha256() }
  }
  const done = finish()
  // Whoever reads the stream learns of a failure there too, and may never ask here.
  done.catch(() => undefined)
  return { stream, done }
}

/** yazl passes no error on, so both ends are told of each other's. */
async function joined(zip: ZipFile, csv: Readable, stream: Transform): Promise<void> {
  const archive = zip.outputStream
  // Its type says the least that a stream can; it is a PassThrough, and only that can be stopped.
  if (!(archive instanceof PassThrough)) throw new Error('The archive cannot be stopped half-way.')
  csv.once('error', (error) => archive.destroy(error))
  zip.once('error', (error: Error) => archive.destroy(error))
  try {
    await pipeline(archive, stream)
  } finally {
    csv.destroy()
  }
}

async function* writeCsv(
  rows: AsyncIterable<readonly CaseRow[]>,
  fields: readonly PackageField[],
  meter: Meter,
  count: (batch: readonly CaseRow[]) => void,
): AsyncGenerator<Buffer> {
  yield meter.take(Buffer.from(csvHeader(fields)))
  for await (const batch of rows) {
    count(batch)
    yield meter.take(Buffer.from(csvLines(batch, fields)))
  }
}

interface Meter {
  /** Counts and hashes the bytes, and gives them back. */
  take(bytes: Buffer): Buffer
  sizeBytes(): number
  /** Once, at the end. */
  sha256(): string
}

function createMeter(): Meter {
  const hash = createHash('sha256')
  let total = 0
  return {
    take: (bytes) => {
      hash.update(bytes)
      total += bytes.length
      return bytes
    },
    sizeBytes: () => total,
    sha256: () => hash.digest('hex'),
  }
}

function meteredStream(meter: Meter): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      callback(null, meter.take(chunk))
    },
  })
}
