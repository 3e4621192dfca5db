// Random walks over requests by random people, through the API of a running gateway with a real database: no walk reaches a
// state or takes a step that is not declared, breaks a constraint, or leaves more or fewer entries than steps (ASVS 2.3.1).
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  after,
  transferStates,
  transitions,
  type TransferAct,
  type TransferState,
} from '../../gateway/transfers/transfer.ts'
import { clockSetTo } from '../../gateway/clock.ts'
import { destroyDue } from '../../gateway/retention/destroy.ts'
import { sealPackage } from '../../gateway/transfers/seal.ts'
import {
  enrolKey,
  permittedRequest,
  startGateway,
  type Subject,
  type TestGateway,
} from '../support/gateway.ts'
import { askedFor, partOf, rowOf } from '../support/transfers.ts'

const acts: readonly TransferAct[] = [
  'resubmit',
  'return',
  'approve',
  'escalate',
  'supply',
  'part-supply',
  'seal',
  'collect',
  'acknowledge',
  'destroy',
]

describe('the states of a request, by themselves', () => {
  test('hmpps-2025/10-no-refusal: no act of HMPPS leads to a state from which the data cannot be supplied', () => {
    for (const state of ['approved', 'escalated'] as const)
      for (const act of acts) {
        const next = after(state, act)
        if (next !== undefined) expect(reachable(next), `${state} ${act}`).toContain('available')
      }
  })

  test('every state is reached from the first, every one but the last leads on, and every declared step leads to a declared state', () => {
    expect([...reachable('requested')].sort()).toEqual([...transferStates].sort())
    for (const state of transferStates) {
      const next = Object.values<TransferState>(transitions[state])
      expect(next.length > 0, state).toBe(state !== 'destroyed')
      for (const each of next) expect(transferStates).toContain(each)
    }
  })

  test('however acts follow each other, approval comes before supply, supply before sealing, and destruction is the end', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...acts), { maxLength: 40 }), (tried) => {
        let state: TransferState = 'requested'
        const done: TransferAct[] = []
        for (const act of tried) {
          const next = after(state, act)
          if (next === undefined) continue
          expect(state, 'nothing follows destruction').not.toBe('destroyed')
          done.push(act)
          state = next
        }
        const first = (...wanted: TransferAct[]) => done.findIndex((act) => wanted.includes(act))
        const comesFirst = (one: number, other: number) => other === -1 || (one !== -1 && one < other)
        expect(comesFirst(first('approve'), first('supply', 'part-supply', 'escalate'))).toBe(true)
        expect(comesFirst(first('supply', 'part-supply'), first('seal'))).toBe(true)
        expect(comesFirst(first('seal'), first('collect', 'destroy'))).toBe(true)
        expect(comesFirst(first('collect'), first('acknowledge'))).toBe(true)
        for (const once of ['approve', 'seal', 'acknowledge', 'destroy'] as const)
          expect(done.filter((act) => act === once).length, once).toBeLessThanOrEqual(1)
      }),
      { numRuns: 500 },
    )
  })
})

function reachable(from: TransferState, seen = new Set<TransferState>()): Set<TransferState> {
  if (seen.has(from)) return seen
  seen.add(from)
  for (const next of Object.values<TransferState>(transitions[from])) reachable(next, seen)
  return seen
}

const people: readonly Subject[] = [
  'ayesha.rahman',
  'tom.whitfield',
  'gwen.pritchard',
  'daniel.okafor',
  'marta.kowalczyk',
]
/** Who an act belongs to. Everybody else who tries it must be told no. */
const whose: Readonly<Partial<Record<TransferAct, Subject>>> = {
  resubmit: 'ayesha.rahman', return: 'gwen.pritchard', approve: 'gwen.pritchard', escalate: 'daniel.okafor', supply: 'daniel.okafor',
  'part-supply': 'daniel.okafor', collect: 'ayesha.rahman', acknowledge: 'ayesha.rahman',
} // prettier-ignore

const said: Readonly<Record<TransferAct | 'request', string>> = {
  request: 'transfer.requested', resubmit: 'transfer.requested', return: 'transfer.returned', approve: 'transfer.approved',
  escalate: 'transfer.escalated', supply: 'transfer.supplied', 'part-supply': 'transfer.part-supplied', seal: 'item.sealed',
  collect: 'item.collected', acknowledge: 'item.acknowledged', destroy: 'item.destroyed',
} // prettier-ignore

interface Step {
  readonly act: TransferAct
  /** Mostly the person whose act it is, so that walks get somewhere. */
  readonly by: Subject | 'rightful'
}

describe('random walks', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({ people: 300, withWorker: false })
    await enrolKey(gateway)
    for (const who of people) await gateway.as(who)
  })
  afterAll(() => gateway.close())

  /** A worker whose clock stands at the item's date, where there is an item. */
  const destroyAtLast = async (id: string): Promise<number> => {
    const { rows } = await gateway.owner.query(
      `select id, destroy_on from concordat.item where transfer_id = $1 and state = 'sealed'`,
      [id],
    )
    const [item] = rows
    if (!item) return 409
    const clock = clockSetTo(new Date(`${String(item['destroy_on'])}T12:00:00Z`))
    return (await destroyDue({ ...gateway.wiring, clock })).includes(String(item['id'])) ? 200 : 500
  }

  /** @returns the status of an answer, or what it would be of what the worker does */
  const attempt = async (id: string, { act, by }: Step): Promise<number> => {
    const path = `/api/v1/requests/${id}`
    if (act === 'seal') return sealPackage(gateway.wiring, id).then(() => 200)
    if (act === 'destroy') return destroyAtLast(id)
    const client = await gateway.as(by === 'rightful' ? (whose[act] ?? 'ayesha.rahman') : by)
    const bodies: Partial<Record<TransferAct, unknown>> = {
      return: { reason: 'Name the wing.' }, supply: { outcome: 'supply' }, 'part-supply': partOf(gateway),
      escalate: { outcome: 'escalate', reason: 'The owner has to look.' },
    } // prettier-ignore
    if (act === 'resubmit') return (await client.put(path, permittedRequest(gateway))).status
    if (act === 'collect') return (await client.get(`${path}/package`)).status
    const address = act === 'part-supply' || act === 'escalate' ? 'supply' : act
    return (await client.post(`${path}/${address}`, bodies[act])).status
  }

  /** How often the ledger says each thing of the transfer. */
  const entriesAbout = async (id: string): Promise<Record<string, number>> => {
    const { rows } = await gateway.owner.query(
      `select t.key as type, count(*) as n from ledger.index i join ledger.index t on t.entry_id = i.entry_id and t.kind = 'type'
       where i.kind = 'transfer' and i.key = $1 group by 1`,
      [id],
    )
    return Object.fromEntries(rows.map((row) => [String(row['type']), Number(row['n'])]))
  }

  const steps = fc.array(
    fc.record({
      act: fc.constantFrom(...acts),
      by: fc.oneof(
        { weight: 4, arbitrary: fc.constant('rightful' as const) },
        { weight: 1, arbitrary: fc.constantFrom(...people) },
      ),
    }),
    { minLength: 14, maxLength: 24 },
  )

  test('every step is declared, rightful, kept and recorded, or else changes nothing', async () => {
    const reached = new Set<TransferState>()
    await fc.assert(
      fc.asyncProperty(steps, async (walk) => {
        const id = await askedFor(gateway)
        const counted: Record<string, number> = { 'transfer.requested': 1 }
        let state: TransferState = 'requested'
        for (const step of walk) {
          const before = await rowOf(gateway, id)
          const status = await attempt(id, step)
          expect(status, `${state} ${step.act} by ${step.by}`).toBeLessThan(500)
          const row = await rowOf(gateway, id)
          const next = after(state, step.act)
          const isRightful =
            step.by === 'rightful' ||
            step.by === whose[step.act] ||
            step.act === 'seal' ||
            step.act === 'destroy'
          if (status < 300 && (next !== undefined || step.act !== 'seal')) {
            expect([next, isRightful], `${state} ${step.act} by ${step.by}`).toEqual([row['state'], true])
            state = next ?? state
            counted[said[step.act]] = (counted[said[step.act]] ?? 0) + 1
          } else {
            expect(row, `${state} ${step.act} by ${step.by} was answered ${status}`).toEqual(before)
            expect(
              status >= 400 && isRightful && next !== undefined,
              `${state} ${step.act} was not done`,
            ).toBe(false)
          }
          expect(row['state']).toBe(state)
          reached.add(state)
        }
        expect(await entriesAbout(id)).toMatchObject(counted)
        const told = Object.values(said).filter((type) => (counted[type] ?? 0) === 0)
        for (const type of told) expect(await entriesAbout(id)).not.toHaveProperty([type])
      }),
      { numRuns: 24, examples: [[straightOn], [straightPast]], endOnFailure: true },
    )
    expect([...reached].sort()).toEqual([...transferStates].sort())
  }, 180_000)
})

/** Two walks that go all the way, so that no run misses a state by chance. */
const rightfully = (walk: readonly TransferAct[]): Step[] => walk.map((act) => ({ act, by: 'rightful' }))
const straightOn = rightfully(['return', 'resubmit', 'approve', 'escalate', 'part-supply', 'seal', 'seal', 'collect', 'collect', 'acknowledge', 'collect', 'destroy', 'destroy', 'supply', 'approve']) // prettier-ignore
const straightPast = rightfully(['approve', 'supply', 'supply', 'seal', 'acknowledge', 'destroy', 'collect', 'acknowledge', 'seal']) // prettier-ignore
