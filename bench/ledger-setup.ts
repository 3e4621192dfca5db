// What the ledger benchmark stands on: a PostgreSQL that waits for the disk at every commit, migrated, with the logins of
// production, and beside the ledger the tables that it is compared with.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { folderStore } from '../audit/folder-store.ts'
import { fileAnchor } from '../audit/anchor.ts'
import type { LedgerEvent } from '../audit/events.ts'
import { noteSigner } from '../audit/note-signer.ts'
import type { PublisherDeps } from '../audit/publisher.ts'
import { openDatabase, type Database } from '../gateway/db.ts'
import { startEmbeddedDatabase } from '../gateway/embedded-database.ts'
import { systemClock } from '../gateway/clock.ts'

export const WRITERS = 32

export interface Bench {
  readonly gateway: Database
  readonly ledger: Database
  readonly owner: Database
  readonly publisher: PublisherDeps
  end(): Promise<void>
}

export async function openBench(): Promise<Bench> {
  const cluster = await mkdtemp(path.join(tmpdir(), 'concordat-bench-postgres-'))
  const directory = await mkdtemp(path.join(tmpdir(), 'concordat-bench-ledger-'))
  const database = await startEmbeddedDatabase(cluster)
  const open = (url: string, maxConnections: number) =>
    openDatabase(url, { applicationName: 'bench-ledger', maxConnections })
  const gateway = open(database.gatewayUrl, WRITERS)
  const ledger = open(database.ledgerUrl, 4)
  const owner = open(database.ownerUrl, 2)
  await makeTables(owner)
  const origin = 'bench.example/ledger'
  const publisher: PublisherDeps = {
    db: ledger,
    origin,
    signers: [await noteSigner(origin, new Uint8Array(32).fill(7))],
    anchor: fileAnchor(path.join(directory, 'anchor')),
    publications: [{ profile: 'full', store: folderStore(path.join(directory, 'full')) }],
    clock: systemClock,
  }
  return {
    gateway, ledger, owner, publisher,
    end: async () => {
      await Promise.all([gateway.close(), ledger.close(), owner.close()])
      await database.server.stop()
      for (const folder of [cluster, directory]) await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  } // prettier-ignore
}

async function makeTables(owner: Database): Promise<void> {
  await owner.query(`
    create schema bench;
    create table bench.state (id integer primary key, version integer not null);
    insert into bench.state select g, 0 from generate_series(0, 9999) g;
    create table bench.audit (id uuid primary key, body bytea not null, at timestamptz not null);
    create table bench.bare (id bigint generated always as identity primary key, body bytea not null);
    create table bench.chain (seq bigint primary key, body bytea not null, hash bytea not null);
    insert into bench.chain values (0, '', sha256(''));
    grant usage on schema bench to concordat_gateway;
    grant select, insert, update on all tables in schema bench to concordat_gateway;`)
}

/** A look as the gateway records one; every one of another request. */
export function looked(number: number): LedgerEvent {
  return {
    type: 'transfer.viewed',
    actor: { kind: 'person', username: `person-${number % 50}@example.org`, ip: '192.0.2.7' },
    subjects: [{ kind: 'transfer', id: `transfer-${number % 997}` }],
    correlation: `request-${number}`,
    agreement: 'hmpps-2025',
    clauses: ['hmpps-2025/16-encryption'],
    detail: { as: 'page', state: 'available' },
  }
}

export function looks(from: number, count: number): [LedgerEvent, ...LedgerEvent[]] {
  return [looked(from), ...Array.from({ length: count - 1 }, (_, i) => looked(from + i + 1))]
}
