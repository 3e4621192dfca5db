// A backup from before an erasure: it is made to forget again before anybody is served, from a list outside the database that
// holds no identifier. And how much may wait for its number before writers are told to come back.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { replayErasures } from '../../gateway/forgetting/replay.ts'
import { entriesOf, permittedRequest, startGateway, type TestGateway } from '../support/gateway.ts'

const prisoner = 'A7341KX'

describe('a gateway', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({ people: 50 })
    await (await gateway.as('ayesha.rahman')).post('/api/v1/requests', { ...permittedRequest(gateway), prisonNumbers: [prisoner], relevance: `About ${prisoner}.` }) // prettier-ignore
  })
  afterAll(() => gateway.close())

  test('whose restored database holds what was erased forgets it again, and the list that says so names nobody', async () => {
    const places = ['concordat.transfer_text', 'concordat.transfer', 'concordat.decision', 'concordat.person', 'concordat.mail', 'ledger.secret', 'concordat.erasure'] // prettier-ignore
    await gateway.owner.query('create schema backup')
    for (const place of places) await gateway.owner.query(`create table backup.${place.replace('.', '_')} as table ${place}`) // prettier-ignore
    const officer = await gateway.as('marta.kowalczyk')
    for (const whom of [{ identifiers: [prisoner] }, { email: 'tom.whitfield@hmi-prisons.example' }]) {
      const { id } = (await officer.post('/api/v1/erasures', { ...whom, basis: 'court-order', reason: 'Ordered.' })).json() // prettier-ignore
      expect((await (await gateway.as('samir.haddad')).post(`/api/v1/erasures/${String(id)}/authorise`)).status).toBe(200) // prettier-ignore
    }
    const folder = path.join(gateway.environment.config.ledgerDirectory, 'forgotten')
    for (const file of await readdir(folder))
      expect(await readFile(path.join(folder, file), 'utf8')).not.toMatch(/7341|tom|whitfield/i)

    const restored = `update concordat.transfer t set prison_numbers = b.prison_numbers from backup.concordat_transfer b where b.id = t.id;
      delete from concordat.transfer_text; insert into concordat.transfer_text select * from backup.concordat_transfer_text;
      update concordat.person p set name = b.name, email = b.email, subject = b.subject from backup.concordat_person b where b.id = p.id;
      delete from ledger.secret; insert into ledger.secret select * from backup.ledger_secret;
      delete from concordat.erasure; drop schema backup cascade`
    await gateway.owner.query(restored)
    const counted = async () => (await gateway.owner.query(`select (select count(*) from concordat.transfer where $1 = any(prison_numbers)) as transfers,
      (select count(*) from concordat.transfer_text where text like '%' || $1 || '%') as texts, (select count(*) from ledger.secret where value ~ $1) as secrets,
      (select count(*) from concordat.person where email like 'tom.whitfield%') as people`, [prisoner])).rows[0] // prettier-ignore
    expect(await counted()).toEqual({ transfers: 1, texts: 1, secrets: 1, people: 1 })
    expect(await replayErasures(gateway.wiring)).toHaveLength(2)
    expect(await counted()).toEqual({ transfers: 0, texts: 0, secrets: 0, people: 0 })
    expect(await replayErasures(gateway.wiring)).toEqual([])
    const again = (await entriesOf(gateway, 'type=ledger.erased')).filter((entry) => (entry['actor'] as { kind: string }).kind === 'process') // prettier-ignore
    expect(again).toMatchObject([{ detail: { replayed: true } }, { detail: { replayed: true } }])
  })

  test('with too much waiting for its number answers 503 with Retry-After, changes nothing, and takes it again afterwards', async () => {
    await gateway.settle()
    const officer = await gateway.as('marta.kowalczyk')
    await gateway.owner.query(
      `begin; select pg_advisory_lock(hashtextextended('concordat ledger sequencer', 0)); commit`,
    )
    await officer.get('/api/v1/me')
    await gateway.owner.query(`set session_replication_role = replica`)
    await gateway.owner.query(
      `update ledger.entry set recorded_at = now() - interval '11 seconds' where id in (select entry_id from ledger.outbox)`,
    )
    await expect.poll(async () => (await officer.get('/api/v1/me')).status).toBe(503)
    const { rows } = await gateway.owner.query('select count(*) as entries from ledger.entry')
    const refused = await officer.get('/api/v1/me')
    expect(refused.json()).toMatchObject({ code: 'ledger.busy' })
    expect(refused.headers.get('retry-after')).toBe('5')
    expect((await gateway.owner.query('select count(*) as entries from ledger.entry')).rows).toEqual(rows)
    await gateway.owner.query(`select pg_advisory_unlock_all()`)
    await gateway.settle()
    await expect.poll(async () => (await officer.get('/api/v1/me')).status).toBe(200)
  })
})
