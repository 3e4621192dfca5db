// Builds one package of records as a stream: a ZIP of data.csv, datapackage.json and HANDLING.txt, in that order, because the
// second needs the first one's hash. The same rows and manifest give the same bytes.
import type { Readable } from 'node:stream'
import type { CaseRow } from '../sources/case-source.ts'
import { buildArchive } from './archive.ts'
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

export function buildPackage({ rows, fields, manifest }: PackageContents): Package {
  let rowCount = 0
  let facts: CsvFacts | undefined
  const count = (batch: readonly CaseRow[]) => (rowCount += batch.length)
  const { stream, done } = buildArchive(
    [{ name: 'data.csv', bytes: writeCsv(rows, fields, count) }],
    ([csv]) => {
      if (!csv) throw new Error('The archive has no data.')
      const known = (facts = { rowCount, csvBytes: csv.sizeBytes, csvSha256: csv.sha256 })
      return [
        { name: 'datapackage.json', bytes: Buffer.from(dataPackage(manifest, fields, known)) },
        { name: 'HANDLING.txt', bytes: Buffer.from(handlingText(manifest, known)) },
      ]
    },
  )
  const summary = done.then(({ sizeBytes, sha256 }) => {
    if (!facts) throw new Error('The archive ended before its data.')
    return { ...facts, packageBytes: sizeBytes, packageSha256: sha256 }
  })
  // Whoever reads the stream learns of a failure there too, and may never ask here.
  summary.catch(() => undefined)
  return { stream, done: summary }
}

/** The heading, and a chunk for each batch. @param count told of each batch */
export async function* writeCsv<R extends CaseRow>(
  rows: AsyncIterable<readonly R[]>,
  fields: readonly PackageField[],
  count: (batch: readonly R[]) => void,
): AsyncGenerator<Buffer> {
  yield Buffer.from(csvHeader(fields))
  for await (const batch of rows) {
    count(batch)
    yield Buffer.from(csvLines(batch, fields))
  }
}
