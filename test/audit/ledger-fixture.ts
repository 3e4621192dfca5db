// A ledger on a real database, used as the gateway's and the ledger's logins; the owner only plants faults.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openDatabase, type Database } from '../../gateway/db.ts'
import { fileAnchor } from '../../audit/anchor.ts'
import { folderStore } from '../../audit/folder-store.ts'
import { append, type Appended } from '../../audit/append.ts'
import type { LedgerEvent } from '../../audit/events.ts'
import { noteSigner } from '../../audit/note-signer.ts'
import type { NoteSigner } from '../../audit/note.ts'
import { publish, type Published, type PublisherDeps } from '../../audit/publisher.ts'
import { sequence } from '../../audit/sequencer.ts'
import { freshDatabase } from '../support/database.ts'

export const ORIGIN = 'gateway.example/audit/1'
export const AT = new Date('2026-03-04T05:06:07.089Z')

export interface LedgerFixture {
  readonly gateway: Database
  readonly ledger: Database
  readonly owner: Database
  readonly ledgerUrl: string
  readonly signer: NoteSigner
  readonly directory: string
  /** For processes of their own. */
  readonly urls: { readonly gatewayUrl: string; readonly ledgerUrl: string; readonly ownerUrl: string }
  readonly publisher: PublisherDeps
  /** Appends in a transaction of its own. */
  write(...events: [LedgerEvent, ...LedgerEvent[]]): Promise<Appended[]>
  sequenceAll(): Promise<number>
  publish(): Promise<Published>
  /** Runs the owner's statements past the triggers, as somebody with the server's keys would. */
  tamper(...statements: string[]): Promise<void>
  close(): Promise<void>
}

export async function openLedger(): Promise<LedgerFixture> {
  const fresh = await freshDatabase()
  const open = (url: string) => openDatabase(url, { applicationName: 'test-ledger', maxConnections: 12 })
  const [gateway, ledger, owner] = [open(fresh.gatewayUrl), open(fresh.ledgerUrl), open(fresh.ownerUrl)]
  const directory = await mkdtemp(path.join(tmpdir(), 'concordat-ledger-'))
  const signer = await noteSigner(ORIGIN, new Uint8Array(32).fill(1))
  const publisher: PublisherDeps = {
    db: ledger,
    origin: ORIGIN,
    signers: [signer],
    anchor: fileAnchor(path.join(directory, 'anchor')),
    publications: [
      { profile: 'hashes', store: folderStore(path.join(directory, 'hashes')) },
      { profile: 'full', store: folderStore(path.join(directory, 'full')) },
    ],
    clock: () => AT,
    databaseClock: () => Promise.resolve(AT),
  }
  return {
    gateway,
    ledger,
    owner,
    ledgerUrl: fresh.ledgerUrl,
    signer,
    directory,
    urls: fresh,
    publisher,
    write: (...events) => gateway.withTransaction((tx) => append(tx, events, AT)),
    sequenceAll: async () => {
      let total = 0
      for (let last = -1; last !== 0; total += last) last = (await sequence(ledger, { limit: 5000 })).count
      return total
    },
    publish: () => publish(publisher),
    tamper: (...statements) =>
      owner.withTransaction(async (tx) => {
        await tx.query('set local session_replication_role = replica')
        for (const statement of statements) await tx.query(statement)
      }),
    close: async () => {
      await Promise.all([gateway.close(), ledger.close(), owner.close()])
      await fresh.drop()
      await rm(directory, { recursive: true })
    },
  }
}

export function viewed(transfer: string, username = 'ada.lovelace@example.org'): LedgerEvent {
  return {
    type: 'transfer.viewed',
    actor: { kind: 'person', username, ip: '192.0.2.7' },
    subjects: [{ kind: 'transfer', id: transfer }],
    correlation: `request-of-${transfer}`,
    detail: { as: 'page' },
  }
}

/** As many events as asked for, each of a transfer of its own. */
export function views(count: number, name = 't'): [LedgerEvent, ...LedgerEvent[]] {
  return [viewed(`${name}-0`), ...Array.from({ length: count - 1 }, (_, i) => viewed(`${name}-${i + 1}`))]
}
