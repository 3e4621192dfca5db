// What Data and Analysis finds in the demonstration: a report with a request that waits, one with a condition, and one refused.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { askForConsents } from '../../demo/clearances.ts'
import { entriesOf, startGateway, type TestGateway } from '../support/gateway.ts'
import { signedIn } from '../support/pages.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({
    people: 100,
    withWorker: false,
    change: async (wiring) => {
      await askForConsents(wiring)
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
