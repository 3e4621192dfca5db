// /health, /info and /ping in the shape that HMPPS services answer in. No sign-in, no ledger entry, nothing about data.
import { Router } from 'express'
import type { Database } from '../db.ts'

export interface LedgerHealth {
  readonly unpublished: number
  readonly failure?: string
  readonly stamped?: { readonly size: number; readonly at: Date } | null
  readonly mirror?: { readonly behind: number; readonly since: Date | undefined }
  readonly witnessing?: { readonly signed: number; readonly witnessed: number; readonly isMet: boolean }
}

export interface HealthDeps {
  readonly db: Database
  /** Entries that are committed and not yet under a signed checkpoint, and whether the last attempt to sign failed. */
  readonly ledger: () => Promise<LedgerHealth>
  /** What is late to be destroyed, and whether anybody is destroying: from outside the worker. */
  readonly destruction: () => Promise<{ readonly overdue: number; readonly isStopped: boolean }>
  /** Reminders that people are owed and that nobody sent: the sweep that sends them may have stopped. */
  readonly missedReminders: () => Promise<number>
  /** What of the quarterly export is outstanding: late, not acknowledged, not rehearsed, not reviewed. */
  readonly exportsOutstanding: (now: Date) => Promise<readonly { readonly kind: string }[]>
  readonly clock: () => Date
  readonly version: string
}

export function health(deps: HealthDeps): Router {
  const startedAt = process.hrtime.bigint()
  const uptime = () => Number((process.hrtime.bigint() - startedAt) / 1_000_000_000n)
  const router = Router()
  router.get('/ping', (_req, res) => void res.json({ status: 'UP' }))
  router.get('/info', (_req, res) => {
    res.json({ build: { artifact: 'concordat', version: deps.version, name: 'concordat' }, uptime: uptime() })
  })
  router.get('/health', async (_req, res) => {
    const components = {
      database: await database(deps.db),
      ledger: await ledger(deps.ledger),
      destruction: await destruction(deps.destruction),
      reminders: await reminders(deps),
      exports: await exported(() => deps.exportsOutstanding(deps.clock())),
    }
    const up = Object.values(components).every((component) => component.status === 'UP')
    res
      .status(up ? 200 : 500)
      .json({ status: up ? 'UP' : 'DOWN', components, version: deps.version, uptime: uptime() })
  })
  return router
}

interface Component {
  readonly status: 'UP' | 'DOWN'
  readonly details?: Readonly<Record<string, unknown>>
}

/** Says "durable" only of a server that forces its writes to disk. */
async function database(db: Database): Promise<Component> {
  try {
    const { rows } =
      await db.query(`select current_setting('fsync') = 'on' and current_setting('full_page_writes') = 'on'
      and current_setting('synchronous_commit') <> 'off' as durable`)
    return { status: 'UP', details: { durable: rows[0]?.['durable'] === true } }
  } catch {
    return { status: 'DOWN' } // the reason is in the log; health answers say nothing of the inside
  }
}

async function destruction(read: HealthDeps['destruction']): Promise<Component> {
  try {
    const { overdue, isStopped } = await read()
    return {
      status: overdue === 0 && !isStopped ? 'UP' : 'DOWN',
      details: { overdue, working: !isStopped },
    }
  } catch {
    return { status: 'DOWN' }
  }
}

/** Nothing stops for it: whoever watches /health looks at the count. */
async function reminders(deps: HealthDeps): Promise<Component> {
  try {
    return { status: 'UP', details: { missed: await deps.missedReminders() } }
  } catch {
    return { status: 'DOWN' }
  }
}

async function ledger(read: HealthDeps['ledger']): Promise<Component> {
  try {
    const { unpublished, failure, witnessing, stamped, mirror } = await read()
    // Unwitnessed entries are an alarm and not a fault: everything but receipts of the evidence class goes on.
    const witnesses = witnessing && { unwitnessed: witnessing.signed - witnessing.witnessed }
    return {
      status: failure === undefined ? 'UP' : 'DOWN',
      details: { unpublished, ...witnesses, timeAuthority: timeOf(stamped), mirror: mirrorOf(mirror) },
    }
  } catch {
    return { status: 'DOWN' }
  }
}

/** Of the last checkpoint that was stamped; null until there is one. */
function timeOf(stamped: LedgerHealth['stamped']): unknown {
  if (stamped === undefined) return 'none configured'
  return stamped && { size: stamped.size, at: stamped.at.toISOString() }
}

/** A copy that lags is an alarm for whoever watches, and no fault of this process. */
function mirrorOf(mirror: LedgerHealth['mirror']): unknown {
  if (mirror === undefined) return 'none configured'
  return { behind: mirror.behind, ...(mirror.since && { since: mirror.since.toISOString() }) }
}

/** A late export is no fault of this process, which starting it again would mend: it is up, and says so. */
async function exported(read: () => ReturnType<HealthDeps['exportsOutstanding']>): Promise<Component> {
  try {
    const counts: Record<string, number> = {}
    for (const { kind } of await read()) counts[kind] = (counts[kind] ?? 0) + 1
    return { status: 'UP', details: counts }
  } catch {
    return { status: 'DOWN' }
  }
}
