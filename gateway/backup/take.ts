// Takes a backup while the gateway serves: the rows of one instant, then the vault's objects. Keys are never part of it
// (hmpps-2025/19-destruction, S12): a backup that held them would undo a destruction.
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, readdir, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { londonDate } from '../../policies/calendar.ts'
import type { Clock } from '../clock.ts'
import type { Database, Transaction } from '../db.ts'
import { record } from '../http/mount.ts'
import { BackupFault, type BackupFile, type BackupTable, type Manifest } from './manifest.ts'
import { columnsOf, listTables, nameOf, queue, readMigrations } from './tables.ts'

export interface BackupDeps {
  /** The owner's login: it reads what no login of the gateway reads alone. */
  readonly db: Database
  readonly clock: Clock
  readonly vaultDirectory: string
  /** Never inside the backup, nor the backup inside it. */
  readonly keyDirectory: string
  /** How long backups are kept; a certificate of destruction says so. */
  readonly backupDays: number
  readonly version: string
}

/**
 * @param directory that is not there yet, or is empty
 * @throws {BackupFault}
 */
export async function takeBackup(deps: BackupDeps, directory: string): Promise<Manifest> {
  refuseKeys(deps.keyDirectory, directory)
  await makeEmpty(directory)
  const takenAt = deps.clock()
  const rows = await deps.db.withTransaction((tx) => copyRows(tx, directory))
  const objects = await copyObjects(deps.vaultDirectory, directory)
  const manifest: Manifest = {
    format: 'concordat-backup/1',
    id: randomUUID(),
    takenAt: takenAt.toISOString(),
    lapsesOn: londonDate(new Date(takenAt.getTime() + deps.backupDays * 24 * 3_600_000)),
    version: deps.version,
    migrations: rows.migrations,
    tables: rows.tables,
    files: [...rows.files, ...objects],
  }
  const text = `${JSON.stringify(manifest, null, 1)}\n`
  // Known before it is whole: no backup that could be put back is missing from a certificate of destruction.
  await register(deps, manifest, createHash('sha256').update(text).digest())
  await writeLast(directory, text)
  return manifest
}

function refuseKeys(keyDirectory: string, directory: string): void {
  const [keys, target] = [path.resolve(keyDirectory), path.resolve(directory)]
  const within = (inner: string, outer: string) => inner === outer || inner.startsWith(outer + path.sep)
  if (within(target, keys) || within(keys, target))
    throw new BackupFault('The backup would lie with the keys. Whoever has both can read what was destroyed: choose another folder.') // prettier-ignore
}

async function makeEmpty(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  if ((await readdir(directory)).length > 0)
    throw new BackupFault(`${directory} is not empty. A backup goes into a folder of its own.`)
  for (const folder of ['database', 'vault']) await mkdir(path.join(directory, folder), { mode: 0o700 })
}

async function copyRows(tx: Transaction, directory: string) {
  await tx.query('set transaction isolation level repeatable read, read only')
  await tx.query('set local statement_timeout = 0')
  const [migrations, tables] = [await readMigrations(tx), await listTables(tx)]
  const files: BackupFile[] = []
  for (const table of tables)
    files.push(await writeHashed(directory, table.file, tx.copyOut(rowsOf(table)), 'gzip'))
  return { migrations, tables, files }
}

function rowsOf(table: BackupTable): string {
  const isQueue = table.schema === queue.schema
  const waiting = isQueue ? ` where state < 'completed'` : ''
  return `copy (select ${columnsOf(table)} from ${nameOf(table)}${waiting}) to stdout`
}

async function copyObjects(vaultDirectory: string, directory: string): Promise<BackupFile[]> {
  const files: BackupFile[] = []
  for (const name of (await readdir(vaultDirectory)).filter((each) => /^[0-9a-f]{32,64}$/.test(each)).sort())
    try {
      files.push(await writeHashed(directory, `vault/${name}`, createReadStream(path.join(vaultDirectory, name)))) // prettier-ignore
    } catch (error) {
      // It was destroyed since the folder was read, and its bytes open nothing any more.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
  return files
}

async function writeHashed(
  directory: string,
  name: string,
  source: Readable,
  pack?: 'gzip',
): Promise<BackupFile> {
  const hash = createHash('sha256')
  let bytes = 0
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      bytes += chunk.length
      done(null, chunk)
    },
  })
  const target = createWriteStream(path.join(directory, name), { mode: 0o600, flush: true })
  await (pack ? pipeline(source, createGzip(), counted, target) : pipeline(source, counted, target))
  return { path: name, bytes, sha256: hash.digest('hex') }
}

/** Only a whole backup has a manifest. */
async function writeLast(directory: string, text: string): Promise<void> {
  const target = path.join(directory, 'manifest.json')
  await writeFile(`${target}.part`, text, { mode: 0o600, flush: true })
  await rename(`${target}.part`, target)
  const folder = await open(directory)
  await folder.sync().finally(() => folder.close())
}

async function register(
  { db, clock }: BackupDeps,
  { id, takenAt, lapsesOn, files }: Manifest,
  sha256: Buffer,
): Promise<void> {
  await db.withTransaction(async (tx) => {
    await tx.query(
      `insert into concordat.backup (id, taken_at, lapses_on, manifest_sha256) values ($1, $2, $3, $4)`,
      [id, takenAt, lapsesOn, sha256],
    )
    await record(tx, [{
      type: 'backup.taken', actor: { kind: 'process', name: 'operator' }, subjects: [], correlation: id,
      detail: { backup: id, lapsesOn, files: files.length, sha256: sha256.toString('hex') },
    }], clock()) // prettier-ignore
  })
}
