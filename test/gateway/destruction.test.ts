// Destruction: not a day early, whole on the day, with a certificate that an outsider checks, and finished by the next sweep
// wherever the first one broke off (hmpps-2025/19, 19-destruction).
import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { parseVerifierKey } from '../../audit/note.ts'
import { verifyProof } from '../../audit/verify.ts'
import { clockSetTo, type Clock } from '../../gateway/clock.ts'
import { sealPackage } from '../../gateway/transfers/seal.ts'
import { sweep } from '../../gateway/worker.ts'
import { verifyCertificate } from '../../keys/verify-certificate.ts'
import { expectProblem } from '../support/answers.ts'
import { plantable, type Step } from '../support/faults.ts'
import { enrolKey, startGateway, type TestGateway } from '../support/gateway.ts'
import { collect, stateOf, transferAt } from '../support/transfers.ts'

interface Row {
  readonly id: string
  readonly shelf_ref: string
  readonly vault_object: string
  readonly destroy_on: string
  readonly state: string
  readonly wrapped_key: Buffer | null
  readonly ciphertext_sha256: Buffer
}

describe('destruction', () => {
  let gateway: TestGateway
  const faults = plantable()
  beforeAll(async () => {
    gateway = await startGateway({ withWorker: false, change: (wiring) => faults.change(wiring) })
    await enrolKey(gateway)
  })
  afterAll(() => gateway.close())
  afterEach(() => faults.clear())

  const itemOf = async (id: string): Promise<Row> => {
    const { rows } = await gateway.owner.query('select * from concordat.item where transfer_id = $1', [id])
    return rows[0] as unknown as Row // columns of concordat.item
  }
  /** A sealed item; the clock decides which shelf it lies on. */
  const sealed = async (clock: Clock = gateway.wiring.clock) => {
    const id = await transferAt(gateway, 'supplied')
    await sealPackage({ ...gateway.wiring, clock }, id)
    return { id, item: await itemOf(id) }
  }
  const noonOn = (day: string) => clockSetTo(new Date(`${day}T12:00:00Z`))
  const sweepOn = (day: string) => sweep({ ...gateway.wiring, clock: noonOn(day) })
  const dayBefore = (day: string) =>
    new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10)
  test('hmpps-2025/19-destruction: a reminder that cannot be written keeps nothing from its destruction, and is a failed job', async () => {
    const { item } = await sealed()
    const wiring = { ...gateway.wiring, clock: noonOn(item.destroy_on), get hubPublication(): never { throw new Error('no pack has it') } } // prettier-ignore
    await gateway.owner.query(`insert into concordat.clearance (id, title, kind, opened_by, opened_at, delivered_at, window_warn_at, window_ends_at)
      select gen_random_uuid(), 'HMP Leeds', 'report-figures', id, now() - interval '9 days', now() - interval '9 days', now() - interval '8 days', now() - interval '1 day' from concordat.person limit 1`) // prettier-ignore
    expect((await sweep(wiring)).destroyed).toEqual([item.id])
    const { rows } = await gateway.owner.query(`select convert_from(e.body, 'UTF8')::jsonb -> 'detail' as detail from ledger.index i join ledger.entry e on e.id = i.entry_id where i.kind = 'correlation' and i.key = 'clearances'`) // prettier-ignore
    expect(rows.map((row) => row['detail'] as object)).toEqual([{ job: 'remind', reason: 'Error' }])
    await gateway.owner.query('delete from concordat.clearance')
  })

  const certificateOf = async (id: string) => {
    const { rows } = await gateway.owner.query('select jws from concordat.certificate where item_id = $1', [
      (await itemOf(id)).id,
    ])
    return rows.map((row) => String(row['jws']))
  }
  const entriesAbout = async (itemId: string, type: string) =>
    (
      await gateway.owner.query(
        `select convert_from(e.body, 'UTF8')::jsonb as entry from ledger.index i join ledger.index t on t.entry_id = i.entry_id
         join ledger.entry e on e.id = i.entry_id where i.kind = 'item' and i.key = $1 and t.kind = 'type' and t.key = $2`,
        [itemId, type],
      )
    ).rows.map((row) => row['entry'] as Record<string, unknown>) // as audit/entry.ts writes it
  const failures = async (reference: string) =>
    (
      await gateway.owner.query(
        `select convert_from(e.body, 'UTF8')::jsonb as entry from ledger.index i join ledger.entry e on e.id = i.entry_id
         where i.kind = 'correlation' and i.key = $1`,
        [reference],
      )
    ).rows.map((row) => row['entry'] as Record<string, unknown>) // as audit/entry.ts writes it
  /** Key, object, row, entry, certificate: all of them say that it is gone, each once. */
  const expectGone = async (id: string) => {
    const item = await itemOf(id)
    expect([item.state, item.wrapped_key, await stateOf(gateway, id)]).toEqual([
      'destroyed',
      null,
      'destroyed',
    ])
    expect([
      await gateway.wiring.keyStore.has(item.shelf_ref),
      await gateway.wiring.vault.has(item.vault_object),
    ]).toEqual([false, false])
    expect((await entriesAbout(item.id, 'item.destroyed')).length).toBe(1)
    expect((await certificateOf(id)).length).toBe(1)
  }

  test('hmpps-2025/19-destruction: nothing goes a day early, and all of it goes on the day', async () => {
    const { id, item } = await sealed()
    expect(await sweepOn(dayBefore(item.destroy_on))).toEqual({ destroyed: [], certified: 0 })
    expect([(await itemOf(id)).state, await gateway.wiring.keyStore.has(item.shelf_ref)]).toEqual([
      'sealed',
      true,
    ])
    expect(await sweepOn(item.destroy_on)).toEqual({ destroyed: [item.id], certified: 1 })
    await expectGone(id)
    expect(await sweepOn(item.destroy_on)).toEqual({ destroyed: [], certified: 0 })
    expectProblem(
      await (await gateway.as('ayesha.rahman')).get(`/api/v1/requests/${id}/package`),
      'item.destroyed',
    )
  })

  test('hmpps-2025/19-destruction: the rule itself refuses what a shelf says too early, and the refusal is kept and recorded', async () => {
    const { id, item } = await sealed()
    await gateway.owner.query(`update concordat.shelf set destroy_on = '2020-01-01' where ref = $1`, [
      item.shelf_ref,
    ])
    expect((await sweep(gateway.wiring)).destroyed).toEqual([])
    const kept = await itemOf(id)
    expect(kept.shelf_ref).not.toBe(item.shelf_ref)
    expect([
      await gateway.wiring.keyStore.stateOf(kept.shelf_ref),
      await gateway.wiring.keyStore.stateOf(item.shelf_ref),
      await stateOf(gateway, id),
    ]).toEqual(['usable', 'destroyed', 'available'])
    const [entry] = await failures(item.shelf_ref)
    expect(entry).toMatchObject({
      type: 'job.failed',
      clauses: ['hmpps-2025/19-destruction'],
      detail: { job: 'destroy-due', reason: 'refused' },
    })
    const { rows } = await gateway.owner.query('select act, outcome from concordat.decision where id = $1', [
      entry?.['decision'],
    ])
    expect(rows).toEqual([{ act: 'destroy', outcome: 'refusal' }])
    expect((await collect(gateway, id)).length).toBeGreaterThan(0)
    await sweepOn(item.destroy_on)
    await expectGone(id)
  })

  test('hmpps-2025/19-destruction: what somebody holds stays, the rest of its shelf goes, and the refusal is recorded once', async () => {
    const [held, free] = [await sealed(), await sealed()]
    expect(held.item.shelf_ref).toBe(free.item.shelf_ref)
    // Put there behind the gateway's back: the clause itself refuses, whoever wrote the hold.
    await gateway.owner.query(
      `insert into concordat.hold (id, item_id, kind, reason, placed_by, placed_at, review_on)
       select gen_random_uuid(), $1, 'inquiry', 'An inquiry', id, now(), current_date + 30 from concordat.person where subject = 'marta.kowalczyk'`,
      [held.item.id],
    )
    expect((await sweepOn(free.item.destroy_on)).destroyed).toEqual([free.item.id])
    await sweepOn(free.item.destroy_on)
    await expectGone(free.id)
    const kept = await itemOf(held.id)
    expect([
      kept.state,
      await gateway.wiring.keyStore.stateOf(kept.shelf_ref),
      await gateway.wiring.keyStore.stateOf(held.item.shelf_ref),
    ]).toEqual(['sealed', 'usable', 'destroyed'])
    expect(await failures(held.item.shelf_ref)).toMatchObject([
      { clauses: ['hmpps-2025/19-destruction'], detail: { reason: 'refused' } },
    ])
    await gateway.owner.query('truncate concordat.hold cascade')
    await sweepOn(free.item.destroy_on)
    await expectGone(held.id)
  })

  test('hmpps-2025/19-destruction: the certificate verifies offline, names every copy and no person, and carries the proof of its own entry', async () => {
    const { id, item } = await sealed()
    await collect(gateway, id)
    const sealedHash = item.ciphertext_sha256.toString('hex')
    await sweepOn(item.destroy_on)
    const [jws = ''] = await certificateOf(id)
    const verdict = await verifyCertificate(jws, gateway.wiring.certificateJwk)
    expect(verdict.steps.map(({ outcome }) => outcome)).toEqual([
      'passed',
      'passed',
      'passed',
      'passed',
      'passed',
    ])
    const certificate = verdict.certificate
    expect(certificate).toMatchObject({
      itemId: item.id, ciphertextSha256: sealedHash, keyRef: item.shelf_ref, destroyOn: item.destroy_on, status: 'part-complete',
      authority: { agreement: 'hmpps-2025' }, schedule: { demonstration: true },
    }) // prettier-ignore
    expect(certificate?.authority.clauses).toContain('hmpps-2025/19-destruction')
    const { rows } = await gateway.owner.query('select id from concordat.collection where item_id = $1', [
      item.id,
    ])
    expect(certificate?.copies).toMatchObject([
      { kind: 'vault', ref: item.vault_object, state: 'destroyed' },
      { kind: 'backup', state: 'unreadable' },
      { kind: 'recipient', ref: rows[0]?.['id'], state: 'unaccounted' },
    ])
    const { ledger, ...says } = certificate ?? {}
    expect(JSON.stringify(says)).not.toMatch(/ayesha|rahman|@|LEI|self-harm|CLD-/i)
    const proof = await verifyProof({
      proof: ledger?.proof ?? '',
      keys: [await parseVerifierKey(gateway.wiring.verifierKey)],
    })
    expect(
      proof.verified && [
        proof.index,
        createHash('sha256')
          .update(Buffer.concat([Buffer.of(0), proof.entry]))
          .digest('base64'),
      ],
    ).toEqual([ledger?.index, ledger?.leafHash])
    expect(proof.verified && Buffer.from(proof.entry).toString()).not.toMatch(/ayesha|rahman|self-harm|CLD-/i)
    expect(proof.verified && JSON.parse(Buffer.from(proof.entry).toString())).toMatchObject({
      type: 'item.destroyed',
      detail: { sha256: sealedHash },
    })
    const [header = '', payload = '', signature = ''] = jws.split('.')
    const other = Buffer.from(payload, 'base64url').toString().replace('"part-complete"', '"complete"')
    expect(
      (
        await verifyCertificate(
          `${header}.${Buffer.from(other).toString('base64url')}.${signature}`,
          gateway.wiring.certificateJwk,
        )
      ).verified,
    ).toBe(false)
  })

  test('a copy of the row from before the destruction opens nothing', async () => {
    const { item } = await sealed()
    const wrapped = item.wrapped_key ?? Buffer.alloc(0)
    await sweepOn(item.destroy_on)
    await expect(
      gateway.wiring.keyStore.unwrap(item.shelf_ref, wrapped, { item: item.id, transfer: 'any' }),
    ).rejects.toThrow('was destroyed')
  })

  const crashes: [what: string, step: Step, skip: number][] = [
    ['the closing of the shelf is not committed', 'commit', 0],
    ['the closing of the shelf is committed and its answer lost', 'commit.end', 0],
    ['the key store fails before it destroys', 'destroy', 0],
    ['the key store fails after it destroyed', 'destroy.end', 0],
    ['the vault fails before it removes', 'vault.remove', 0],
    ['the vault fails after it removed', 'vault.remove.end', 0],
    ['the row of the item is not committed', 'commit', 1],
    ['the row of the item is committed and its answer lost', 'commit.end', 1],
    ['the certificate is not committed', 'commit', 2],
    ['the certificate is committed and its answer lost', 'commit.end', 2],
  ]
  test.each(crashes)(
    'when %s, the next sweep finishes: all of it gone, one entry, one certificate',
    async (_what, step, skip) => {
      const { id, item } = await sealed()
      faults.once(step, skip)
      const first = await sweepOn(item.destroy_on).catch((error: unknown) => error)
      faults.clear()
      await sweepOn(item.destroy_on)
      await expectGone(id)
      const failed = await failures(item.shelf_ref)
      if (first instanceof Error) expect(failed).toEqual([])
      else expect(failed).toMatchObject([{ type: 'job.failed', detail: { job: 'destroy-due' } }])
    },
  )

  test('while a key is gone and its row still says sealed, nothing is collected', async () => {
    const { id, item } = await sealed()
    faults.once('destroy.end')
    await sweepOn(item.destroy_on)
    const answer = await (await gateway.as('ayesha.rahman')).get(`/api/v1/requests/${id}/package`)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    await sweepOn(item.destroy_on)
    await expectGone(id)
  })

  test('of two shelves one fails again and again: the other goes, and each failure is recorded and logged', async () => {
    const failing = await sealed()
    const going = await sealed(clockSetTo(new Date(Date.now() + 86_400_000)))
    faults.always('destroy', failing.item.shelf_ref)
    const swept = await sweepOn(going.item.destroy_on)
    expect(swept).toEqual({ destroyed: [going.item.id], certified: 1 })
    await sweepOn(going.item.destroy_on)
    await expectGone(going.id)
    expect([
      await stateOf(gateway, failing.id),
      await gateway.wiring.vault.has(failing.item.vault_object),
    ]).toEqual(['available', true])
    expect(await failures(failing.item.shelf_ref)).toMatchObject([
      { detail: { reason: 'Error' } },
      { detail: { reason: 'Error' } },
    ])
    expect(
      gateway.logLines().filter((line) => line.includes(failing.item.shelf_ref)).length,
    ).toBeGreaterThanOrEqual(2)
    faults.clear()
    await sweepOn(going.item.destroy_on)
    await expectGone(failing.id)
  })

  test('a shelf takes everything that lies on it, and what is sealed for the same day afterwards lies on a new one', async () => {
    const [one, other] = [await sealed(), await sealed()]
    expect(one.item.shelf_ref).toBe(other.item.shelf_ref)
    expect((await sweepOn(one.item.destroy_on)).destroyed.sort()).toEqual([one.item.id, other.item.id].sort())
    await expectGone(one.id)
    await expectGone(other.id)
    const later = await sealed()
    expect(later.item.destroy_on).toBe(one.item.destroy_on)
    expect(later.item.shelf_ref).not.toBe(one.item.shelf_ref)
    expect((await collect(gateway, later.id)).length).toBeGreaterThan(0)
    await sweepOn(later.item.destroy_on)
  })

  test('several sweeps at the same time destroy once and certify once', async () => {
    const { id, item } = await sealed()
    await Promise.allSettled([1, 2, 3].map(() => sweepOn(item.destroy_on)))
    await sweepOn(item.destroy_on)
    await expectGone(id)
  })

  test('the person who asked is told that it is gone, in a mail that says nothing of what it was', async () => {
    const { item } = await sealed()
    await gateway.owner.query('delete from concordat.mail')
    await sweepOn(item.destroy_on)
    const { rows } = await gateway.owner.query('select recipient, body from concordat.mail')
    expect(rows).toMatchObject([{ recipient: 'ayesha.rahman@hmi-prisons.example' }])
    expect(String(rows[0]?.['body'])).not.toMatch(/self-harm|LEI|Leeds|INS-/)
  })
})
