// The load tool against a real gateway: what it counts is what the ledger holds, and what is not right it names.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { folderLog } from '../../audit/fsck/folder-log.ts'
import { fsck } from '../../audit/fsck/fsck.ts'
import { parseVerifierKey } from '../../audit/note.ts'
import { type ApiClient, openApiClient } from '../../gateway/cli/api-client.ts'
import { hammer } from '../../gateway/cli/hammer.ts'
import { startGateway, type TestGateway } from '../support/gateway.ts'
import { tokenOf } from '../support/tokens.ts'
import { concordat } from './run.ts'

describe('concordat ledger hammer', () => {
  let gateway: TestGateway
  const file = (name: string) => path.join(gateway.directory, name)
  beforeAll(async () => {
    gateway = await startGateway({ people: 50 })
    await writeFile(file('token'), await tokenOf(gateway, 'marta.kowalczyk'))
    await writeFile(file('vkey'), `${gateway.wiring.verifierKey}\n`)
    await gateway.settle()
  })
  afterAll(() => gateway.close())
  const entries = async () =>
    Number(
      (await gateway.owner.query(`select count(*) from ledger.entry e where exists (select from ledger.index i where i.entry_id = e.id and i.kind = 'type' and i.key in ('form.viewed', 'ledger.viewed', 'ledger.proof-issued'))`)).rows[0]?.['count'],
    ) // prettier-ignore
  const run = async (change: (path: string, text: string) => string) => {
    const real = openApiClient({ gateway: gateway.url, tokenFile: file('token') })
    const call: ApiClient['call'] = async (method, path) => new Response(change(path, await (await real.call(method, path)).text())) // prettier-ignore
    const client: ApiClient = { call, json: async (shape, method, path) => shape.parse(await (await call(method, path)).json()) } // prettier-ignore
    const keys = [await parseVerifierKey(gateway.wiring.verifierKey)]
    return hammer({ client, keys, writers: 2, readers: 2, seconds: 3, elapsed: () => performance.now() })
  }

  test('verifies proofs while it writes, counts every entry that it made, and leaves a ledger that is right', async () => {
    const before = await entries()
    const { code, out, err } = await concordat(['ledger', 'hammer', '--gateway', gateway.url, '--token-file', file('token'), '--vkey', file('vkey'), '--seconds', '4', '--writers', '4', '--readers', '2']) // prettier-ignore
    expect(code, err).toBe(0)
    const [, made, , proofs, checkpoints] = /^(\d+) entries in 4 s, (\d+) a second\n(\d+) proofs verified, (\d+) checkpoints/.exec(out) ?? [] // prettier-ignore
    expect(Number(proofs)).toBeGreaterThan(0)
    expect(Number(checkpoints)).toBeGreaterThan(0)
    // Looks that were told to come back are none of its entries; the first look of the follower is not counted.
    const written = (await entries()) - before
    expect(written - Number(made)).toBe(1)
    await gateway.settle()
    const { report } = await fsck({ keys: [await parseVerifierKey(gateway.wiring.verifierKey)], db: gateway.wiring.reading, log: folderLog(path.join(gateway.environment.config.ledgerDirectory, 'full')), onProgress: () => undefined }) // prettier-ignore
    expect(report.clean).toBe(true)
  })

  test('names a proof that does not hold', async () => {
    const swapped = await run((path, text) =>
      path.endsWith('/proof') ? text.replace(/^index \d+$/m, 'index 0') : text,
    )
    expect(swapped.faults.length).toBeGreaterThan(0)
    expect(swapped.faults[0]).toMatch(/^The proof of entry [0-9a-f-]+ does not hold:\n[^]*failed +inclusion/)
  })

  test('names a ledger that does not hold what it held, and one that grew smaller', async () => {
    const forked = await run((path, text) =>
      path.includes('/consistency') ? text.replace(/"hashes":\["../, '"hashes":["AA') : text,
    )
    expect(forked.faults.join('\n')).toMatch(/does not hold what that of \d+ held/)
    const first = await openApiClient({ gateway: gateway.url, tokenFile: file('token') }).call(
      'GET',
      '/api/v1/ledger/checkpoint',
    )
    const old = await first.text()
    let looks = 0
    await gateway.settle()
    const back = await run((path, text) => (path.endsWith('/checkpoint') && (looks += 1) > 4 ? old : text))
    expect(back.faults.join('\n')).toMatch(/was shown after one of \d+/)
  })
})
