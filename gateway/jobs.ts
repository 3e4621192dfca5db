// Work that outlives a request: pg-boss queues in the same database, so that a job is enqueued in the transaction that
// owes it. Queues are made by the owner at migration; the gateway's role only sends and works.
import { PgBoss } from 'pg-boss'
import type { Database, Queryable, Transaction } from './db.ts'

const schema = 'pgboss'

/** What each queue carries. Opaque ids only: job rows are no place for personal data. */
export interface Jobs {
  /** Read the approved rows, build the package, seal it (hmpps-2025/16). */
  'seal-package': { readonly transferId: string }
  /** Hand one mail of the outbox to the mail server. */
  'send-mail': { readonly mailId: string }
  /** Rehearse the export of the quarter that ends on that day (hmpps-2025/20). */
  'rehearse-export': { readonly quarter: string }
  /** Make and seal the package of a delivery that two people released. */
  'seal-delivery': { readonly deliveryId: string }
  /** Send a delivery to the mailbox that the clause names (hmpps-2025/20-address). */
  'mail-delivery': { readonly deliveryId: string }
  /** Open what is kept and seal it under another cipher profile. */
  reseal: { readonly itemId: string; readonly to: string }
}

export type JobName = keyof Jobs
const queueNames = [
  'seal-package',
  'send-mail',
  'rehearse-export',
  'seal-delivery',
  'mail-delivery',
  'reseal',
] as const satisfies readonly JobName[]

const queueOptions = { retryLimit: 8, retryDelay: 2, retryBackoff: true, expireInSeconds: 3600 }

/** Makes or updates the queue tables. As the owner of the database. */
export async function installQueues(ownerUrl: string): Promise<void> {
  const boss = new PgBoss({ connectionString: ownerUrl, schema, supervise: false, schedule: false, max: 2 })
  const failures: Error[] = []
  boss.on('error', (error) => failures.push(error))
  await boss.start()
  for (const name of queueNames) await boss.createQueue(name, queueOptions)
  await boss.getDb().executeSql(`
    grant usage on schema ${schema} to concordat_gateway;
    grant select, insert, update, delete on all tables in schema ${schema} to concordat_gateway;
    grant execute on all functions in schema ${schema} to concordat_gateway;`)
  await boss.stop({ graceful: false })
  if (failures[0]) throw failures[0]
}

export interface JobQueue {
  /** Enqueues within the caller's transaction: the job exists if and only if the change does. */
  send<N extends JobName>(tx: Transaction, name: N, data: Jobs[N]): Promise<void>
  /** Starts working one queue, one job at a time. A rejected promise is retried with back-off. */
  work<N extends JobName>(name: N, handle: (data: Jobs[N]) => Promise<void>): Promise<void>
  stop(): Promise<void>
}

/** @param onError told of every fault of the queue itself */
export async function openJobQueue(db: Database, onError: (error: Error) => void): Promise<JobQueue> {
  const boss = new PgBoss({ db: executor(db), schema, migrate: false, createSchema: false, schedule: false })
  boss.on('error', onError)
  await boss.start()
  return {
    send: async (tx, name, data) => {
      const id = await boss.send(name, data, { db: executor(tx) })
      if (id === null) throw new Error(`The job ${name} was not accepted by its queue.`)
    },
    work: async (name, handle) => {
      await boss.work<Jobs[typeof name]>(
        name,
        { pollingIntervalSeconds: 0.5, batchSize: 1 },
        async (jobs) => {
          for (const job of jobs) await handle(job.data)
        },
      )
    },
    stop: () => boss.stop({ graceful: true, timeout: 10_000 }),
  }
}

function executor(db: Queryable): {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
} {
  return { executeSql: (text, values) => db.query(text, values) }
}
