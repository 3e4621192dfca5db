// A change of key: told to the old key, heard and confirmed by a second person, withdrawn at once when it is lost; reminders
// before a key ends, each once, and seen to be missing when nobody sends them (field-notes M14).
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMessage } from '../../keys/open-message.ts'
import { createPersonKey, type ArmoredKeyPair } from '../../keys/openpgp-keys.ts'
import { missedReminders, remindOfKeys } from '../../gateway/people/key-reminders.ts'
import { entriesFor, expectProblem, expectRefusal } from '../support/answers.ts'
import { confirmKey, enrolKey, startGateway, type Subject, type TestGateway } from '../support/gateway.ts'
import { signedIn } from '../support/pages.ts'

const day = 24 * 3_600_000

describe('a change of key', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({ people: 50, withWorker: false })
  })
  afterAll(() => gateway.close())

  const call = async (who: Subject, path: string, body?: unknown) =>
    (await gateway.as(who)).post(`/api/v1/keys${path}`, body)

  /** Offers another key and answers its challenge. @returns it, and what was answered */
  async function another(who: Subject, more: { validForDays?: number; at?: Date } = {}) {
    const { email } = (await (await gateway.as(who)).get('/api/v1/me')).json()
    const key = await createPersonKey({
      name: who,
      email: String(email),
      at: new Date(Date.now() - 60_000),
      ...more,
    })
    const offered = (await call(who, '', { armored: key.publicArmored })).json()
    const opened = await openedWith(key, String(offered['message']))
    const code = /[0-9A-Z-]{20,}/.exec(opened)?.[0]
    return { key, answer: await call(who, '/answer', { fingerprint: key.fingerprint, answer: code }) }
  }
  const openedWith = async (key: ArmoredKeyPair, message: string) =>
    Buffer.from(
      await openMessage(message, {
        privateArmored: key.privateArmored,
        senderArmored: gateway.wiring.signer.publicArmored,
      }),
    ).toString('utf8')
  const waitingId = async () => {
    const { rows } = await gateway.owner.query(`select id from concordat.person_key where state = 'waiting'`)
    return String(rows[0]?.['id'])
  }
  const stateOf = async ({ fingerprint }: ArmoredKeyPair) =>
    (await gateway.owner.query('select state from concordat.person_key where fingerprint = $1', [fingerprint])).rows[0]?.['state'] // prettier-ignore
  const mailsTo = async (who: string) =>
    (await gateway.owner.query('select subject, body from concordat.mail where recipient like $1 order by created_at, id', [`${who}%`])).rows // prettier-ignore

  test('a second key waits: the one before stays in use, is told in a message that only it opens, and a colleague decides', async () => {
    const before = await enrolKey(gateway, 'ayesha.rahman')
    const { key, answer } = await another('ayesha.rahman')
    expect(answer.json()).toEqual({ enrolled: false, state: 'waiting' })
    expect((await entriesFor(gateway, answer)).map(({ type }) => type)).toEqual(['key.answered'])
    expect([await stateOf(before), await stateOf(key)]).toEqual(['enrolled', 'waiting'])
    const [notice] = await mailsTo('ayesha')
    expect(String(notice?.['body'])).not.toContain(key.fingerprint)
    expect(await openedWith(before, /-----BEGIN[^]*/.exec(String(notice?.['body']))?.[0] ?? '')).toContain(
      key.fingerprint,
    )

    const shown = (await (await gateway.as('gwen.pritchard')).get('/api/v1/keys/changes')).json()
    expect(shown).toMatchObject({ changes: [{ owner: 'Ayesha Rahman' }] })
    expect(JSON.stringify(shown)).not.toContain(key.fingerprint.slice(-8))
    const id = await waitingId()
    const wrong = await call('gwen.pritchard', `/changes/${id}/confirm`, { heard: '0000 0000' })
    expect([wrong.status, await stateOf(key)]).toEqual([422, 'waiting'])
    expect(await entriesFor(gateway, wrong)).toMatchObject([
      { type: 'key.refused', detail: { reasons: ['heard-wrong'] } },
    ])
    const right = await call('gwen.pritchard', `/changes/${id}/confirm`, {
      heard: key.fingerprint.slice(-8).toLowerCase(),
    })
    expect(await entriesFor(gateway, right)).toMatchObject([
      { type: 'key.changed', actor: { username: 'gwen.pritchard@hmi-prisons.example' } },
    ])
    expect([await stateOf(before), await stateOf(key)]).toEqual(['replaced', 'enrolled'])
  })

  test('local/key-second-person: nobody confirms their own, and another body does not even find it', async () => {
    const { key } = await another('ayesha.rahman')
    const id = await waitingId()
    const heard = key.fingerprint.slice(-8)
    expect(
      expectRefusal(await call('ayesha.rahman', `/changes/${id}/confirm`, { heard }), 'confirm-key'),
    ).toEqual(['local/key-second-person'])
    expectProblem(await call('daniel.okafor', `/changes/${id}/confirm`, { heard }), 'not-found')
    expect((await (await gateway.as('daniel.okafor')).get('/api/v1/keys/changes')).json()).toEqual({
      changes: [],
    })
    expect(await stateOf(key)).toBe('waiting')
    await confirmKey(gateway, 'marta.kowalczyk', key)
    expect(await stateOf(key)).toBe('enrolled')
  })

  test('the database itself refuses that somebody confirmed their own', async () => {
    await expect(
      gateway.owner.query(
        `update concordat.person_key set confirmed_by = person_id where state = 'enrolled'`,
      ),
    ).rejects.toThrow(/person_key_second_person/)
  })

  test('after five wrong guesses the right characters are refused too', async () => {
    const { key } = await another('ayesha.rahman')
    const id = await waitingId()
    for (let tries = 0; tries < 5; tries += 1)
      await call('gwen.pritchard', `/changes/${id}/confirm`, { heard: '00000000' })
    const late = await call('gwen.pritchard', `/changes/${id}/confirm`, { heard: key.fingerprint.slice(-8) })
    expect([late.status, await stateOf(key)]).toEqual([422, 'waiting'])
  })

  test('a key that is lost is withdrawn at once by its owner alone, and the next one still takes two people', async () => {
    const lost = await enrolKey(gateway, 'tom.whitfield')
    expectProblem(await call('gwen.pritchard', '/withdraw', { fingerprint: lost.fingerprint }), 'not-found')
    const answer = await call('tom.whitfield', '/withdraw', { fingerprint: lost.fingerprint })
    expect(await entriesFor(gateway, answer)).toMatchObject([{ type: 'key.withdrawn' }])
    expect(await stateOf(lost)).toBe('withdrawn')
    expect((await (await gateway.as('tom.whitfield')).get('/api/v1/me')).json()).not.toHaveProperty(
      'keyFingerprint',
    )
    const { answer: next } = await another('tom.whitfield')
    expect(next.json()).toEqual({ enrolled: false, state: 'waiting' })
  })

  test('an old key that has expired cannot be told in secret; its owner is told in words that hold no data', async () => {
    const expired = await createPersonKey({
      name: 'Rhian',
      email: 'rhian.davies@hmi-prisons.example',
      at: new Date(Date.now() - 3 * day),
      validForDays: 1,
    })
    await gateway.owner.query(
      `insert into concordat.person_key (fingerprint, person_id, armored, state, offered_at, enrolled_at, expires_at)
       select $1, id, $2, 'enrolled', now(), now(), now() - interval '2 days' from concordat.person where subject = 'rhian.davies'`,
      [expired.fingerprint, expired.publicArmored],
    )
    await another('rhian.davies')
    const [notice] = await mailsTo('rhian')
    expect(String(notice?.['body'])).toMatch(/^A new key was offered in your name/)
  })

  test('the page takes a mistake back with what was typed, and confirms without a mouse or script', async () => {
    await gateway.owner.query(`update concordat.person_key set state = 'withdrawn' where state = 'waiting'`)
    const { key } = await another('ayesha.rahman')
    const id = await waitingId()
    const gwen = await signedIn(gateway, 'gwen.pritchard')
    const short = await gwen.send(`/keys/changes/${id}/confirm`, { heard: '12' })
    expect([short.status, short.body]).toEqual([400, expect.stringContaining('value="12"')])
    const done = await gwen.send(`/keys/changes/${id}/confirm`, { heard: key.fingerprint.slice(-8) })
    expect([done.status, await stateOf(key)]).toEqual([303, 'enrolled'])
  })

  test('reminders come 60, 30 and 7 days before the end, each once; one that nobody sent is counted', async () => {
    const { key } = await another('oliver.bennett', { validForDays: 90 })
    const end = new Date(Date.now() - 60_000 + 90 * day).getTime()
    const at = (daysBefore: number) => ({
      ...gateway.wiring,
      clock: () => new Date(end - daysBefore * day + 3_600_000),
    })
    await gateway.owner.query(`update concordat.person_key set enrolled_at = now() where fingerprint = $1`, [
      key.fingerprint,
    ])
    const owed: number[] = []
    for (const daysBefore of [61, 59, 58, 30, 29, 7, 6, 1]) owed.push(await remindOfKeys(at(daysBefore)))
    expect(owed).toEqual([0, 1, 0, 1, 0, 1, 0, 0])
    expect((await mailsTo('oliver')).map(({ subject }) => subject)).toEqual(
      Array(3).fill('Your key is about to end'),
    )
    const { rows } = await gateway.owner.query('select days_before from concordat.key_reminder where fingerprint = $1 order by 1', [key.fingerprint]) // prettier-ignore
    expect(rows.map((row) => row['days_before'])).toEqual([7, 30, 60])

    const missed = () => missedReminders(gateway.wiring.db, new Date(end - 5 * day))
    expect(await missed()).toBe(0)
    await gateway.owner.query('delete from concordat.key_reminder where fingerprint = $1', [key.fingerprint])
    expect(await missed()).toBeGreaterThan(0)
  })
})
