// GET /api/v1/me, POST /api/v1/keys and …/keys/answer: what is wrong with a key in plain words, a challenge that only its
// holder can answer, and five tries (hmpps-2025/16-encryption).
import { generateKey, revokeKey } from 'openpgp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMessage } from '../../keys/open-message.ts'
import { createPersonKey, type ArmoredKeyPair } from '../../keys/openpgp-keys.ts'
import { entriesFor, expectProblem, expectRefusal } from '../support/answers.ts'
import { enrolKey, startGateway, type Subject, type TestGateway } from '../support/gateway.ts'

const email = 'ayesha.rahman@hmi-prisons.example'
const userIDs = [{ name: 'Ayesha Rahman', email }]
const minuteAgo = () => new Date(Date.now() - 60_000)
const hers = (at = minuteAgo(), more = {}) => createPersonKey({ name: 'Ayesha Rahman', email, at, ...more })

describe('who I am and the key that I collect with', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({ people: 50, withWorker: false })
  })
  afterAll(() => gateway.close())

  const offer = async (armored: string, who: Subject = 'ayesha.rahman') =>
    (await gateway.as(who)).post('/api/v1/keys', { armored })
  const answerWith = async (fingerprint: unknown, answer: unknown, who: Subject = 'ayesha.rahman') =>
    (await gateway.as(who)).post('/api/v1/keys/answer', { fingerprint, answer })
  /** What only the key's holder can read. */
  const codeIn = async (key: ArmoredKeyPair, message: unknown) => {
    const opened = await openMessage(String(message), {
      privateArmored: key.privateArmored,
      senderArmored: gateway.wiring.signer.publicArmored,
    })
    return /[0-9A-Z-]{20,}/.exec(Buffer.from(opened).toString())?.[0] ?? ''
  }
  const statesOf = async (fingerprint: string) =>
    (
      await gateway.owner.query('select state from concordat.person_key where fingerprint = $1', [
        fingerprint.toUpperCase(),
      ])
    ).rows

  test('I am told my name, party and roles, and the looking is an entry', async () => {
    const answer = await (await gateway.as('daniel.okafor')).get('/api/v1/me')
    expect(answer.json()).toEqual({
      name: 'Daniel Okafor',
      email: 'daniel.okafor@hmpps.example',
      party: 'hmpps',
      roles: ['supply-desk'],
    })
    expect(await entriesFor(gateway, answer)).toMatchObject([
      {
        type: 'form.viewed',
        actor: { kind: 'person', username: 'daniel.okafor@hmpps.example', ip: '127.0.0.1' },
        detail: { form: '/api/v1/me' },
      },
    ])
  })

  test('somebody who is not registered is told so, and it is an entry', async () => {
    const answer = await (await gateway.as('iain.fletcher')).get('/api/v1/me')
    expectProblem(answer, 'person.unknown')
    expect(await entriesFor(gateway, answer)).toMatchObject([
      {
        type: 'request.rejected',
        actor: { kind: 'unknown' },
        detail: { code: 'person.unknown', route: '/api/v1/me' },
      },
    ])
  })

  test('a good key is challenged, answered, enrolled, and shown as mine; each step is an entry', async () => {
    const key = await hers()
    const offered = await offer(`Here it is:\n\n${key.publicArmored}`)
    expect(offered.status).toBe(201)
    expect(offered.json()).toMatchObject({
      verdict: 'challenged',
      fingerprint: key.fingerprint.toUpperCase(),
    })
    expect(await statesOf(key.fingerprint)).toEqual([{ state: 'offered' }])
    expect((await (await gateway.as('ayesha.rahman')).get('/api/v1/me')).json()).not.toHaveProperty(
      'keyFingerprint',
    )
    const code = await codeIn(key, offered.json()['message'])
    const answered = await answerWith(key.fingerprint.toLowerCase(), ` ${code.toLowerCase()} `)
    expect([answered.status, answered.json()]).toEqual([200, { enrolled: true, state: 'enrolled' }])
    expect(await statesOf(key.fingerprint)).toEqual([{ state: 'enrolled' }])
    expect((await (await gateway.as('ayesha.rahman')).get('/api/v1/me')).json()['keyFingerprint']).toBe(
      key.fingerprint.toUpperCase(),
    )
    const types = [...(await entriesFor(gateway, offered)), ...(await entriesFor(gateway, answered))].map(
      ({ type }) => type,
    )
    expect(types).toEqual(['key.offered', 'key.enrolled'])
    expectProblem(await offer(key.publicArmored), 'key.exists')
  })

  test('the key before is kept as replaced, so that there is one enrolled key', async () => {
    const before = await enrolKey(gateway, 'gwen.pritchard')
    const after = await enrolKey(gateway, 'gwen.pritchard')
    expect([await statesOf(before.fingerprint), await statesOf(after.fingerprint)]).toEqual([
      [{ state: 'replaced' }],
      [{ state: 'enrolled' }],
    ])
  })

  test('hmpps-2025/16-encryption: each kind of bad key is refused in plain words, stored nowhere, and is an entry with its reason', async () => {
    const dayAgo = new Date(Date.now() - 86_400_000)
    const [good, other] = [await hers(), await hers()]
    const made = (options: object) =>
      generateKey({ userIDs, date: minuteAgo(), format: 'armored', ...options })
    const rsa = await made({ type: 'rsa', rsaBits: 2048, config: { minRSABits: 2048 } })
    const revoked = await revokeKey({
      key: await made({ type: 'ecc', format: 'object' }).then(({ privateKey }) => privateKey as never),
      format: 'armored',
    }) // its type depends on `format`
    const bad: [what: string, armored: string, code: string][] = [
      ['no key', 'hello', 'key.not-a-key'],
      ['a private key', good.privateArmored, 'key.private'],
      ['two keys', `${good.publicArmored}\n${other.publicArmored}`, 'key.several'],
      ['an expired key', (await hers(new Date(dayAgo.getTime() - 86_400_000), { validForDays: 1 })).publicArmored, 'key.expired'],
      ['a key of tomorrow', (await hers(new Date(Date.now() + 86_400_000))).publicArmored, 'key.not-yet-valid'],
      ['a weak key', rsa.publicKey, 'key.weak'],
      ['a key that only signs', (await made({ type: 'ecc', curve: 'ed25519Legacy', subkeys: [] })).publicKey, 'key.cannot-encrypt'],
      ['a key of version 6', (await made({ type: 'curve25519', config: { v6Keys: true } })).publicKey, 'key.unreadable-version'],
      ['a revoked key', revoked.publicKey, 'key.revoked'],
      ['another person’s key', (await createPersonKey({ name: 'Gwen', email: 'gwen.pritchard@hmi-prisons.example', at: minuteAgo() })).publicArmored, 'key.wrong-person'],
    ] // prettier-ignore
    const { rows: before } = await gateway.owner.query('select fingerprint from concordat.person_key')
    for (const [what, armored, code] of bad) {
      const answer = await offer(armored)
      expect(answer.status, what).toBe(422)
      const { verdict, faults } = answer.json() as {
        verdict: string
        faults: { code: string; message: string; remedy: string }[]
      } // as judgeKey says
      expect([verdict, faults.map((fault) => fault.code)], what).toEqual(['refused', [code]])
      for (const { message, remedy } of faults) expect(`${message} ${remedy}`, what).toMatch(/^[A-Z].+\.$/s)
      expect(answer.bytes.toString()).not.toContain(armored.split('\n')[4] ?? 'never')
      expect(await entriesFor(gateway, answer), what).toMatchObject([
        { type: 'key.refused', detail: { reasons: [code] } },
      ])
    }
    expect((await gateway.owner.query('select fingerprint from concordat.person_key')).rows).toEqual(before)
    const secret = good.privateArmored.split('\n')[4] ?? ''
    expect(gateway.logLines().join('\n')).not.toContain(secret)
    const { rows } = await gateway.owner.query(
      `select 1 from ledger.secret where position($1 in value) > 0`,
      [secret],
    )
    expect(rows).toEqual([])
  })

  test('a wrong answer is refused, is an entry, and enrols nothing', async () => {
    const key = await hers()
    await offer(key.publicArmored)
    const answer = await answerWith(key.fingerprint, 'ABCDE-ABCDE-ABCDE-ABCDE')
    expect([answer.status, answer.json()]).toEqual([422, { enrolled: false }])
    expect(await entriesFor(gateway, answer)).toMatchObject([
      { type: 'key.refused', detail: { reasons: ['answer-wrong'] } },
    ])
    expect(await statesOf(key.fingerprint)).toEqual([{ state: 'offered' }])
  })

  test('after five wrong answers the right one is refused too, until the key is offered again', async () => {
    const key = await hers()
    const code = await codeIn(key, (await offer(key.publicArmored)).json()['message'])
    const wrong = await Promise.all([1, 2, 3, 4, 5].map(() => answerWith(key.fingerprint, 'WRONG')))
    expect(wrong.map(({ status }) => status)).toEqual([422, 422, 422, 422, 422])
    expect((await answerWith(key.fingerprint, code)).status).toBe(422)
    const again = await codeIn(key, (await offer(key.publicArmored)).json()['message'])
    expect((await answerWith(key.fingerprint, code)).status).toBe(422)
    expect((await answerWith(key.fingerprint, again)).status).toBe(200)
  })

  test('the fifth answer still counts', async () => {
    const key = await hers()
    const code = await codeIn(key, (await offer(key.publicArmored)).json()['message'])
    for (let tries = 1; tries < 5; tries += 1) await answerWith(key.fingerprint, 'WRONG')
    expect((await answerWith(key.fingerprint, code)).status).toBe(200)
  })

  test('somebody else’s fingerprint, and one that nobody offered, get the same answer as a wrong code', async () => {
    const key = await hers()
    const code = await codeIn(key, (await offer(key.publicArmored)).json()['message'])
    const nobody = 'F'.repeat(40)
    const others = [
      await answerWith(key.fingerprint, code, 'gwen.pritchard'),
      await answerWith(nobody, code),
      await answerWith(key.fingerprint, 'WRONG'),
    ]
    expect(others.map(({ status, bytes }) => [status, bytes.toString()])).toEqual(
      Array(3).fill([422, '{"enrolled":false}']),
    )
    const { rows } = await gateway.owner.query(
      'select challenge_tries as tries from concordat.person_key where fingerprint = $1',
      [key.fingerprint.toUpperCase()],
    )
    expect(rows).toEqual([{ tries: 1 }])
  })

  test('a key that carries two people’s addresses is enrolled once: its second owner learns only that it is known', async () => {
    const shared = await generateKey({
      type: 'ecc',
      curve: 'curve25519Legacy',
      format: 'armored',
      date: minuteAgo(),
      userIDs: [...userIDs, { name: 'Gwen', email: 'gwen.pritchard@hmi-prisons.example' }],
    })
    expect((await offer(shared.publicKey)).status).toBe(201)
    const answer = await offer(shared.publicKey, 'gwen.pritchard')
    expect(expectProblem(answer, 'key.exists').detail).not.toMatch(/ayesha/i)
  })

  test('local/enrol-key: a person who holds no role enrols nothing', async () => {
    await gateway.owner.query(
      `insert into concordat.person (id, issuer, subject, name, email, party) values
      (gen_random_uuid(), $1, 'iain.fletcher', 'Iain Fletcher', 'iain.fletcher@visitor.example', 'imb')`,
      [gateway.environment.identity.issuer],
    )
    const key = await createPersonKey({
      name: 'Iain',
      email: 'iain.fletcher@visitor.example',
      at: minuteAgo(),
    })
    const answer = await offer(key.publicArmored, 'iain.fletcher')
    expectRefusal(answer, 'enrol-key')
    expect(await entriesFor(gateway, answer)).toMatchObject([
      { type: 'decision.refused', detail: { act: 'enrol-key' } },
    ])
    expectRefusal(await answerWith(key.fingerprint, 'ABC', 'iain.fletcher'), 'enrol-key')
    expect(await statesOf(key.fingerprint)).toEqual([])
  })

  test('an answer without a fingerprint or a code names its fields', async () => {
    expect(
      expectProblem(await answerWith('zz', ''), 'input.invalid').fields.map(({ field }) => field),
    ).toEqual(['fingerprint', 'answer'])
  })
})
