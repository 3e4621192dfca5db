// Starts the gateway on its port with the ledger's process beside it, and ends it in order: no new requests, then what is
// running, then the connections.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import { readLog } from '../audit/log.ts'
import { giveBack } from '../keys/relief.ts'
import { record } from './http/mount.ts'
import { keyName } from './ledger-signer.ts'
import { recordShipped } from './agreements/record-shipped.ts'
import { createApp } from './app.ts'
import { startWatch as watchExports } from './exports/watch.ts'
import { raiseOverdue } from './retention/overdue.ts'
import { startWorker, type Worker } from './worker.ts'
import { keepDestroyed, type Wiring } from './wire.ts'

export interface Running {
  readonly port: number
  stop(): Promise<void>
}

/** @param withWorker false where workers run as processes of their own */
export async function serve(
  wiring: Wiring,
  { withWorker }: { readonly withWorker: boolean },
): Promise<Running> {
  await beginLedger(wiring)
  const worker = withWorker ? await startWorker(wiring) : undefined
  const watch = startWatch(wiring)
  const stopExports = watchExports(wiring)
  const server = createServer(createApp(wiring))
  giveBack()
  await listen(server, wiring.config.port, wiring.config.host)
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  wiring.log.info('listening', { port })
  return {
    port,
    stop: () => {
      watch.stop()
      const exportsStopped = stopExports()
      return stop(server, worker, wiring, exportsStopped)
    },
  }
}

const watchEveryMs = 5 * 60_000

/** What is late is noticed by a process that does not destroy, and in its own time. */
function startWatch(wiring: Wiring): { stop(): void } {
  const timer = setInterval(() => {
    raiseOverdue(wiring).catch((error: unknown) => void wiring.log.error('destruction.watch', { error }))
  }, watchEveryMs)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

/**
 * Looks at the ledger before anything is asked of it: what the first pass finds decides whether anything is released.
 * Which agreements decide from now on, by hash, is the first thing that a start records.
 */
export async function beginLedger(wiring: Wiring): Promise<void> {
  await wiring.ledgerProcess.catchUp().catch(() => undefined) // kept in its state: health says it, and releases stop
  if (wiring.ledgerProcess.doubt() === undefined) {
    await keepDestroyed(wiring)
    await announceAgreements(wiring)
    await announceSigners(wiring)
    await wiring.signingKeys.announce()
  }
  wiring.ledgerProcess.start()
  wiring.signingKeys.start()
}

async function announceAgreements({ db, clock, policies }: Wiring): Promise<void> {
  await db.withTransaction(async (tx) => {
    const agreements = policies.today()
    const keys = [...agreements.agreements.values()].map(({ key, hash }) => `${key}@${hash}`)
    const shipped = await recordShipped(tx, policies, agreements.localHash, clock())
    await record(tx, [{ type: 'agreements.loaded', actor: { kind: 'process', name: 'gateway' }, subjects: [], correlation: 'start', policy: agreements.localHash, detail: { agreements: keys, clauses: agreements.clauses.size } }, ...shipped], clock()) // prettier-ignore
  })
}

/** Which keys sign is itself in the ledger, so that a change of key is seen by whoever reads it. */
async function announceSigners({ db, clock, ledgerProcess }: Wiring): Promise<void> {
  await db.withTransaction(async (tx) => {
    const { lines } = await readLog(tx, { type: 'ledger.signed-by' }, { limit: 1 })
    const before = z.array(z.string()).parse(lines[0]?.detail['keys'] ?? [])
    const keys = ledgerProcess.keys.map(keyName)
    const added = keys.filter((key) => !before.includes(key))
    const retired = before.filter((key) => !keys.includes(key))
    if (added.length + retired.length === 0) return
    await record(tx, [{ type: 'ledger.signed-by', actor: { kind: 'process', name: 'gateway' }, subjects: [], correlation: 'start', detail: { keys, added, retired } }], clock()) // prettier-ignore
  })
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve())
  })
}

async function stop(
  server: Server,
  worker: Worker | undefined,
  wiring: Wiring,
  exportsStopped: Promise<void>,
): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
    setTimeout(() => server.closeAllConnections(), 5000).unref()
  })
  await Promise.all([worker?.stop(), exportsStopped])
  await wiring.close()
}
