// One pass of the ledger in a process of its own: a change with its entries, numbering, publishing. It kills itself at the
// await that it is told to, or goes on with a fence switched off. Run by fault-table.test.ts.
import { createRequire, syncBuiltinESMExports } from 'node:module'
import type * as fsPromises from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'

export interface Order {
  readonly gatewayUrl: string
  readonly ledgerUrl: string
  readonly directory: string
  /** Number of the await at which the process is killed, from 1; 0 for none. */
  readonly killAt: number
  /** The advisory lock is taken to be held, and the head is read without its row lock. */
  readonly withoutLocks?: boolean
  readonly passes: number
  readonly name: string
}

const order = JSON.parse(process.argv[2] ?? '') as Order // from the test, which is typed
let awaits = 0

function step(): void {
  awaits += 1
  if (awaits !== order.killAt) return
  process.kill(process.pid, 'SIGKILL')
  for (;;); // the signal arrives before anything else is done
}

type Call = (...args: unknown[]) => unknown

/** Before each statement is sent, and again once it is on its way and nothing came back. */
function stepAtStatements(): void {
  const client = pg.Client.prototype as unknown as { query: Call } // called as pg's own callers do
  const { query } = client
  client.query = function (this: unknown, ...args: unknown[]) {
    step()
    const answer = query.apply(this, withoutLocks(args))
    step()
    return answer
  }
}

function withoutLocks(args: unknown[]): unknown[] {
  const [given, ...rest] = args
  if (!order.withoutLocks || typeof given !== 'object' || given === null || !('text' in given)) return args
  const text = String(given.text)
    .replace('pg_try_advisory_xact_lock(hashtextextended($1, 0))', '$1::text is not null')
    .replace(/ for update$/, '')
  return [{ ...given, text }, ...rest]
}

/** Before each call that touches the disk. */
function stepAtFiles(): void {
  const fs = createRequire(import.meta.url)('node:fs/promises') as Record<keyof typeof fsPromises, Call>
  for (const name of ['open', 'link', 'unlink', 'rename', 'mkdir', 'readFile', 'readdir', 'rm'] as const) {
    const call = fs[name]
    fs[name] = async (...args) => {
      step()
      const done = await call(...args)
      return name === 'open' ? stepAtHandle(done as fsPromises.FileHandle) : done
    }
  }
  syncBuiltinESMExports()
}

function stepAtHandle(handle: fsPromises.FileHandle): fsPromises.FileHandle {
  const calls = handle as unknown as Record<'writeFile' | 'sync' | 'close', Call>
  for (const name of ['writeFile', 'sync', 'close'] as const) {
    const call = calls[name].bind(handle)
    calls[name] = (...args) => {
      step()
      return call(...args)
    }
  }
  return handle
}

async function run(): Promise<void> {
  const [{ openDatabase }, { append }, { sequence }, { publish }, { fileAnchor }, { folderStore }, { noteSigner }] = await Promise.all([import('../../gateway/db.ts'), import('../../audit/append.ts'), import('../../audit/sequencer.ts'), import('../../audit/publisher.ts'), import('../../audit/anchor.ts'), import('../../audit/folder-store.ts'), import('../../audit/note-signer.ts')]) // prettier-ignore
  const open = (url: string) => openDatabase(url, { applicationName: 'fault-child', maxConnections: 2 })
  const [gateway, ledger] = [open(order.gatewayUrl), open(order.ledgerUrl)]
  const origin = 'gateway.example/audit/1'
  const at = new Date('2026-03-04T05:06:07.089Z')
  const signer = await noteSigner(origin, new Uint8Array(32).fill(1))
  const place = (name: string) => path.join(order.directory, name)
  const publisher = { db: ledger, origin, signers: [signer] as const, anchor: fileAnchor(place('anchor')), publications: [{ profile: 'full', store: folderStore(place('full')) }] as const, clock: () => at, databaseClock: () => Promise.resolve(at) } // prettier-ignore
  const outcomes: Record<string, number> = {}
  const count = async (what: string, work: () => Promise<unknown>) => {
    const outcome = await work().then(() => what, codeOf)
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  }
  stepAtStatements()
  stepAtFiles()
  for (let pass = 0; pass < order.passes; pass += 1) {
    const change = `${order.name}-${pass}`
    await count('change', () =>
      gateway.withTransaction(async (tx) => {
        await tx.query('insert into public.change (name) values ($1)', [change])
        await append(tx, [{ type: 'transfer.viewed', actor: { kind: 'person', username: 'ada@example.org', ip: '192.0.2.7' }, subjects: [{ kind: 'transfer', id: change }], correlation: change, detail: { as: 'page' } }], at) // prettier-ignore
      }),
    )
    await count('sequence', () => sequence(ledger, { limit: 5000 }))
    if (!order.withoutLocks) await count('publish', () => publish(publisher))
  }
  process.stdout.write(JSON.stringify({ awaits, outcomes }))
  await Promise.all([gateway.close(), ledger.close()])
}

function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error) return String(error.code)
  return String(error)
}

await run()
