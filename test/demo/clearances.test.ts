// What Data and Analysis finds in the demonstration: a report with a request that waits, one with a condition, and one refused.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { askForConsents } from '../../demo/clearances.ts'
import { keepPhotographs } from '../../demo/photographs.ts'
import { entriesOf, startGateway, type TestGateway } from '../support/gateway.ts'
import { signedIn } from '../support/pages.ts'

let gateway: TestGateway
let report: string
let photographs: string[]
beforeAll(async () => {
  gateway = await startGateway({
    people: 100,
    withWorker: false,
    change: async (wiring) => {
      report = await askForConsents(wiring)
      photographs = await keepPhotographs(wiring, report)
      return wiring
    },
  })
})
afterAll(() => gateway.close())

test('the queue of Data and Analysis is not empty, and each answer has its entry', async () => {
  const { body } = await (await signedIn(gateway, 'leila.santos')).page('/consents')
  for (const words of ['UF-LEI-2026-09', 'Waits', 'with a condition', 'Refused'])
    expect(body).toContain(words)
  await gateway.wiring.ledgerProcess.catchUp()
  expect(await entriesOf(gateway, 'type=consent.requested')).toHaveLength(3)
  expect(await entriesOf(gateway, 'type=consent.answered')).toHaveLength(2)
})

test('the report has two photographs: one that is seen, and one that waits for a consent', async () => {
  const martin = await signedIn(gateway, 'martin.boyle')
  const { body } = await martin.page(`/clearances/${report}/photographs`)
  for (const words of [
    'A cell window on A wing',
    'Waits for answers',
    'Association on B wing',
    'Waits for consent',
  ])
    // prettier-ignore
    expect(body).toContain(words)
  const statuses = await Promise.all(photographs.map(async (id) => (await martin.page(`/photographs/${id}/image`)).status)) // prettier-ignore
  expect(statuses).toEqual([200, 403])
})
