// SYNTHETIC. What the demonstration's concerns database and its quarterly export have behind them: the gateway's own parts do
// all of it, with their clock put back, so that every delivery is signed and has its entries. It begins with the first quarter
// that ended under hmpps-2025, because no earlier agreement asks for the export, and goes back two years at most.
import { sendOwed } from '../gateway/mail.ts'
import { clockSetTo } from '../gateway/clock.ts'
import { checkUpload, editConcern, takeIn } from '../gateway/concerns/change.ts'
import type { Concern } from '../gateway/concerns/concern.ts'
import { findConcern } from '../gateway/concerns/store.ts'
import { cellsOf, csvFile } from '../gateway/concerns/written.ts'
import type { Outcome } from '../gateway/decisions/judge.ts'
import { acknowledgeDelivery } from '../gateway/exports/collect.ts'
import { datesOf } from '../gateway/exports/concerns-export.ts'
import { mailDelivery } from '../gateway/exports/mail-delivery.ts'
import { putForward, type ToPutForward } from '../gateway/exports/put-forward.ts'
import { rehearse, rehearseBySchedule } from '../gateway/exports/rehearse.ts'
import { release } from '../gateway/exports/release.ts'
import { scheduleExports } from '../gateway/exports/schedule.ts'
import { sealDelivery } from '../gateway/exports/seal.ts'
import type { PersonContext } from '../gateway/http/endpoint.ts'
import type { JobName, Jobs } from '../gateway/jobs.ts'
import { destroyDue } from '../gateway/retention/destroy.ts'
import type { Wiring } from '../gateway/wire.ts'
import { addWorkingDays, londonInstant } from '../policies/calendar.ts'
import { quarterBefore, quarterOf, type Quarter } from '../policies/quarter.ts'
import { Readable } from 'node:stream'
import { actAs } from './acting.ts'
import { inventConcerns, standing, type InventedConcern } from './concerns/invent.ts'

const concerns = 4000
/** How far back their reports go. */
const years = 6
const mostQuarters = 8
/** The delivery that turned out to be wrong, and was amended. */
const amended = 3

/** @returns how many deliveries there are, amendments included */
export async function deliverSinceTheAgreement(wiring: Wiring, today: string): Promise<number> {
  const history = new History(wiring, today)
  for (const quarter of quartersOf(wiring, today)) await history.live(quarter)
  await history.keepUp(today)
  return history.delivered
}

/** Those that have ended, the oldest first. */
function quartersOf({ policies, concernsExport }: Wiring, today: string): Quarter[] {
  const { agreement, basis } = concernsExport
  const from = policies.today().agreements.get(agreement)?.inForce.from?.value
  if (from === undefined) throw new Error(`${agreement} does not say since when it is in force`)
  const quarters: Quarter[] = []
  let quarter = quarterBefore(quarterOf(today, basis), basis)
  for (; quarter.endsOn >= from && quarters.length < mostQuarters; quarter = quarterBefore(quarter, basis)) quarters.unshift(quarter) // prettier-ignore
  return quarters
}

type Job = { [N in JobName]: { readonly name: N; readonly data: Jobs[N] } }[JobName]

class History {
  delivered = 0
  readonly #wiring: Wiring
  readonly #today: string
  readonly #jobs: Job[] = []
  readonly #invented: InventedConcern[]
  /** How they stood when a file was last taken in. */
  #standing = new Map<string, Concern>()

  constructor(wiring: Wiring, today: string) {
    this.#wiring = wiring
    this.#today = today
    const [first, ...others] = wiring.establishments.all
      .filter(({ active }) => active)
      .map(({ code }) => code)
    if (first === undefined) throw new Error('there are no establishments')
    this.#invented = inventConcerns({ seed: 'concordat', referenceDate: today, years, concerns, establishments: [first, ...others] }) // prettier-ignore
  }

  /** As far as it has come by today. */
  async live(quarter: Quarter): Promise<void> {
    const { rehearseOn, dueOn } = datesOf(this.#wiring.concernsExport, quarter)
    const releaseOn = addWorkingDays(dueOn, -3)
    const deliverOn = addWorkingDays(releaseOn, 1)
    if (deliverOn >= this.#today) return
    await this.keepUp(addWorkingDays(rehearseOn, -1))
    await this.#pass(rehearseOn)
    await this.#pass(releaseOn)
    await this.#deliver(releaseOn, deliverOn, {})
    if (this.delivered === amended) await this.#amend(addWorkingDays(deliverOn, 8))
  }

  /** The editor takes in what became of concerns since the last file. */
  async keepUp(day: string): Promise<void> {
    await this.#pass(day)
    const file = this.#invented.flatMap((each) => {
      const now = standing(each, day)
      const { reference } = each.raised
      if (!now || JSON.stringify(now) === JSON.stringify(this.#standing.get(reference))) return []
      this.#standing.set(reference, now)
      return [now]
    })
    const upload = {
      type: 'text/csv',
      filename: 'concerns.csv',
      bytes: Readable.from([Buffer.from(csvFile(file))]),
    }
    const { id } = await this.#act('rhian.davies', `${day} 09:00`, (deps, context) => checkUpload(deps, context, upload)) // prettier-ignore
    await this.#act('rhian.davies', `${day} 09:10`, (deps, context) => takeIn(deps, context, id, 'Reports published, judged and closed since the last file')) // prettier-ignore
  }

  /** What the worker does by itself on a day. */
  async #pass(day: string): Promise<void> {
    const deps = this.#at(`${day} 06:00`)
    await scheduleExports(deps)
    await destroyDue(deps)
    await this.#work(`${day} 06:00`)
  }

  async #deliver(
    releaseOn: string,
    acknowledgedOn: string,
    what: Omit<ToPutForward, 'findingsRead'>,
  ): Promise<void> {
    const { id } = await this.#act('rhian.davies', `${releaseOn} 10:00`, (deps, context) => putForward(deps, context, { ...what, findingsRead: true })) // prettier-ignore
    const { number } = await this.#act('oliver.bennett', `${releaseOn} 14:30`, (deps, context) => release(deps, context, id)) // prettier-ignore
    await this.#work(`${releaseOn} 14:31`)
    await this.#act('nadia.hussain', `${acknowledgedOn} 09:40`, (deps, context) => acknowledgeDelivery(deps, context, number)) // prettier-ignore
    this.delivered = number
  }

  /** A report had left out that one of its concerns is an opinion. */
  async #amend(day: string): Promise<void> {
    const at = this.#invented.findIndex(
      ({ raised }) => this.#standing.has(raised.reference) && !raised.opinion,
    )
    const found = this.#invented[at]
    const before = found && (await findConcern(this.#wiring.db, found.raised.reference))
    if (!found || !before) throw new Error('there is no concern to correct')
    const after = { ...before, opinion: true }
    await this.#act('rhian.davies', `${day} 09:00`, (deps, context) => editConcern(deps, context, { given: cellsOf(after), version: before.version, reason: 'It is an opinion, and was not marked as one' })) // prettier-ignore
    this.#invented[at] = { ...found, raised: { ...found.raised, opinion: true } }
    await this.#act('rhian.davies', `${day} 09:30`, (deps, context) => rehearse(deps, context, {}))
    const reason = 'One concern was not marked as an opinion.'
    await this.#deliver(day, addWorkingDays(day, 1), { amends: this.delivered, reason })
  }

  /** The gateway's parts at that time in London; what they enqueue waits for `#work`. */
  #at(time: string): Wiring {
    const send = <N extends JobName>(_tx: unknown, name: N, data: Jobs[N]) => {
      this.#jobs.push({ name, data } as Job) // one of them, as the queue's own signature says
      return Promise.resolve()
    }
    return { ...this.#wiring, clock: clockSetTo(instant(time)), jobs: { ...this.#wiring.jobs, send } }
  }

  async #act<T>(
    subject: string,
    time: string,
    work: (deps: Wiring, context: PersonContext) => Promise<Outcome<T>>,
  ): Promise<T> {
    const deps = this.#at(time)
    return actAs(deps, subject, (context) => work(deps, context))
  }

  /** Mail of that time reached whoever it was for long ago. */
  async #work(time: string): Promise<void> {
    const deps = this.#at(time)
    for (let job = this.#jobs.shift(); job; job = this.#jobs.shift()) {
      if (job.name === 'rehearse-export') await rehearseBySchedule(deps, job.data.quarter)
      if (job.name === 'seal-delivery') await sealDelivery(deps, job.data.deliveryId)
      if (job.name === 'mail-delivery') await mailDelivery(deps, job.data.deliveryId)
      if (job.name === 'send-mail') await sendOwed(deps.db, () => Promise.resolve(), job.data.mailId, deps.clock()) // prettier-ignore
    }
  }
}

function instant(time: string): Date {
  const found = londonInstant(time)
  if (!found) throw new RangeError(`${time} is no time in London`)
  return found
}
