// GET …/package, POST …/acknowledge, GET …/certificate: the key comes out after the entry is committed and never before,
// and nothing leaves to anybody else, before its time or after its end (hmpps-2025/16-encryption, 19-destruction).
import { createHash, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { clockSetTo } from '../../gateway/clock.ts'
import { certifyDestroyed } from '../../gateway/retention/certify.ts'
import { destroyDue } from '../../gateway/retention/destroy.ts'
import type { Wiring } from '../../gateway/wire.ts'
import { openMessage } from '../../keys/open-message.ts'
import type { ArmoredKeyPair } from '../../keys/openpgp-keys.ts'
import { verifyCertificate } from '../../keys/verify-certificate.ts'
import { entriesFor, expectProblem, expectRefusal, expectRejectionEntry } from '../support/answers.ts'
import { tokenOf } from '../support/tokens.ts'
import { enrolKey, startGateway, type TestGateway } from '../support/gateway.ts'
import { collect, destroyOnItsDate, rowOf, stateOf, transferAt } from '../support/transfers.ts'

/** What is planted, and what was seen of the vault and of the key store. */
const planted = { proofFails: false, manyRows: false, vaultBreaksAt: Infinity }
const seen: string[] = []
let collectedSoFar: () => Promise<number> = () => Promise.resolve(0)

function watched(wiring: Wiring): Wiring {
  const { keyStore, vault, proofOf, source } = wiring
  return {
    ...wiring,
    source: {
      ...source,
      read: (query, signal) => (planted.manyRows ? manyRows() : source.read(query, signal)),
    },
    keyStore: {
      kind: keyStore.kind,
      id: keyStore.id,
      create: (ref) => keyStore.create(ref),
      wrap: (ref, secret, context) => keyStore.wrap(ref, secret, context),
      destroy: (ref) => keyStore.destroy(ref),
      has: (ref) => keyStore.has(ref),
      stateOf: (ref) => keyStore.stateOf(ref),
      unwrap: async (...all) => {
        seen.push(`unwrap after ${await collectedSoFar()} committed`)
        return keyStore.unwrap(...all)
      },
    },
    vault: {
      ...vault,
      read: (name) => {
        seen.push('vault read')
        return planted.vaultBreaksAt === Infinity ? vault.read(name) : Readable.from(broken(vault.read(name)))
      },
    },
    proofOf: (entryId) =>
      planted.proofFails
        ? {
            entryId,
            confirm: () => Promise.reject(new Error('planted: the entry is not there')),
            count: () => Promise.resolve(),
          }
        : proofOf(entryId),
  }
}

/** What is there up to a byte, and then the disk fails. */
async function* broken(whole: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let passed = 0
  for await (const chunk of whole) {
    yield chunk.subarray(0, planted.vaultBreaksAt - passed)
    passed += chunk.length
    if (passed > planted.vaultBreaksAt) throw new Error('planted: the disk fails')
  }
}

/** About 12 MiB that no compression makes smaller, so that a delivery takes more than one look. */
async function* manyRows(): AsyncGenerator<Record<string, string>[]> {
  for (let batch = 0; batch < 60; batch += 1) {
    await Promise.resolve()
    yield Array.from({ length: 4000 }, () => ({ prison_number: randomBytes(36).toString('base64'), establishment_code: 'LEI', incident_date: '2026-01-01' })) // prettier-ignore
  }
}

describe('a package', () => {
  let gateway: TestGateway
  let key: ArmoredKeyPair
  beforeAll(async () => {
    gateway = await startGateway({ change: watched })
    key = await enrolKey(gateway)
    collectedSoFar = async () => {
      const { rows } = await gateway.owner.query(
        `select count(*) as n from ledger.index where kind = 'type' and key = 'item.collected'`,
      )
      return Number(rows[0]?.['n'])
    }
  })
  afterAll(() => gateway.close())
  beforeEach(() => {
    Object.assign(planted, { proofFails: false, manyRows: false, vaultBreaksAt: Infinity })
    seen.length = 0
  })

  const take = async (id: string, who: Parameters<TestGateway['as']>[0] = 'ayesha.rahman') =>
    (await gateway.as(who)).get(`/api/v1/requests/${id}/package`)
  const open = (bytes: Uint8Array) =>
    openMessage(bytes, {
      privateArmored: key.privateArmored,
      senderArmored: gateway.wiring.signer.publicArmored,
    })

  test('hmpps-2025/16-encryption: is collected by the person who asked, encrypted to their key, and the key comes out after the commit', async () => {
    const id = await transferAt(gateway, 'available')
    seen.length = 0
    const before = await collectedSoFar()
    const answer = await take(id)
    expect(answer.status).toBe(200)
    expect(seen).toEqual([`unwrap after ${before + 1} committed`, 'vault read'])
    expect(answer.headers.get('content-type')).toBe('application/pgp-encrypted')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const { reference } = await rowOf(gateway, id)
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename=${String(reference)}.pgp`)
    expect(
      Buffer.from(await open(answer.bytes))
        .subarray(0, 2)
        .toString(),
    ).toBe('PK')
    expect(await stateOf(gateway, id)).toBe('collected')
    expect(await entriesFor(gateway, answer)).toMatchObject([
      {
        type: 'item.collected',
        actor: { username: 'ayesha.rahman@hmi-prisons.example' },
        detail: { fingerprint: key.fingerprint.toUpperCase() },
      },
    ])
  })

  test('is encrypted anew each time it is collected, and each time is an entry and a row', async () => {
    const id = await transferAt(gateway, 'collected')
    const [first, second] = [await collect(gateway, id), await collect(gateway, id)]
    expect(first.equals(second)).toBe(false)
    expect(
      createHash('sha256')
        .update(await open(first))
        .digest(),
    ).toEqual(
      createHash('sha256')
        .update(await open(second))
        .digest(),
    )
    const { rows } = await gateway.owner.query(
      'select c.id from concordat.collection c join concordat.item i on i.id = c.item_id where i.transfer_id = $1',
      [id],
    )
    expect(rows).toHaveLength(3)
  })

  test('not a byte leaves when the entry cannot be confirmed, and neither the key nor the vault is touched', async () => {
    const id = await transferAt(gateway, 'available')
    seen.length = 0
    planted.proofFails = true
    const answer = await take(id)
    expectProblem(answer, 'fault')
    expect(seen).toEqual([])
    expect((await entriesFor(gateway, answer)).map(({ type }) => type)).toEqual([
      'item.collected',
      'delivery.failed',
      'request.rejected',
    ])
    planted.proofFails = false
    expect((await take(id)).status).toBe(200)
  })

  const deliveriesFailed = async (id: string) => {
    const { rows } = await gateway.owner.query(
      `select t.entry_id from ledger.index t join ledger.index i using (entry_id)
       where t.kind = 'type' and t.key = 'delivery.failed' and i.kind = 'transfer' and i.key = $1`,
      [id],
    )
    return rows.length
  }

  test('what fails before the first byte is a plain fault and an entry, and the gateway goes on', async () => {
    const id = await transferAt(gateway, 'available')
    planted.vaultBreaksAt = 100
    const answer = await take(id)
    expectProblem(answer, 'fault')
    expect((await entriesFor(gateway, answer)).map(({ type }) => type)).toEqual([
      'item.collected',
      'delivery.failed',
      'request.rejected',
    ])
    planted.vaultBreaksAt = Infinity
    expect((await take(id)).status).toBe(200)
  })

  test('a delivery that breaks half-way never comes to its end, and one that its reader leaves is stopped; both are entries', async () => {
    planted.manyRows = true
    const id = await transferAt(gateway, 'available')
    planted.vaultBreaksAt = 8 * 1024 * 1024
    await expect(take(id)).rejects.toThrow('terminated')
    await vi.waitFor(async () => expect(await deliveriesFailed(id)).toBe(1), 10_000)

    planted.vaultBreaksAt = Infinity
    const leaving = new AbortController()
    const response = await fetch(`${gateway.url}/api/v1/requests/${id}/package`, {
      headers: { authorization: `Bearer ${await tokenOf(gateway, 'ayesha.rahman')}` },
      signal: leaving.signal,
    })
    expect(response.status).toBe(200)
    leaving.abort()
    await vi.waitFor(async () => expect(await deliveriesFailed(id)).toBe(2), 10_000)

    expect(Buffer.from(await open(await collect(gateway, id))).length).toBeGreaterThan(8 * 1024 * 1024)
    expect(await deliveriesFailed(id)).toBe(2)
  })

  test.each([
    { what: 'leaves the team', undo: 'update concordat.inspection_member set member_until = null where person_id = $1', how: 'update concordat.inspection_member set member_until = greatest(member_from, current_date - 1) where person_id = $1' },
    { what: 'is not registered any more', undo: `update concordat.person set subject = substr(subject, 6) where id = $1`, how: `update concordat.person set subject = 'left ' || subject where id = $1` },
  ])('a download is stopped in the middle when its reader $what, and the ledger says so', async ({ how, undo }) => {
    planted.manyRows = true
    planted.vaultBreaksAt = Infinity
    const id = await transferAt(gateway, 'available')
    const person = await gateway.owner.query(`select id from concordat.person where subject = 'ayesha.rahman'`)
    const ayesha = [person.rows[0]?.['id']]
    const response = await fetch(`${gateway.url}/api/v1/requests/${id}/package`, { headers: { authorization: `Bearer ${await tokenOf(gateway, 'ayesha.rahman')}` } })
    const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader()
    expect((await reader.read()).done).toBe(false) // then nothing is read: the rest waits in the gateway
    await gateway.owner.query(how, ayesha)
    try {
      await vi.waitFor(async () => expect(await deliveriesFailed(id)).toBe(1), 15_000)
      const whole = async () => {
        while (!(await reader.read()).done);
      }
      await expect(whole()).rejects.toThrow('terminated')
    } finally {
      await gateway.owner.query(undo, ayesha)
    }
    const [failed] = (await entriesFor(gateway, response)).filter(({ type }) => type === 'delivery.failed')
    expect(failed).toMatchObject({ detail: { reason: 'withdrawn' } })
  }) // prettier-ignore

  test('a download goes on to its end while nothing changes, however slowly it is read', async () => {
    planted.manyRows = true
    const id = await transferAt(gateway, 'available')
    const response = await fetch(`${gateway.url}/api/v1/requests/${id}/package`, { headers: { authorization: `Bearer ${await tokenOf(gateway, 'ayesha.rahman')}` } }) // prettier-ignore
    const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader()
    await reader.read()
    const asked = gateway.wiring.clock().getTime()
    await vi.waitFor(() => expect(gateway.wiring.clock().getTime() - asked).toBeGreaterThan(5000), 10_000) // two looks
    while (!(await reader.read()).done);
    expect(await deliveriesFailed(id)).toBe(0)
  })

  const damages: [what: string, code: string, damage: (bytes: Buffer) => Buffer][] = [
    ['altered by one bit', 'item.altered', (bytes) => Buffer.from(bytes.with(bytes.length >> 1, (bytes[bytes.length >> 1] ?? 0) ^ 1))],
    ['cut off', 'item.altered', (bytes) => bytes.subarray(0, bytes.length - 20)],
  ] // prettier-ignore
  test.each(damages)(
    'a sealed object that was %s is not delivered, and is an incident that names what is wrong',
    async (_what, code, damage) => {
      const id = await transferAt(gateway, 'available')
      const { rows } = await gateway.owner.query('select vault_object from concordat.item where transfer_id = $1', [id]) // prettier-ignore
      const file = path.join(gateway.environment.config.vaultDirectory, String(rows[0]?.['vault_object']))
      await writeFile(file, damage(await readFile(file)))
      const answer = await take(id)
      expectProblem(answer, 'fault')
      expect(await deliveriesFailed(id)).toBe(1)
      const entries = await entriesFor(gateway, answer)
      expect(entries.find(({ type }) => type === 'incident.raised')).toMatchObject({
        detail: { kind: 'object-damaged', found: code },
      })
    },
  )

  test('local/requester-collects: nobody else collects, whatever their role, and who may not see it does not find it', async () => {
    const id = await transferAt(gateway, 'available')
    seen.length = 0
    for (const who of ['gwen.pritchard', 'marta.kowalczyk', 'daniel.okafor'] as const)
      expect(expectRefusal(await take(id, who), 'collect'), who).toEqual(
        expect.arrayContaining(['hmpps-2025/11-authorised', 'local/requester-collects']),
      )
    expectProblem(await take(id, 'tom.whitfield'), 'not-found')
    expect(seen).toEqual([])
    expect(await stateOf(gateway, id)).toBe('available')
  })

  test('is refused before it is there, by the clauses that miss an approval and a sealed item', async () => {
    const answer = await take(await transferAt(gateway, 'requested'))
    expect(expectRefusal(answer, 'collect')).toEqual([
      'hmpps-2025/16-encryption',
      'local/approved-first',
      'local/grant-current',
    ])
    const approved = await take(await transferAt(gateway, 'approved'))
    expect(expectRefusal(approved, 'collect')).toEqual(['hmpps-2025/16-encryption', 'local/grant-current'])
    expect(await entriesFor(gateway, approved)).toMatchObject([
      { type: 'decision.refused', detail: { act: 'collect' } },
    ])
  })

  test('hmpps-2025/16-encryption: is refused without an enrolled key, and with one that has expired', async () => {
    const id = await transferAt(gateway, 'available')
    const ayesha = `(select id from concordat.person where subject = 'ayesha.rahman')`
    for (const [plant, mend] of [
      ['offered', 'enrolled'],
      ['expired', 'unexpired'],
    ] as const) {
      const change = {
        offered: `update concordat.person_key set state = 'offered', enrolled_at = null, challenge_hash = sha256('') where person_id = ${ayesha}`,
        enrolled: `update concordat.person_key set state = 'enrolled', enrolled_at = now(), challenge_hash = null where person_id = ${ayesha}`,
        expired: `update concordat.person_key set expires_at = now() - interval '1 minute' where person_id = ${ayesha}`,
        unexpired: `update concordat.person_key set expires_at = null where person_id = ${ayesha}`,
      }
      await gateway.owner.query(change[plant])
      const answer = await take(id)
      await gateway.owner.query(change[mend])
      expect(expectRefusal(answer, 'collect'), plant).toEqual([
        'hmpps-2025/16-encryption',
        'local/key-enrolled',
      ])
    }
    expect(await stateOf(gateway, id)).toBe('available')
  })

  test('need to know is decided again at opening: off the team, an overdue duty, lapsed vetting, a closed inspection', async () => {
    const id = await transferAt(gateway, 'available')
    const ayesha = `(select id from concordat.person where subject = 'ayesha.rahman')`
    const cases: [plant: string, mend: string, clauses: string[]][] = [
      ['update concordat.inspection_member set member_until = member_from', 'update concordat.inspection_member set member_until = null', ['hmpps-2025/11-authorised', 'hmpps-2025/11-relevance']],
      [`update concordat.inspection set closed_on = current_date where reference = 'INS-2026-LEI-1'`, 'update concordat.inspection set closed_on = null', ['hmpps-2025/11-relevance']],
      [`update concordat.person_standing set valid_until = '2025-01-31' where kind = 'vetting' and person_id = ${ayesha}`, `update concordat.person_standing set valid_until = '2099-01-31'`, ['hmpps-2025/14-vetting', 'local/vetting-in-date']],
      [`insert into concordat.duty select gen_random_uuid(), 'planted', '${id}', ${ayesha}::text, now() - interval '3 days', now() - interval '2 days', now() - interval '1 day'`, `delete from concordat.duty where clause = 'planted'`, ['local/no-overdue-duty']],
      [`update concordat.item set cipher_profile = 'withdrawn' where transfer_id = '${id}'`, `update concordat.item set cipher_profile = (select max(cipher_profile) from concordat.item where cipher_profile <> 'withdrawn')`, ['hmpps-2025/16-encryption']],
    ] // prettier-ignore
    for (const [plant, mend, clauses] of cases) {
      await gateway.owner.query(plant)
      const answer = await take(id)
      await gateway.owner.query(mend)
      expect(expectRefusal(answer, 'collect'), plant).toEqual(clauses)
    }
    expect((await take(id)).status).toBe(200)
  })

  test('is acknowledged by the person who collected it, once', async () => {
    const id = await transferAt(gateway, 'available')
    const analyst = await gateway.as('ayesha.rahman')
    expectProblem(await analyst.post(`/api/v1/requests/${id}/acknowledge`), 'state.conflict')
    await collect(gateway, id)
    for (const who of ['gwen.pritchard', 'daniel.okafor', 'marta.kowalczyk'] as const) {
      const other = await (await gateway.as(who)).post(`/api/v1/requests/${id}/acknowledge`)
      expect(expectRefusal(other, 'acknowledge')).toEqual(['local/requester-collects'])
    }
    const answer = await analyst.post(`/api/v1/requests/${id}/acknowledge`)
    expect(answer.json()).toMatchObject({ state: 'acknowledged' })
    expect(await entriesFor(gateway, answer)).toMatchObject([{ type: 'item.acknowledged' }])
    const again = await analyst.post(`/api/v1/requests/${id}/acknowledge`)
    expectProblem(again, 'state.conflict')
    await expectRejectionEntry(gateway, again, 'state.conflict')
  })

  test('hmpps-2025/19-destruction: is gone after its date: 410 for whoever asked, and their attempt is an entry', async () => {
    const id = await transferAt(gateway, 'destroyed')
    seen.length = 0
    const answer = await take(id)
    expect(expectProblem(answer, 'item.destroyed').detail).toContain('certificate')
    await expectRejectionEntry(gateway, answer, 'item.destroyed')
    expectProblem(await take(id, 'tom.whitfield'), 'not-found')
    expect(seen).toEqual([])
  })

  test('has no certificate before it is destroyed, and in the moments before its proof it is asked for again', async () => {
    const id = await transferAt(gateway, 'available')
    const analyst = await gateway.as('ayesha.rahman')
    const certificate = () => analyst.get(`/api/v1/requests/${id}/certificate`)
    expectProblem(await certificate(), 'not-found')
    const { destroyOn } = (await analyst.get(`/api/v1/requests/${id}`)).json()['item'] as {
      destroyOn: string
    } // as transferAnswer says
    await destroyDue({ ...gateway.wiring, clock: clockSetTo(new Date(`${destroyOn}T12:00:00Z`)) })
    expectProblem(await certificate(), 'ledger.behind')
    await gateway.settle()
    await certifyDestroyed(gateway.wiring)
    expect((await certificate()).status).toBe(200)
  })

  test('hmpps-2025/19-destruction: its certificate is shown to whoever may see the request, verifies with the published key, and each look is an entry', async () => {
    const id = await transferAt(gateway, 'available')
    await collect(gateway, id)
    await destroyOnItsDate(gateway, id)
    for (const who of ['ayesha.rahman', 'gwen.pritchard', 'daniel.okafor', 'marta.kowalczyk'] as const) {
      const client = await gateway.as(who)
      const answer = await client.get(`/api/v1/requests/${id}/certificate`)
      const jwk = (await client.get('/api/v1/certificate-key')).json()
      const verdict = await verifyCertificate(String(answer.json()['certificate']), jwk)
      expect(verdict, who).toMatchObject({ verified: true })
      expect(verdict.certificate?.copies.map(({ kind, state }) => [kind, state])).toEqual([
        ['vault', 'destroyed'],
        ['backup', 'unreadable'],
        ['recipient', 'unaccounted'],
      ])
      expect(verdict.certificate?.status).toBe('part-complete')
      expect(await entriesFor(gateway, answer)).toMatchObject([{ type: 'certificate.viewed' }])
    }
    expectProblem(
      await (await gateway.as('tom.whitfield')).get(`/api/v1/requests/${id}/certificate`),
      'not-found',
    )
  })
})
