// Puts a backup back: every file is hashed first, then all rows in one transaction, into a database that was never used, then the
// vault's objects. What was destroyed or forgotten since is dealt with before anything is served (retention/destroyed-since.ts,
// forgetting/replay.ts): both are known outside the database.
import { createReadStream } from 'node:fs'
import path from 'node:path'
import { createGunzip } from 'node:zlib'
import type { Clock } from '../clock.ts'
import type { Database, Transaction } from '../db.ts'
import { record } from '../http/mount.ts'
import type { Vault } from '../vault.ts'
import { BackupFault, readBackup, type Manifest } from './manifest.ts'
import { columnsOf, isUnused, liftChecks, nameOf, queue, readMigrations } from './tables.ts'

export interface PutBackDeps {
  /** The owner's login, of a database that has this version's shape and nothing in it. */
  readonly db: Database
  readonly vault: Pick<Vault, 'write' | 'has'>
  readonly clock: Clock
}

export interface PutBack {
  readonly manifest: Manifest
  /** Objects that were put back; the others were there. */
  readonly objects: number
}

/** @throws {BackupFault} before anything is changed */
export async function putBackup(deps: PutBackDeps, directory: string): Promise<PutBack> {
  const manifest = await readBackup(directory)
  await refuseOtherShape(deps.db, manifest)
  if (!(await isUnused(deps.db)))
    throw new BackupFault('This database is in use. A backup is put back into one that was never used. Nothing was changed.') // prettier-ignore
  await deps.db.withTransaction((tx) => putRows(tx, deps.clock, manifest, directory))
  return { manifest, objects: await putObjects(deps.vault, manifest, directory) }
}

async function refuseOtherShape(db: Database, manifest: Manifest): Promise<void> {
  const ours = await readMigrations(db)
  if (ours.join() === manifest.migrations.join()) return
  throw new BackupFault(`The backup was made by version ${manifest.version}, whose database has another shape. Put it back with that version, and then run \`npx concordat migrate\` with this one. Nothing was changed.`) // prettier-ignore
}

async function putRows(tx: Transaction, clock: Clock, manifest: Manifest, directory: string): Promise<void> {
  await tx.query('set local statement_timeout = 0')
  await tx.query('set local idle_in_transaction_session_timeout = 0')
  const checks = await liftChecks(tx)
  const own = manifest.tables.filter(({ schema }) => schema !== queue.schema)
  // What the migrations wrote by themselves is in the backup too.
  await tx.query(`truncate ${own.map(nameOf).join(', ')}`)
  for (const table of manifest.tables) {
    const rows = createReadStream(path.join(directory, table.file)).pipe(createGunzip())
    await tx.copyFrom(`copy ${nameOf(table)} (${columnsOf(table)}) from stdin`, rows)
  }
  // Nobody works on a job that somebody worked on when the backup was taken.
  await tx.query(`update pgboss.job set state = 'created', started_on = null where state = 'active'`)
  await checks.putBack()
  await record(tx, [{
    type: 'backup.restored', actor: { kind: 'process', name: 'operator' }, subjects: [], correlation: manifest.id,
    detail: { backup: manifest.id, takenOn: manifest.takenAt.slice(0, 10) },
  }], clock()) // prettier-ignore
}

async function putObjects(
  vault: PutBackDeps['vault'],
  manifest: Manifest,
  directory: string,
): Promise<number> {
  let written = 0
  for (const { path: file } of manifest.files.filter((each) => each.path.startsWith('vault/'))) {
    const name = path.basename(file)
    if (await vault.has(name)) continue
    await vault.write(name, createReadStream(path.join(directory, file)))
    written += 1
  }
  return written
}

/** Before the database is touched: whether this is a whole backup. @throws {BackupFault} */
export async function mustBeBackup(directory: string): Promise<void> {
  await readBackup(directory)
}
