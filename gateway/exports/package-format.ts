// Builds one delivery of the quarterly export as a stream: the format is described at `deliveryFormat` below. The same editions
// and the same release give the same bytes (hmpps-2025/20).
import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { DeliveryManifest } from '../../keys/delivery-manifest.ts'
import { schemaVersion } from '../concerns/table-schema.ts'
import { buildArchive, type Measured, type WholeFile } from '../packages/archive.ts'
import { writeCsv } from '../packages/package.ts'
import { changeFields, concernFields } from './package-fields.ts'
import { dataPackage, handlingText, type DeliveryWords } from './package-words.ts'
import type { Change, ChangeKind, ConcernCells } from './snapshot.ts'

/**
 * The format of a delivery: one ZIP, encrypted to a recipient's own OpenPGP key, with in this order
 *
 * - `concerns.csv`: every concern, ordered by the bytes of concern_id. Columns as concerns/table-schema.ts has them; they never
 *   move. RFC 4180, UTF-8, CRLF, heading first; text that looks like a formula is neutralised (packages/csv.ts).
 * - `changes.csv`: what differs from the delivery before: concern_id, change (new | changed | closed | reopened), column, before,
 *   after. A new concern has one line and no column; any other has a line for each column.
 * - `datapackage.json`: Frictionless Data Package of both, with the delivery's own facts under `concordat`.
 * - `HANDLING.txt`: the same for people, and how to handle it.
 * - `manifest.jws`: the signed manifest (keys/delivery-manifest.ts): number, quarter, SHA-256 of the manifest before, rows, and
 *   the size and SHA-256 of each file above. The gateway gives it without the package too.
 *
 * Deliveries are numbered from 1 without gaps, amendments included; an amendment names the one that it amends and is a whole
 * snapshot itself. An empty database gives a nil export: the same files, without rows.
 */
export const deliveryFormat = 'concordat-delivery/1'

/** What is known of a delivery before its rows are. */
export type DeliveryHead = Omit<
  DeliveryManifest,
  'format' | 'nil' | 'rows' | 'changes' | 'schemaVersion' | 'files'
>

export interface DeliveryContents {
  readonly head: DeliveryHead
  readonly words: DeliveryWords
  readonly concerns: AsyncIterable<readonly ConcernCells[]>
  readonly changes: AsyncIterable<readonly Change[]>
  /** @returns the manifest as it goes into the archive */
  readonly sign: (manifest: DeliveryManifest) => Promise<string>
}

export interface DeliveryPackage {
  readonly stream: Readable
  /** Resolves once the archive is whole. */
  readonly done: Promise<{ readonly manifest: DeliveryManifest; readonly jws: string }>
}

export function buildDelivery({ head, words, concerns, changes, sign }: DeliveryContents): DeliveryPackage {
  let rows = 0
  let changedLines = 0
  const counts = { new: 0, changed: 0, closed: 0, reopened: 0 }
  const streamed = [
    { name: 'concerns.csv', bytes: writeCsv(concerns, concernFields, (batch) => (rows += batch.length)) },
    {
      name: 'changes.csv',
      bytes: writeCsv(changeLines(changes, counts), changeFields, (batch) => (changedLines += batch.length)),
    },
  ]
  let made: { manifest: DeliveryManifest; jws: string } | undefined
  const rest = async (measured: readonly Measured[]): Promise<WholeFile[]> => {
    const lines = [rows, changedLines]
    const tables = measured.map(({ name, sizeBytes, sha256 }, index) => ({
      name,
      bytes: sizeBytes,
      sha256,
      rows: lines[index] ?? 0,
    }))
    const known = {
      ...head,
      format: deliveryFormat,
      nil: rows === 0,
      rows,
      changes: counts,
      schemaVersion,
    } as const
    const described = [
      { name: 'datapackage.json', bytes: Buffer.from(dataPackage(known, words, tables)) },
      { name: 'HANDLING.txt', bytes: Buffer.from(handlingText(known, words)) },
    ]
    const manifest = { ...known, files: [...tables, ...described.map(measure)] }
    const jws = await sign(manifest)
    made = { manifest, jws }
    return [...described, { name: 'manifest.jws', bytes: Buffer.from(jws) }]
  }
  const { stream, done } = buildArchive(streamed, rest)
  const whole = done.then(() => {
    if (!made) throw new Error('The archive ended before its manifest.')
    return made
  })
  whole.catch(() => undefined) // whoever reads the stream learns of it there
  return { stream, done: whole }
}

function measure({ name, bytes }: WholeFile) {
  return { name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}

type ChangeLine = Readonly<Record<'concern_id' | 'change' | 'column' | 'before' | 'after', string | null>>

/** @param counts how many concerns of each kind went by */
async function* changeLines(
  changes: AsyncIterable<readonly Change[]>,
  counts: Record<ChangeKind, number>,
): AsyncGenerator<ChangeLine[]> {
  for await (const batch of changes) {
    for (const { kind } of batch) counts[kind] += 1
    yield batch.flatMap(linesOf)
  }
}

export function linesOf({ reference, kind, cells }: Change): ChangeLine[] {
  const line = { concern_id: reference, change: kind }
  if (cells.length === 0) return [{ ...line, column: null, before: null, after: null }]
  return cells.map((cell) => ({ ...line, ...cell }))
}
