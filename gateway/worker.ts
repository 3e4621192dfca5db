// What runs beside requests: sealing what was supplied, sending mail, and the sweep that destroys what is due and issues
// its certificates. Any number may run; rows and queues let one work on each thing.
import { remindOfClearances } from './clearance/reminders.ts'
import { countDecisions } from './decisions/enforcement.ts'
import { recordFailedJob } from './decisions/failed-job.ts'
import { mailDelivery } from './exports/mail-delivery.ts'
import { rehearseBySchedule } from './exports/rehearse.ts'
import { scheduleExports } from './exports/schedule.ts'
import { sealDelivery } from './exports/seal.ts'
import { removeForgottenMails } from './forgetting/outbox.ts'
import { replayErasures } from './forgetting/replay.ts'
import { pruneSessions } from './http/session.ts'
import { pruneLedger } from './ledger-prune.ts'
import { sendOwed } from './mail.ts'
import { certifyDestroyed } from './retention/certify.ts'
import { destroyDue } from './retention/destroy.ts'
import { remindOfHolds } from './retention/hold-reminders.ts'
import { recordPass, refuseJumpedClock } from './retention/overdue.ts'
import { destroyDuePhotographs } from './photographs/destroy.ts'
import { clearLeftObjects, resealItem } from './retention/reseal.ts'
import { reconcileKeys } from './retention/reconcile.ts'
import { remindOfKeys } from './people/key-reminders.ts'
import { remindOfCopies } from './transfers/copy-reminders.ts'
import { sealPackage } from './transfers/seal.ts'
import type { Wiring } from './wire.ts'

export interface Worker {
  stop(): Promise<void>
}

const sweepEveryMs = 30_000

export async function startWorker(wiring: Wiring): Promise<Worker> {
  const { jobs, db, clock, log, sendMail } = wiring
  await jobs.work('seal-package', ({ transferId }) =>
    recorded(wiring, 'seal-package', transferId, () => sealPackage(wiring, transferId)),
  )
  await jobs.work('send-mail', ({ mailId }) =>
    recorded(wiring, 'send-mail', mailId, () => sendOwed(db, sendMail, mailId, clock())),
  )
  await jobs.work('rehearse-export', ({ quarter }) =>
    recorded(wiring, 'rehearse-export', quarter, () => rehearseBySchedule(wiring, quarter)),
  )
  await jobs.work('seal-delivery', ({ deliveryId }) =>
    recorded(wiring, 'seal-delivery', deliveryId, () => sealDelivery(wiring, deliveryId)),
  )
  await jobs.work('mail-delivery', ({ deliveryId }) =>
    recorded(wiring, 'mail-delivery', deliveryId, () => mailDelivery(wiring, deliveryId)),
  )
  await jobs.work('reseal', ({ itemId, to }) =>
    recorded(wiring, 'reseal', itemId, () => resealItem(wiring, itemId, to)),
  )
  let stopped = false
  let running: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  const tick = () => {
    running = refuseJumpedClock(wiring)
      .then(() => sweep(wiring))
      .then(() => clearLeftObjects(wiring))
      .then(() => reconcileKeys(wiring))
      .then(() => scheduleExports(wiring))
      .then(() => recordPass(db, 'sweep', clock()))
      .then(() => countDecisions(db))
      .then(() => pruneLedger(wiring))
      .catch((error: unknown) => void log.error('sweep', { error }))
      .finally(() => {
        if (!stopped) timer = setTimeout(tick, sweepEveryMs)
      })
  }
  tick()
  return {
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}

/** Nothing waits for its destruction because a mail could not be written. */
const reminders: Readonly<Record<string, (wiring: Wiring) => Promise<unknown>>> = {
  keys: remindOfKeys,
  copies: remindOfCopies,
  holds: remindOfHolds,
  clearances: remindOfClearances,
}

/** One pass: destroys what is due, brings the ledger up to it, certifies it. */
export async function sweep(wiring: Wiring): Promise<{ destroyed: string[]; certified: number }> {
  refuseInDoubt(wiring)
  await replayErasures(wiring)
  await removeForgottenMails(wiring)
  await pruneSessions(wiring.db, wiring.clock())
  for (const [what, remind] of Object.entries(reminders))
    await remind(wiring).catch((error: unknown) => recordFailedJob(wiring, 'remind', what, error))
  const destroyed = [...(await destroyDue(wiring)), ...(await destroyDuePhotographs(wiring))]
  await wiring.ledgerProcess.catchUp()
  const certified = await certifyDestroyed(wiring)
  return { destroyed, certified }
}

/** A job that fails is an entry and a log line, and is tried again by its queue. */
async function recorded(wiring: Wiring, job: string, id: string, work: () => Promise<void>): Promise<void> {
  refuseInDoubt(wiring)
  try {
    await work()
  } catch (error) {
    await recordFailedJob(wiring, job, id, error)
    // The queue keeps what it is given; the words of an error may quote what it was about.
    throw new Error(error instanceof Error ? error.name : 'unknown')
  }
}

/** While the database may not be the one that was signed, nothing is sealed, sent or destroyed by it. */
function refuseInDoubt({ ledgerProcess }: Wiring): void {
  const doubt = ledgerProcess.doubt()
  if (doubt !== undefined) throw new Error(`the ledger is in doubt: ${doubt}`)
}
