// A base backup of a running cluster, and the cluster started again from it: what an operator has, or a thief.
import { cp, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { openDatabase } from '../gateway/db.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../gateway/embedded-postgres.ts'

/** PostgreSQL's low-level backup: copy between start and stop, then the log that makes the copy consistent. */
export async function takeBackup(server: EmbeddedPostgres, directory: string): Promise<void> {
  const target = path.join(directory, 'cluster')
  await mkdir(directory, { recursive: true })
  await cp(server.passwordFile, path.join(directory, 'password'))
  const admin = openDatabase(server.url('postgres'), { applicationName: 'backup', maxConnections: 1 })
  try {
    await admin.withConnection(async (connection) => {
      await connection.query(`select pg_backup_start('rehearsal', true)`)
      await copyCluster(server.cluster, target)
      const { rows } = await connection.query('select labelfile from pg_backup_stop(false)')
      await cp(path.join(server.cluster, 'pg_wal'), path.join(target, 'pg_wal'), { recursive: true })
      await writeFile(path.join(target, 'backup_label'), String(rows[0]?.['labelfile']))
    })
  } finally {
    await admin.close()
  }
}

/** @param directory of a backup; it becomes the cluster of the server that is started */
export async function restoreBackup(directory: string): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ directory })
}

/** Left out as the manual says (PostgreSQL 18, 25.3.4.4): what belongs to the running server alone. */
async function copyCluster(from: string, to: string): Promise<void> {
  const left = new Set(['postmaster.pid', 'postmaster.opts', 'pg_internal.init', 'server.log'])
  await cp(from, to, {
    recursive: true,
    filter: (source) =>
      !left.has(path.basename(source)) && !source.startsWith(path.join(from, 'pg_wal', '0')),
  })
}
