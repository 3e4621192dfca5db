// Forgetting a person: asked by one, authorised by another, gone in one transaction with its entry. Afterwards nothing of the
// gateway holds a trace: not its database, its published files, its log or its outbox; and every proof still verifies.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fsck } from '../../audit/fsck/fsck.ts'
import { folderLog } from '../../audit/fsck/folder-log.ts'
import { parseVerifierKey } from '../../audit/note.ts'
import { verifyProof } from '../../audit/verify.ts'
import type { Database } from '../../gateway/db.ts'
import { enrolKey, entriesOf, permittedRequest, startGateway, transferIn, type TestGateway } from '../support/gateway.ts' // prettier-ignore
import { signedIn } from '../support/pages.ts'

const prisoner = 'A7341KX'
const basis = 'uk-gdpr-17-1-a'

describe('forgetting', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({ people: 300 })
    await enrolKey(gateway)
    await transferIn(gateway, 'available')
    const officer = await gateway.as('marta.kowalczyk')
    await officer.get('/api/v1/ledger/entries?actor=ayesha.rahman@hmi-prisons.example')
    await (
      await gateway.as('ayesha.rahman')
    ).post('/api/v1/requests', {
      ...permittedRequest(gateway),
      prisonNumbers: [prisoner, 'A1111AA'],
      relevance: `Force was used on ${prisoner.toLowerCase()}, says Ayesha  Rahman.`,
    })
    await signedIn(gateway, 'ayesha.rahman')
    await gateway.settle()
  })
  afterAll(() => gateway.close())

  const ask = async (body: object, who: 'marta.kowalczyk' | 'samir.haddad' = 'marta.kowalczyk') =>
    (await gateway.as(who)).post('/api/v1/erasures', {
      basis,
      reason: 'They asked to be forgotten.',
      ...body,
    })

  test('A prison number is asked for, looked at, and taken out wherever it stands; the other number stays.', async () => {
    expect(await traces(gateway, prisoner)).not.toEqual([])
    const asked = (await ask({ identifiers: [prisoner] })).json()
    expect(asked).toMatchObject({ state: 'asked', scope: 'person', identifiers: [prisoner] })
    const second = await gateway.as('samir.haddad')
    const answer = await second.get(`/api/v1/erasures/${String(asked['id'])}`)
    expect(answer.status, gateway.logLines().at(-1)).toBe(200)
    const looked = answer.json()
    expect(looked['found']).toEqual(
      expect.arrayContaining([{ place: 'concordat.transfer', rows: 1 }, { place: 'concordat.transfer_text', rows: 1 }, { place: 'ledger.secret', rows: 1 }]), // prettier-ignore
    )
    const done = await second.post(`/api/v1/erasures/${String(asked['id'])}/authorise`)
    expect(done.status, gateway.logLines().at(-1)).toBe(200)
    expect(done.json()).toMatchObject({ state: 'done' })
    expect(done.json()).not.toHaveProperty('identifiers')
    await gateway.settle()
    expect(await traces(gateway, prisoner)).toEqual([])
    const { rows } = await gateway.owner.query(
      `select prison_numbers from concordat.transfer where cardinality(prison_numbers) > 0`,
    )
    expect(rows).toEqual([{ prison_numbers: ['[erased]', 'A1111AA'] }]) // prettier-ignore
  })

  test('A registered person is taken out with name, sign-in, keys, sessions and mail, and stays as an opaque id.', async () => {
    const email = 'ayesha.rahman@hmi-prisons.example'
    const { rows: before } = await gateway.owner.query(
      `select id, (select fingerprint from concordat.person_key where person_id = p.id) as fingerprint from concordat.person p where email = $1`,
      [email],
    )
    const fingerprint = String(before[0]?.['fingerprint'])
    for (const trace of [email, 'Ayesha Rahman', fingerprint])
      expect(await traces(gateway, trace), trace).not.toEqual([])
    const [entry] = await entriesOf(gateway, `actor=${email}&type=transfer.requested`)
    const proof = await proofOf(gateway, String(entry?.['entryId']))

    const { id } = (await ask({ email })).json()
    const done = await (await gateway.as('samir.haddad')).post(`/api/v1/erasures/${String(id)}/authorise`)
    expect(done.status, done.bytes.toString()).toBe(200)
    expect(Number(done.json()['values'])).toBeGreaterThan(5)
    await gateway.settle()
    await import('../../gateway/worker.ts').then(({ sweep }) => sweep(gateway.wiring))
    for (const trace of [
      email,
      encodeURIComponent(email),
      'ayesha.rahman',
      'Ayesha Rahman',
      'Ayesha  Rahman',
      fingerprint,
    ])
      expect(await traces(gateway, trace), trace).toEqual([])
    const { rows } = await gateway.owner.query(
      'select name, email, subject from concordat.person where id = $1',
      [before[0]?.['id']],
    )
    expect(rows).toEqual([{ name: 'Erased person', email: `erased-${String(before[0]?.['id'])}@erased.invalid`, subject: `erased ${String(before[0]?.['id'])}` }]) // prettier-ignore

    // Still in the log, without a name, and the proof that was taken before still holds.
    const again = await proofOf(gateway, String(entry?.['entryId']))
    for (const each of [proof, again])
      expect((await verifyProof({ proof: each, keys: [await parseVerifierKey(gateway.wiring.verifierKey)] })).verified).toBe(true) // prettier-ignore
    const officer = await gateway.as('marta.kowalczyk')
    const { entries } = (await officer.get('/api/v1/ledger/entries?type=transfer.requested')).json()
    expect(entries).toEqual(expect.arrayContaining([expect.objectContaining({ entryId: entry?.['entryId'], actor: expect.objectContaining({ username: null, ip: null }) as object })])) // prettier-ignore
    expect((await (await gateway.as('ayesha.rahman')).get('/api/v1/me')).status).toBe(403)
  })

  test('Its entry names no one, and the whole ledger is found without a fault, in its database and in its files.', async () => {
    const [erased] = (await entriesOf(gateway, 'type=ledger.erased')).toReversed()
    expect(erased).toMatchObject({ actor: { username: 'samir.haddad@hmi-prisons.example' }, subjects: [{ kind: 'erasure' }], detail: { scope: 'person', basis, replayed: false } }) // prettier-ignore
    expect(JSON.stringify(erased)).not.toMatch(/ayesha|rahman/i)
    await gateway.settle()
    const { report } = await fsck({ keys: [await parseVerifierKey(gateway.wiring.verifierKey)], db: gateway.wiring.reading, log: folderLog(path.join(gateway.environment.config.ledgerDirectory, 'full')), onProgress: () => undefined }) // prettier-ignore
    expect(report.clean, JSON.stringify(report)).toBe(true)
  })

  test('Single values of an entry can be forgotten, and the others of that entry stay.', async () => {
    const [entry] = await entriesOf(gateway, 'type=transfer.approved')
    const fields = [{ entry: String(entry?.['entryId']), field: 'actor.ip' }]
    const { id } = (await ask({ fields })).json()
    await (await gateway.as('samir.haddad')).post(`/api/v1/erasures/${String(id)}/authorise`)
    const [after] = await entriesOf(gateway, 'type=transfer.approved')
    expect(after).toMatchObject({ actor: { username: 'gwen.pritchard@hmi-prisons.example', ip: null } })
    const gone = await ask({ fields })
    expect(gone.status).toBe(400)
    expect(gone.json()['fields']).toMatchObject([{ field: 'fields' }])
  })

  test('One person cannot do both, nor anybody about themselves, nor anybody else at all.', async () => {
    const { id } = (await ask({ identifiers: ['Somebody Else'] })).json()
    const own = await (await gateway.as('marta.kowalczyk')).post(`/api/v1/erasures/${String(id)}/authorise`)
    expect(own.status).toBe(403)
    expect(own.json()['refusals']).toMatchObject([{ clause: 'local/two-to-forget' }])
    const self = await ask({ email: 'marta.kowalczyk@hmi-prisons.example' })
    expect(self.json()['refusals']).toMatchObject([{ clause: 'local/forget-another' }])
    const approver = await gateway.as('gwen.pritchard')
    for (const answer of [
      await approver.get('/api/v1/erasures'),
      await approver.post(`/api/v1/erasures/${String(id)}/authorise`),
    ])
      // prettier-ignore
      expect(answer.status).toBe(403)
    const withdrawn = await (
      await gateway.as('marta.kowalczyk')
    ).post(`/api/v1/erasures/${String(id)}/withdraw`)
    expect(withdrawn.json()).toMatchObject({ state: 'withdrawn' })
    expect(
      (await (await gateway.as('samir.haddad')).post(`/api/v1/erasures/${String(id)}/authorise`)).status,
    ).toBe(409)
  })

  test('A mistake names its field and saves nothing.', async () => {
    for (const [body, field] of [
      [{}, 'identifiers'],
      [{ identifiers: ['Al'] }, 'identifiers'],
      [{ email: 'nobody@example.org' }, 'email'],
      [
        { identifiers: ['Somebody Else'], fields: [{ entry: crypto.randomUUID(), field: 'actor.ip' }] },
        'fields',
      ],
      [{ identifiers: ['Somebody Else'], basis: 'because' }, 'basis'],
    ] as const) {
      const answer = await ask(body)
      expect(answer.status, JSON.stringify(body)).toBe(400)
      expect(answer.json()['fields']).toMatchObject([{ field }])
    }
  })

  test('The database refuses an erasure without a second person, and one without its entry.', async () => {
    const { id } = (await ask({ identifiers: ['Somebody Else'] })).json()
    const { rows } = await gateway.owner.query('select asked_by from concordat.erasure where id = $1', [id])
    const { db } = gateway.wiring
    await expect(db.query('select concordat.forget($1, $2, now())', [id, rows[0]?.['asked_by']])).rejects.toThrow('second person') // prettier-ignore
    await expect(db.query('select concordat.forget($1, gen_random_uuid(), now())', [id])).rejects.toThrow('has no entry in the ledger') // prettier-ignore
    await expect(db.query(`update concordat.erasure set authorised_by = gen_random_uuid() where id = $1`, [id])).rejects.toThrow('permission denied') // prettier-ignore
    await expect(db.query(`select concordat.forget_words('.*', '')`)).rejects.toThrow('permission denied')
    expect((await (await gateway.as('marta.kowalczyk')).get(`/api/v1/erasures/${String(id)}`)).json()['state']).toBe('asked') // prettier-ignore
  })
})

async function proofOf(gateway: TestGateway, entry: string): Promise<string> {
  await gateway.settle()
  const answer = await (await gateway.as('marta.kowalczyk')).get(`/api/v1/ledger/entries/${entry}/proof`)
  expect(answer.status, answer.bytes.toString()).toBe(200)
  return answer.bytes.toString('utf8')
}

/** Every place of the gateway that holds the text: each column of each table, each file beside it, each line of its log. */
async function traces(gateway: TestGateway, text: string): Promise<string[]> {
  const found = await inDatabase(gateway.owner, text)
  for (const folder of ['ledger', 'mail', 'vault', 'keys'])
    for (const file of await filesUnder(path.join(gateway.directory, folder)))
      if (
        (await readFile(file).catch(() => Buffer.of()))
          .toString('latin1')
          .toLowerCase()
          .includes(text.toLowerCase())
      )
        found.push(file)
  if (gateway.logLines().some((line) => line.toLowerCase().includes(text.toLowerCase()))) found.push('log')
  return found
}

async function inDatabase(owner: Database, text: string): Promise<string[]> {
  const { rows } = await owner.query(
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`,
  )
  const found: string[] = []
  for (const name of rows.map((row) => String(row['name']))) {
    // Every value of every column as text, and as the digits that bytes are shown by.
    const { rows: hits } = await owner.query(
      `select count(*) as hits from ${name} t where strpos(lower(t::text), lower($1)) > 0
         or strpos(t::text, encode(convert_to($1, 'utf8'), 'hex')) > 0 or strpos(t::text, encode(convert_to(lower($1), 'utf8'), 'hex')) > 0`,
      [text],
    )
    if (Number(hits[0]?.['hits']) > 0) found.push(name)
  }
  return found
}

async function filesUnder(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
}
