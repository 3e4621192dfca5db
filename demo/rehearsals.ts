// The two things that a headless journey does to the world around the gateway: it moves a worker's clock to a day, and it
// restores a backup of the database from before the destruction beside the key store as it is now.
import path from 'node:path'
import { KeyFault } from '../keys/key-fault.ts'
import { unwrapForOpening } from '../keys/opening.ts'
import { clockSetTo } from '../gateway/clock.ts'
import { openDatabase } from '../gateway/db.ts'
import type { EmbeddedDatabase } from '../gateway/embedded-database.ts'
import { sealingContext } from '../gateway/retention/item.ts'
import { findItem } from '../gateway/retention/store.ts'
import { sweep } from '../gateway/worker.ts'
import type { Wiring } from '../gateway/wire.ts'
import { restoreBackup, takeBackup } from './backup.ts'
import type { JourneyDeps } from './step.ts'

export function rehearsals(
  { wiring }: { readonly wiring: Wiring },
  database: EmbeddedDatabase,
  directory: string,
): Pick<JourneyDeps, 'settle' | 'workOn' | 'rehearseRestore'> {
  const backup = path.join(directory, 'restored')
  return {
    settle: () => settle(wiring),
    workOn: async (day) => {
      await takeBackup(database.server, backup)
      await sweep({ ...wiring, clock: clockSetTo(new Date(`${day}T12:00:00Z`)) })
    },
    rehearseRestore: (itemId) => openFromBackup(wiring, backup, itemId),
  }
}

/** Until no job waits or runs and every entry is under a checkpoint. */
async function settle({ db, ledgerProcess }: Wiring): Promise<void> {
  const until = Date.now() + 120_000
  for (;;) {
    const { rows } = await db.query(
      `select count(*) as busy from pgboss.job where state in ('created', 'retry', 'active')`,
    )
    if (rows[0]?.['busy'] === 0) break
    if (Date.now() > until) throw new Error('the worker did not finish within two minutes')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await ledgerProcess.catchUp()
}

/** @returns why it did not open. @throws {Error} when it did */
async function openFromBackup({ keyStore, vault }: Wiring, backup: string, itemId: string): Promise<string> {
  const server = await restoreBackup(backup)
  const restored = openDatabase(server.url('concordat'), { applicationName: 'restored', maxConnections: 1 })
  try {
    const item = await findItem(restored, itemId)
    if (item?.status.state !== 'sealed') throw new Error('the backup is not from before the destruction')
    const proof = { entryId: itemId, confirm: () => Promise.resolve(), count: () => Promise.resolve() } // a thief brings no proof; the key must be gone all the same
    const opened = await unwrapForOpening(
      keyStore,
      item.shelfRef,
      item.status.wrappedKey,
      sealingContext(item),
      proof,
    ).catch((error: unknown) => {
      if (error instanceof KeyFault) return error.code
      throw error
    })
    if (typeof opened !== 'string') throw new Error('the restored database opened the item')
    if (await vault.has(item.vaultObject)) throw new Error('the vault still holds the object')
    return opened
  } finally {
    await restored.close()
    await server.stop()
  }
}
