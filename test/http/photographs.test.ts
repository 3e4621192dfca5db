// Photographs over HTTP as the production role: taken in, seen, consented to, withdrawn, and destroyed on their date.
import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../../demo/client.ts'
import { destroyDuePhotographs } from '../../gateway/photographs/destroy.ts'
import { replayDestroyedPhotographs } from '../../gateway/photographs/destroyed-since.ts'
import { stripPicture } from '../../gateway/photographs/picture.ts'
import { reconcileKeys } from '../../gateway/retention/reconcile.ts'
import { findLivingShelves } from '../../gateway/retention/shelf-store.ts'
import { findShelfNames, lockWrappedOn, rewrap } from '../../gateway/rotation/wrapped-store.ts'
import type { Wiring } from '../../gateway/wire.ts'
import { londonDate } from '../../policies/calendar.ts'
import { entriesFor, expectProblem, expectRefusal } from '../support/answers.ts'
import { startGateway, type Subject, type TestGateway } from '../support/gateway.ts'
import { signedIn } from '../support/pages.ts'
import { exifSegment, jpeg, jpegWith, png, pngHeader, pngOf, chunk } from '../support/pictures.ts'

let gateway: TestGateway
let aheadMs = 0
const now = () => new Date(Date.now() + aheadMs)
let broken: Partial<Wiring> = {}
beforeAll(async () => {
  gateway = await startGateway({
    withWorker: false,
    people: 100,
    change: (wired) => ({
      ...wired,
      clock: now,
      get vault() {
        return broken.vault ?? wired.vault
      },
    }),
  })
})
afterAll(() => gateway.close())

const dayMs = 24 * 3_600_000
const day = (offset: number) => londonDate(new Date(now().getTime() + offset * dayMs))
const post = async (who: Subject, path: string, body?: unknown) => (await gateway.as(who)).post(`/api/v1${path}`, body) // prettier-ignore
const get = async (who: Subject, path: string) => (await gateway.as(who)).get(`/api/v1${path}`)
async function done(answer: Answer | Promise<Answer>): Promise<Record<string, unknown>> {
  const given = await answer
  expect(given.status, given.bytes.toString('utf8')).toBeLessThan(300)
  return given.json()
}

const report = async () =>
  String((await done(post('ayesha.rahman', '/clearances', { title: 'HMP Leeds', kind: 'report-figures' })))['id']) // prettier-ignore
const fields = (change: object = {}) => ({ inspection: 'INS-2026-LEI-1', takenOn: day(-2), caption: 'A cell', shows: 'A cell with a broken window', finding: 'Cells are cold.', people: 0, ...change }) // prettier-ignore
const send = async (id: string, change: object = {}, bytes: Buffer = jpegWith(exifSegment(6)), who: Subject = 'ayesha.rahman', type = 'image/jpeg') =>
  (await gateway.as(who)).form(`/api/v1/clearances/${id}/photographs`, Object.fromEntries(Object.entries(fields(change)).map(([name, value]) => [name, String(value)])), new Blob([new Uint8Array(bytes)], { type })) // prettier-ignore
const kept = async (change: object = {}) => String((await done(send(await report(), change)))['id'])
const consenting = (change: object = {}) => ({ who: 'person 1', form: 'Cabinet 4', writtenOn: day(-3), uses: 'The report', storage: 'Sealed', until: day(200), sharedWith: ['hmpps', 'public'], ...change }) // prettier-ignore
const seeing = async (who: Subject, id: string) => get(who, `/photographs/${id}/image`)
const read = async (id: string) => done(get('ayesha.rahman', `/photographs/${id}`))
const row = async (id: string) => (await gateway.owner.query(`select p.destroyed_at, p.wrapped_key, l.vault_object, l.shelf from concordat.photograph p join concordat.photograph_place l on l.id = p.id where p.id = $1`, [id])).rows[0] // prettier-ignore

describe('taking a photograph in', () => {
  test('keeps the picture alone, sealed, with its class and its date, and says so.', async () => {
    const answer = await send(await report())
    const photograph = await done(answer)
    const { bytes } = await stripPicture(jpegWith(exifSegment(6)))
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    expect(answer.status).toBe(201)
    const year = new Date(`${day(-2)}T12:00:00Z`)
    year.setUTCFullYear(year.getUTCFullYear() + 1)
    expect(photograph).toMatchObject({ format: 'jpeg', width: 16, height: 24, removed: ['exif'], sha256, retentionClass: 'photographs', scheduledOn: londonDate(year), destroyOn: londonDate(year), standing: 'checks', maySee: true }) // prettier-ignore
    const entries = await entriesFor(gateway, answer)
    expect(entries.map(({ type }) => type).sort()).toEqual(['photograph.kept', 'photograph.viewed'])
    expect(JSON.stringify(entries)).not.toMatch(/broken window|A cell|Cells are cold/)
    const object = String((await row(String(photograph['id'])))?.['vault_object'])
    expect(await readdir(gateway.environment.config.vaultDirectory)).toContain(object)
  })

  test('gives back exactly that picture, as what it is, and each look is an entry.', async () => {
    const id = await kept()
    const seen = await seeing('martin.boyle', id)
    expect(seen.status).toBe(200)
    expect(seen.bytes).toEqual((await stripPicture(jpegWith(exifSegment(6)))).bytes)
    expect(seen.bytes.includes('ACME')).toBe(false)
    expect([seen.headers.get('content-type'), seen.headers.get('cache-control'), seen.headers.get('x-content-type-options')]).toEqual(['image/jpeg', 'no-store', 'nosniff']) // prettier-ignore
    expect((await entriesFor(gateway, seen)).map(({ type }) => type)).toEqual(['photograph.opened'])
  })

  test('goes by what the file is, and not by what it is called.', async () => {
    expect(await done(send(await report(), {}, png, 'ayesha.rahman', 'image/jpeg'))).toMatchObject({ format: 'png' }) // prettier-ignore
    const wrong = await send(await report(), {}, Buffer.from('%PDF-1.7'), 'ayesha.rahman', 'image/png')
    expect(expectProblem(wrong, 'picture.unreadable').detail).toContain('document')
  })

  test('refuses what is damaged, and 100 megapixels, and keeps nothing of either.', async () => {
    const before = await readdir(gateway.environment.config.vaultDirectory)
    expectProblem(await send(await report(), {}, jpeg.subarray(0, 300)), 'picture.unreadable')
    const large = await send(await report(), {}, pngOf(pngHeader(10_000, 10_000), chunk('IDAT', 'x'), chunk('IEND'))) // prettier-ignore
    expect(expectProblem(large, 'picture.unreadable').detail).toContain('100 megapixels')
    expectProblem(await send(await report(), {}, Buffer.alloc(25 * 2 ** 20)), 'body.too-large')
    expect(await readdir(gateway.environment.config.vaultDirectory)).toEqual(before)
  })

  test('names each field that is wrong.', async () => {
    const id = await report()
    const faults = async (change: object, bytes?: Buffer) => expectProblem(await send(id, change, bytes), 'input.invalid').fields.map(({ field }) => field) // prettier-ignore
    expect(await faults({ people: 'many', caption: ' ', takenOn: 'yesterday' })).toEqual(['takenOn', 'caption', 'people']) // prettier-ignore
    expect(await faults({ takenOn: day(1) })).toEqual(['takenOn'])
    expect(await faults({ inspection: 'INS-2026-BMI-1' })).toEqual(['inspection'])
    expect(await faults({ inspection: 'INS-NONE' })).toEqual(['inspection'])
    expect(await faults({ takenOn: day(-400) })).toEqual(['takenOn'])
  })

  test('is for those who inspect and write reports; others cannot tell whether there is a report.', async () => {
    const id = await report()
    expect(expectRefusal(await send(id, {}, jpeg, 'daniel.okafor'), 'read-photographs')).toEqual(['local/default-deny']) // prettier-ignore
    expect(expectRefusal(await get('gwen.pritchard', `/clearances/${id}/photographs`), 'read-photographs')).toEqual(['local/default-deny']) // prettier-ignore
    expect(expectRefusal(await send(id, {}, jpeg, 'grace.adeyemi'), 'keep-photograph')).toEqual(['local/default-deny']) // prettier-ignore
  })

  test('leaves nothing behind when sealing breaks off: its key and its object are ended an hour later.', async () => {
    const { keyStore, vault } = gateway.wiring
    broken = { vault: { ...vault, write: async (name, bytes) => { await vault.write(name, bytes); throw new Error('the disk is full') } } } // prettier-ignore
    expectProblem(await send(await report()), 'fault')
    broken = {}
    const { rows } = await gateway.owner.query(`select l.id, l.shelf, l.vault_object from concordat.photograph_place l where not exists (select from concordat.photograph p where p.id = l.id)`) // prettier-ignore
    expect(rows).toHaveLength(1)
    expect(await gateway.wiring.vault.has(String(rows[0]?.['vault_object']))).toBe(true)
    await destroyDuePhotographs(gateway.wiring)
    expect(await keyStore.stateOf(String(rows[0]?.['shelf']))).toBe('usable')
    aheadMs += 2 * 3_600_000
    await destroyDuePhotographs(gateway.wiring)
    expect(await gateway.wiring.vault.has(String(rows[0]?.['vault_object']))).toBe(false)
    expect(await keyStore.stateOf(String(rows[0]?.['shelf']))).toBe('destroyed')
  })

  test('is bound to its own key: what another photograph’s row says does not open it.', async () => {
    const [one, two] = [await kept(), await kept()]
    const both = await Promise.all([row(one), row(two)])
    await gateway.owner.query('update concordat.photograph set wrapped_key = $2 where id = $1', [one, both[1]?.['wrapped_key']]) // prettier-ignore
    expect((await seeing('ayesha.rahman', one)).status).toBe(500)
    await gateway.owner.query('update concordat.photograph set wrapped_key = $2 where id = $1', [one, both[0]?.['wrapped_key']]) // prettier-ignore
    expect((await seeing('ayesha.rahman', one)).status).toBe(200)
  })
})

describe('who sees a photograph', () => {
  test('hmpps-2025/annex-a/identity: with somebody in it and no consent, the photographer and the assurance officer alone.', async () => {
    const id = await kept({ people: 1 })
    expect(await read(id)).toMatchObject({ standing: 'quarantine', maySee: true })
    expect((await seeing('ayesha.rahman', id)).status).toBe(200)
    expect((await seeing('marta.kowalczyk', id)).status).toBe(200)
    expect(expectRefusal(await seeing('martin.boyle', id), 'show')).toEqual(['hmpps-2025/annex-a/identity'])
    expect(await done(get('martin.boyle', `/photographs/${id}`))).toMatchObject({ maySee: false, caption: 'A cell' }) // prettier-ignore
    await done(post('ayesha.rahman', `/photographs/${id}/consents`, consenting()))
    expect((await seeing('martin.boyle', id)).status).toBe(200)
  })

  test('To HMPPS a photograph that is not meant for a report is not there.', async () => {
    const id = await kept()
    const clearance = String((await read(id))['clearance'])
    expectProblem(await get('colin.baxter', `/photographs/${id}`), 'not-found')
    expectProblem(await seeing('colin.baxter', id), 'not-found')
    expect(await done(get('colin.baxter', `/clearances/${clearance}/photographs`))).toEqual({
      photographs: [],
    })
    const reports = (await done(get('colin.baxter', '/photographs')))['reports'] as { id: string; photographs: number }[] // prettier-ignore
    expect(reports.find((each) => each.id === clearance)?.photographs).toBe(0)
  })

  test('The nightly comparison finds no key without its entry, and none without its look.', async () => {
    await seeing('ayesha.rahman', await kept())
    aheadMs += 2 * dayMs
    const found = await reconcileKeys(gateway.wiring)
    expect(found?.differences).toEqual([])
    expect(found?.used).toBeGreaterThan(0)
  })
})

describe('consent', () => {
  test('hmpps-2025/annex-a/identity-consent-content: says use, storage, how long and with whom, and was signed before.', async () => {
    const id = await kept({ people: 2 })
    const faults = async (change: object) => expectProblem(await post('ayesha.rahman', `/photographs/${id}/consents`, consenting(change)), 'input.invalid').fields.map(({ field }) => field) // prettier-ignore
    expect(await faults({ uses: ' ', storage: '', until: '', sharedWith: [] })).toEqual(['uses', 'storage', 'until', 'sharedWith']) // prettier-ignore
    expect(await faults({ writtenOn: day(-1) })).toEqual(['writtenOn'])
    expect(await faults({ writtenOn: day(-20), until: day(-1) })).toEqual(['until'])
    expect(await faults({ sharedWith: ['everybody'] })).toEqual(['sharedWith.0'])
    await done(post('ayesha.rahman', `/photographs/${id}/consents`, consenting()))
    expect(await faults({})).toEqual(['who'])
    expect(await read(id)).toMatchObject({ standing: 'quarantine' })
    await done(post('ayesha.rahman', `/photographs/${id}/consents`, consenting({ who: 'person 2' })))
    expect(await read(id)).toMatchObject({ standing: 'checks' })
    expectProblem(await post('ayesha.rahman', `/photographs/${id}/consents`, consenting({ who: 'person 3' })), 'state.conflict') // prettier-ignore
    expectProblem(await post('ayesha.rahman', `/photographs/${await kept()}/consents`, consenting()), 'state.conflict') // prettier-ignore
  })

  test('S16: a consent that is shorter than the schedule brings the end nearer, and a longer one does not put it off.', async () => {
    const id = await kept({ people: 2 })
    const { scheduledOn } = await read(id)
    await done(post('ayesha.rahman', `/photographs/${id}/consents`, consenting({ until: day(2000) })))
    expect(await read(id)).toMatchObject({ destroyOn: scheduledOn })
    await done(post('ayesha.rahman', `/photographs/${id}/consents`, consenting({ who: 'person 2', until: day(5) }))) // prettier-ignore
    expect(await read(id)).toMatchObject({ destroyOn: day(5), scheduledOn })
    await expect(gateway.wiring.db.query('update concordat.photograph set destroy_on = scheduled_on where id = $1', [id])).rejects.toThrow(/kept longer/) // prettier-ignore
  })

  test('hmpps-2025/annex-a/identity-withdrawal: blocks for everybody at once, destroys the same day, and tells who has to know.', async () => {
    const id = await kept({ people: 1 })
    const photograph = await done(post('ayesha.rahman', `/photographs/${id}/consents`, consenting()))
    const [consent] = photograph['consents'] as { id: string }[]
    const copy = await publishedCopy(id)
    const withdrawal = await post('martin.boyle', `/photographs/${id}/consents/${consent?.id ?? ''}/withdraw`)
    expect(await done(withdrawal)).toMatchObject({ standing: 'recalled', destroyOn: day(0), maySee: false })
    const entries = await entriesFor(gateway, withdrawal)
    expect(entries).toEqual(expect.arrayContaining([expect.objectContaining({ type: 'photograph-consent.withdrawn' }), expect.objectContaining({ type: 'photograph.recalled', detail: { because: 'withdrawn', published: 1, taken: 0 } })])) // prettier-ignore
    for (const who of ['ayesha.rahman', 'marta.kowalczyk', 'martin.boyle'] as const)
      expect(expectRefusal(await seeing(who, id), 'show')).toContain('hmpps-2025/annex-a/identity-withdrawal')
    const mails = await gateway.owner.query(`select subject || ': ' || recipient as told from concordat.mail where body like '%' || $1 || '%'`, [id]) // prettier-ignore
    expect(mails.rows.map(({ told }) => String(told)).sort()).toEqual([
      'A photograph has to be taken down: grace.adeyemi@hmi-prisons.example',
      'A photograph has to be taken down: martin.boyle@hmi-prisons.example',
      'A photograph may be used no longer: ayesha.rahman@hmi-prisons.example',
      'A photograph may be used no longer: martin.boyle@hmi-prisons.example',
    ])
    const { vault_object: object, shelf } = (await row(id)) ?? {}
    expect(await destroyDuePhotographs(gateway.wiring)).toContain(id)
    expect(await gateway.wiring.keyStore.stateOf(String(shelf))).toBe('destroyed')
    expect(await gateway.wiring.vault.has(String(object))).toBe(false)
    expectProblem(await post('martin.boyle', `/photographs/${id}/consents/${consent?.id ?? ''}/withdraw`), 'state.conflict') // prettier-ignore
    expect(await read(id)).toMatchObject({ standing: 'recalled' })
    await done(post('grace.adeyemi', `/photographs/${id}/copies/${copy}/end`, { how: 'Taken off the website.' })) // prettier-ignore
    expect(await read(id)).toMatchObject({ standing: 'destroyed', copies: [{ kind: 'published', endedHow: 'Taken off the website.', recalledFor: 'withdrawn' }] }) // prettier-ignore
    expectProblem(await post('grace.adeyemi', `/photographs/${id}/copies/${copy}/end`, { how: 'Again.' }), 'state.conflict') // prettier-ignore
  })

  test('The database keeps a withdrawal, whatever the code does.', async () => {
    await expect(gateway.wiring.db.query('update concordat.photograph_consent set withdrawn_at = null, withdrawn_by = null where withdrawn_at is not null')).rejects.toThrow(/stays withdrawn/) // prettier-ignore
    await expect(gateway.wiring.db.query('update concordat.photograph_copy set recalled_at = null, recalled_for = null where recalled_at is not null')).rejects.toThrow(/stays withdrawn/) // prettier-ignore
    for (const table of ['photograph', 'photograph_consent', 'photograph_copy', 'photograph_opening'])
      await expect(gateway.wiring.db.query(`delete from concordat.${table}`)).rejects.toThrow(/permission denied/) // prettier-ignore
  })

  test('Whoever may not keep photographs withdraws nothing, and a copy that was not called back is not ended.', async () => {
    const id = await kept({ people: 1 })
    const [consent] = (await done(post('ayesha.rahman', `/photographs/${id}/consents`, consenting())))['consents'] as { id: string }[] // prettier-ignore
    expect(expectRefusal(await post('grace.adeyemi', `/photographs/${id}/consents/${consent?.id ?? ''}/withdraw`), 'keep-photograph')).toEqual(['local/default-deny']) // prettier-ignore
    expectProblem(await post('ayesha.rahman', `/photographs/${id}/copies/${await publishedCopy(id)}/end`, { how: 'x' }), 'state.conflict') // prettier-ignore
  })
})

describe('the end of a photograph', () => {
  test('comes on its date and not a day before: key, object and picture are gone, its record stays.', async () => {
    const id = await kept({ people: 1 })
    await done(post('ayesha.rahman', `/photographs/${id}/consents`, consenting({ until: day(5) })))
    const copy = await publishedCopy(id)
    expect(await destroyDuePhotographs(gateway.wiring)).not.toContain(id)
    aheadMs += 5 * dayMs
    expect(await destroyDuePhotographs(gateway.wiring)).toContain(id)
    expectProblem(await seeing('marta.kowalczyk', id), 'item.destroyed')
    // Its consent is over, so what is on the web has to go too.
    expect(await read(id)).toMatchObject({
      standing: 'recalled',
      copies: [{ id: copy, recalledFor: 'expired' }],
    })
    const { rows } = await gateway.owner.query(`select convert_from(e.body, 'UTF8')::jsonb ->> 'type' as type from ledger.entry e join ledger.index i on i.entry_id = e.id where i.kind = 'photograph' and i.key = $1`, [id]) // prettier-ignore
    expect(rows.map(({ type }) => type)).toEqual(expect.arrayContaining(['photograph.kept', 'item.destroyed', 'photograph.recalled'])) // prettier-ignore
    await expect(gateway.wiring.db.query('update concordat.photograph set destroyed_at = null, wrapped_key = sha256($2) where id = $1', [id, Buffer.from('x')])).rejects.toThrow(/destroyed/) // prettier-ignore
  })

  test('is tried again where a step failed.', async () => {
    const id = await kept({ people: 1 })
    const [consent] = (await done(post('ayesha.rahman', `/photographs/${id}/consents`, consenting())))['consents'] as { id: string }[] // prettier-ignore
    await done(post('ayesha.rahman', `/photographs/${id}/consents/${consent?.id ?? ''}/withdraw`))
    const failing = { ...gateway.wiring, vault: { ...gateway.wiring.vault, remove: () => Promise.reject(new Error('the disk is away')) } } // prettier-ignore
    expect(await destroyDuePhotographs(failing)).not.toContain(id)
    expect((await row(id))?.['destroyed_at']).toBeNull()
    expect(await destroyDuePhotographs(gateway.wiring)).toContain(id)
  })
})

describe('the key of a photograph', () => {
  test('is among those that live, moves to another store with the others, and its name is never lost.', async () => {
    const id = await kept()
    const shelf = String((await row(id))?.['shelf'])
    expect(await findLivingShelves(gateway.wiring.db)).toContain(shelf)
    await gateway.wiring.db.withTransaction(async (tx) => {
      const [wrapped, ...others] = await lockWrappedOn(tx, shelf)
      expect([wrapped?.id, others]).toEqual([id, []])
      if (!wrapped) return
      const secret = await gateway.wiring.keyStore.unwrap(shelf, wrapped.wrappedKey, wrapped.context)
      await rewrap(tx, wrapped, await gateway.wiring.keyStore.wrap(shelf, secret, wrapped.context))
    })
    expect((await seeing('ayesha.rahman', id)).status).toBe(200)
    expect(await findShelfNames(gateway.wiring.db)).toContain(shelf)
  })

  test('ends for good: a restored row that shows it as kept is brought to say that it is destroyed.', async () => {
    const id = await kept({ people: 1 })
    const [consent] = (await done(post('ayesha.rahman', `/photographs/${id}/consents`, consenting())))['consents'] as { id: string }[] // prettier-ignore
    const before = (await row(id))?.['wrapped_key'] as Buffer
    await done(post('ayesha.rahman', `/photographs/${id}/consents/${consent?.id ?? ''}/withdraw`))
    expect(await destroyDuePhotographs(gateway.wiring)).toContain(id)
    await gateway.owner.query(`set session_replication_role = replica; update concordat.photograph set destroyed_at = null, destroy_on = scheduled_on, wrapped_key = '\\x${before.toString('hex')}' where id = '${id}'; set session_replication_role = origin`) // prettier-ignore
    expect((await row(id))?.['destroyed_at']).toBeNull()
    expect(await replayDestroyedPhotographs(gateway.wiring)).toEqual([id])
    expect((await row(id))?.['destroyed_at']).toBeInstanceOf(Date)
    expect(await replayDestroyedPhotographs(gateway.wiring)).toEqual([])
  })
})

describe('as pages', () => {
  test('a photograph is sent with a form, and what is wrong with it is said at its field.', async () => {
    const id = await report()
    const ayesha = await signedIn(gateway, 'ayesha.rahman')
    const upload = async (bytes: Buffer | undefined, change: object = {}) => {
      const form = new FormData()
      form.set('_csrf', await ayesha.token())
      for (const [name, value] of Object.entries(fields(change))) form.set(name, String(value))
      if (bytes) form.set('file', new Blob([new Uint8Array(bytes)]), 'cell.jpg')
      return ayesha.browser.visit(new URL(`/clearances/${id}/photographs`, gateway.url), { form })
    }
    const sent = await upload(jpeg)
    expect([sent.status, sent.url.pathname]).toEqual([
      200,
      expect.stringMatching(/^\/photographs\/[0-9a-f-]{36}$/),
    ])
    expect((await upload(png, { caption: 'Other' })).body).toContain('PNG, 6 by 4 pixels')
    const heic = await upload(Buffer.from('\0\0\0\u0018ftypheic', 'latin1'))
    expect([heic.status, heic.body.includes('HEIC'), heic.body.includes('A cell with a broken window')]).toEqual([400, true, true]) // prettier-ignore
    const none = await upload(undefined)
    expect([none.status, none.body.includes('Choose a photograph.')]).toEqual([400, true])
    expect((await upload(jpeg, { people: 'many' })).status).toBe(400)
  })

  test('a report without photographs says so, and one is added, seen and consented to in a browser’s way.', async () => {
    const id = await report()
    const ayesha = await signedIn(gateway, 'ayesha.rahman')
    expect((await ayesha.page(`/clearances/${id}/photographs`)).body).toContain(
      'This report has no photographs yet',
    )
    expect((await ayesha.page('/photographs')).body).toContain(`/clearances/${id}/photographs`)
    const photograph = String((await done(send(id, { people: 1, caption: '<b>Cell</b>' })))['id'])
    const album = (await ayesha.page(`/clearances/${id}/photographs`)).body
    expect(album).toContain('&lt;b&gt;Cell&lt;/b&gt;')
    expect(album).toContain(`src="/photographs/${photograph}/image" alt="A cell with a broken window"`)
    const martin = await signedIn(gateway, 'martin.boyle')
    const hidden = (await martin.page(`/photographs/${photograph}`)).body
    expect(hidden).toContain('You may not see the picture')
    expect(hidden).not.toContain('<img class="concordat-photograph')
    expect((await martin.page(`/photographs/${photograph}/image`)).status).toBe(403)
    const mistaken = await ayesha.send(`/photographs/${photograph}/consents`, { who: 'person 1' })
    expect([mistaken.status, mistaken.body.includes('There is a problem')]).toEqual([400, true])
    const { sharedWith, ...rest } = consenting()
    expect((await ayesha.send(`/photographs/${photograph}/consents`, { ...rest, sharedWith: String(sharedWith[0]) })).status).toBe(303) // prettier-ignore
    expect((await martin.page(`/photographs/${photograph}`)).body).toContain('person 1')
    expect((await martin.page(`/photographs/${photograph}/image`)).status).toBe(200)
  })
})

/** A place where it was published, written as the owner of the database. */
async function publishedCopy(id: string): Promise<string> {
  const { rows } = await gateway.owner.query(
    `insert into concordat.photograph_copy (id, photograph_id, kind, place, person_id, made_at)
     select gen_random_uuid(), $1, 'published', 'https://www.example.org/leeds', id, $2 from concordat.person where subject = 'grace.adeyemi' returning id`,
    [id, now()],
  )
  return String(rows[0]?.['id'])
}
