// The session secret is changed from one gateway to the next: whoever is signed in stays so, and what only the old one signed ends with it.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../../gateway/app.ts'
import { startGateway, type TestGateway } from '../support/gateway.ts'
import { signedIn } from '../support/pages.ts'

describe('a change of the session secret', () => {
  let gateway: TestGateway
  const servers: Server[] = []
  beforeAll(async () => {
    gateway = await startGateway({ people: 50, withWorker: false })
  })
  afterAll(async () => {
    for (const server of servers) server.close()
    await gateway.close()
  })

  /** Another gateway on the same database, started with these secrets. @returns where its page of keys is */
  async function startedWith(...secrets: [string, ...string[]]): Promise<URL> {
    const config = { ...gateway.wiring.config, sessionSecrets: secrets }
    const server = createServer(createApp({ ...gateway.wiring, config }))
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new URL('/keys', Object.assign(new URL(gateway.url), { port: (server.address() as AddressInfo).port })) // prettier-ignore
  }

  test('keeps everybody signed in while both are there, and afterwards those who came meanwhile', async () => {
    const [before] = gateway.wiring.config.sessionSecrets
    const [came, stayedAway] = [await signedIn(gateway, 'ayesha.rahman'), await signedIn(gateway, 'gwen.pritchard')] // prettier-ignore
    const both = await startedWith('n'.repeat(40), before)
    const status = async (who: typeof came, at: URL) => (await who.browser.visit(at, { stopAt: () => true })).status // prettier-ignore
    expect(await status(came, both)).toBe(200)
    const after = await startedWith('n'.repeat(40))
    expect([await status(came, after), await status(stayedAway, after)]).toEqual([200, 303])
  })
})
