// "Last enforced, count": the same before and after it is added up, for every clause, and without reading what was counted.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../gateway/db.ts'
import { readStateAlone } from '../../gateway/agreements/state.ts'
import { clocksRun } from '../../gateway/decisions/passes-through.ts'
import { countDecisions, readEnforcement } from '../../gateway/decisions/enforcement.ts'
import { permittedRequest, startGateway, type TestGateway } from '../support/gateway.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ withWorker: false, people: 50 })
})
afterAll(() => gateway.close())

const ask = async (inspection?: string) =>
  (await gateway.as('ayesha.rahman')).post('/api/v1/requests', { ...permittedRequest(gateway), ...(inspection !== undefined && { inspection }) }) // prettier-ignore
const counted = () => gateway.wiring.db.withTransaction(readEnforcement)
const uncounted = async () => {
  const { rows } = await gateway.owner.query('select count(*)::int as n from concordat.uncounted_decision')
  return Number(rows[0]?.['n'])
}

test('is whole at every moment: before decisions are added up, after, and while there are some of each', async () => {
  await ask()
  await ask('NO-SUCH-1')
  const before = await counted()
  expect(before.get('hmpps-2025/11-relevance')).toMatchObject({ tested: 2, refused: 1, lastRefused: expect.any(Date) as Date }) // prettier-ignore
  expect(before.get('hmpps-2025/16-dsa')).toMatchObject({ tested: 2, refused: 0 })
  expect(await uncounted()).toBeGreaterThanOrEqual(2)
  await countDecisions(gateway.wiring.db)
  expect(await uncounted()).toBe(0)
  expect(await counted()).toEqual(before)
  await ask('NO-SUCH-2')
  const after = await counted()
  expect(after.get('hmpps-2025/11-relevance')).toMatchObject({ tested: 3, refused: 2 })
  await countDecisions(gateway.wiring.db)
  expect(await counted()).toEqual(after)
})

test('counts each decision once when several add up at the same time', async () => {
  for (let made = 0; made < 6; made += 1) await ask('NO-SUCH-3')
  const before = await counted()
  const { db } = gateway.wiring
  await Promise.all([countDecisions(db), countDecisions(db), countDecisions(db)])
  expect(await counted()).toEqual(before)
  expect(await uncounted()).toBe(0)
})

test('what is counted goes back when the pass does not end', async () => {
  await ask('NO-SUCH-4')
  const before = await counted()
  const { db } = gateway.wiring
  const lost: Pick<Database, 'withTransaction'> = {
    withTransaction: (work) =>
      db.withTransaction(async (tx) => {
        await work(tx)
        throw new Error('the connection is lost')
      }),
  }
  await expect(countDecisions(lost)).rejects.toThrow('lost')
  expect(await uncounted()).toBeGreaterThan(0)
  expect(await counted()).toEqual(before)
})

test('reads no decision that was counted', async () => {
  await countDecisions(gateway.wiring.db)
  const before = await counted()
  // As its owner, which the gateway is not: what is counted must not need the decisions any more.
  await gateway.owner.query(`update concordat.decision set tested = '{}'`)
  expect(await counted()).toEqual(before)
})

test('a clock is counted under the clause of its duty: when it runs, when it is met, and when last', async () => {
  const clockOf = async (clause: string) =>
    (await readStateAlone(gateway.wiring.reading, gateway.wiring.clock())).get(clause)?.clocks
  expect(await clockOf('hmpps-2025/16')).toBeUndefined()
  const { id } = (await ask()).json()
  const path = `/api/v1/requests/${String(id)}`
  await (await gateway.as('gwen.pritchard')).post(`${path}/approve`)
  const running = await clockOf('hmpps-2025/16')
  expect(running).toMatchObject({ running: 1, met: 0, late: 0, lastStarted: expect.any(Date) as Date })
  expect(running?.lastMet).toBeUndefined()
  await (await gateway.as('daniel.okafor')).post(`${path}/supply`, { outcome: 'supply' })
  expect(await clockOf('hmpps-2025/16')).toMatchObject({
    running: 0,
    met: 1,
    late: 0,
    lastMet: expect.any(Date) as Date,
  })
})

test('a quarter without its delivery is a clock that runs, and from its day on a late one', async () => {
  await gateway.owner.query(
    `insert into concordat.export_quarter (ends_on, starts_on, label, rehearse_on, warn_at, due_on, due_at)
     values ('2020-06-30', '2020-04-01', 'Quarter 1 of 2020-21', '2020-06-30', '2020-07-06Z', '2020-07-14', '2020-07-15Z')`,
  )
  const clocks = async (now: string) =>
    (await readStateAlone(gateway.wiring.reading, new Date(now))).get('hmpps-2025/20')?.clocks
  expect(await clocks('2020-06-30T22:59:59Z')).toBeUndefined()
  expect(await clocks('2020-06-30T23:00:00Z')).toMatchObject({ running: 1, late: 0, lastStarted: new Date('2020-06-30T23:00:00Z') }) // prettier-ignore
  expect(await clocks('2020-07-15T00:00:01Z')).toMatchObject({ running: 1, late: 1 })
})

test('the clocks that are kept are those that the gateway is said to run', async () => {
  const { rows } = await gateway.owner.query(`select pg_get_viewdef('concordat.clock') as words`)
  const named = [...String(rows[0]?.['words']).matchAll(/'([a-z0-9-]+\/[a-z0-9-]+)'/g)].map(
    ([, clause]) => clause,
  )
  expect(named.length).toBeGreaterThan(3)
  expect(named.filter((clause) => clause === undefined || !(clause in clocksRun))).toEqual([])
})
