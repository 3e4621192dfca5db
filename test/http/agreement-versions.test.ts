// Versions of an agreement over HTTP: proposed by one person and activated by another, refused whole with every fault named, and
// in force for every process from the commit on.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSources } from '../../policies/sources.ts'
import { openPolicies } from '../../gateway/agreements/policies.ts'
import type { Answer } from '../../demo/client.ts'
import { versionsIn } from '../../policies/versions.ts'
import { loadPolicies } from '../../policies/pack.ts'
import { policiesDir } from '../policies/policies.ts'
import { entriesFor, expectProblem, expectRefusal } from '../support/answers.ts'
import { signedIn } from '../support/pages.ts'
import { transferAt } from '../support/transfers.ts'
import { entriesOf, permittedRequest, startGateway, type TestGateway } from '../support/gateway.ts'

const key = 'hmpps-2025'
const base = `/api/v1/agreements/${key}/versions`
const { sources } = await readSources(policiesDir)

/** The files of the version that is shipped, with some of them changed. */
function files(change: Readonly<Record<string, (text: string) => string>> = {}): Record<string, string> {
  const prefix = `agreements/${key}/`
  const own = [...sources].filter(([path]) => path.startsWith(prefix))
  return Object.fromEntries(
    own.map(([path, text]) => {
      const name = path.slice(prefix.length)
      return [name, change[name]?.(text) ?? text]
    }),
  )
}

const retitled = (title: string) =>
  files({ 'agreement.yaml': (text) => text.replace(/^title: .*$/m, `title: ${title}`) })
const cedar16 = '16-case-level-data.cedar'
const yaml16 = '16-case-level-data.yaml'
const relevance = 'Records are those identified by inspectors as relevant to the inspection, so each request is tied to an inspection.' // prettier-ignore
const yaml11 = '11-records-and-authorised-staff.yaml'

describe('a version of an agreement', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({ withWorker: false })
  })
  afterAll(() => gateway.close())

  const propose = async (
    sent: unknown,
    who: 'ruth.castle' | 'peter.lowe' | 'ayesha.rahman' = 'ruth.castle',
  ) => (await gateway.as(who)).post(base, sent)
  const act = async (
    who: 'ruth.castle' | 'peter.lowe' | 'ayesha.rahman',
    id: string,
    name: 'activate' | 'withdraw',
  ) => (await gateway.as(who)).post(`${base}/${id}/${name}`)
  const idOf = (answer: Answer) => {
    expect(answer.status, answer.bytes.toString('utf8').slice(0, 400)).toBe(201)
    return String(answer.json()['id'])
  }
  const pack = async () => {
    const asked = await (
      await gateway.as('ayesha.rahman')
    ).post('/api/v1/requests', permittedRequest(gateway))
    expect(asked.status, asked.bytes.toString('utf8')).toBe(201)
    return (asked.json()['decision'] as { pack: string }).pack
  }

  test('that is shipped is the first: it is on record from the first start', async () => {
    const { versions } = (await (await gateway.as('ayesha.rahman')).get(base)).json() as {
      versions: Record<string, unknown>[]
    }
    expect(versions).toHaveLength(1)
    expect(versions[0]).toMatchObject({ agreement: key, state: 'activated', appliesFrom: '2025-01-02' })
    const entries = await entriesOf(gateway, 'type=agreement.version-activated')
    expect(entries.map(({ agreement }) => agreement)).toHaveLength(6)
  })

  test('is proposed by one keeper, activated by another, and decides from then on', async () => {
    const before = await pack()
    const proposed = await propose({ files: retitled('The memorandum, amended') })
    const id = idOf(proposed)
    expect(proposed.json()).toMatchObject({ state: 'proposed', missing: [] })
    expect((proposed.json()['differences'] as { what: string }[]).map(({ what }) => what)).toEqual(['head'])
    expect(expectRefusal(await act('ruth.castle', id, 'activate'), 'activate-version')).toEqual([
      'local/second-keeper',
    ])
    expect(await pack()).toBe(before)
    const activated = await act('peter.lowe', id, 'activate')
    expect(activated.json()).toMatchObject({ state: 'activated', number: 7 })
    const after = await pack()
    expect(after).not.toBe(before)
    expect(after).toContain(String(proposed.json()['hash']))
    expect((await entriesFor(gateway, proposed)).map(({ type }) => type)).toEqual([
      'agreement.version-proposed',
    ])
    const [entry] = await entriesFor(gateway, activated)
    expect(entry).toMatchObject({
      type: 'agreement.version-activated',
      detail: { hash: proposed.json()['hash'], number: 7 },
    })
    expectProblem(await act('peter.lowe', id, 'activate'), 'state.conflict')
  })

  test('is proposed by nobody but a keeper', async () => {
    expect(
      expectRefusal(await propose({ files: retitled('Mine') }, 'ayesha.rahman'), 'propose-version'),
    ).toEqual(['local/default-deny'])
  })

  test('with faults is refused whole, each with its file, its line and what to do; what is in force stays', async () => {
    const before = await pack()
    const faulty = files({
      [cedar16]: (text) =>
        text.replace('unless { principal.keyEnrolled }', 'unless { principal.keyEnroled }'),
      [yaml16]: (text) => text.replace('5 working days', '5 days'),
    })
    const { fields } = expectProblem(await propose({ files: faulty }), 'pack.refused')
    const named = fields.map(({ field }) => field.replace(/:\d+$/, ''))
    expect(named).toEqual(
      expect.arrayContaining([`agreements/${key}/${cedar16}`, `agreements/${key}/${yaml16}`]),
    )
    for (const { field, message } of fields) {
      expect(field).toMatch(/:\d+$/)
      expect(message).toMatch(/\. [A-Z].*\.$/)
    }
    expect(await pack()).toBe(before)
  })

  test.each([
    [
      'a path that leaves the folder',
      { '../../local/1-who-may-act.cedar': 'permit (principal, action, resource);' },
      'no file of a pack',
    ],
    ['a name that is no file of a pack', { 'run.sh': 'true' }, 'no file of a pack'],
    [
      'words of a scaffold',
      { 'agreement.yaml': (files()['agreement.yaml'] ?? '').replace('Deputy Chief Inspector', 'REPLACE-ME') },
      'REPLACE-ME',
    ],
    [
      'a YAML alias bomb',
      { 'agreement.yaml': `${files()['agreement.yaml'] ?? ''}\nx: &a [1, 1]\ny: &b [*a, *a]\nz: [*b, *b]\n` },
      'alias',
    ],
    [
      'the key of another agreement',
      { 'agreement.yaml': (files()['agreement.yaml'] ?? '').replace('key: hmpps-2025', 'key: hmpps-2026') },
      'hmpps-2026',
    ],
  ])('with %s is refused', async (_what, change, says) => {
    const { fields } = expectProblem(await propose({ files: { ...files(), ...change } }), 'pack.refused')
    expect(fields.map(({ message }) => message).join(' ')).toContain(says)
  })

  test('whose paperwork is incomplete can be proposed, and not activated', async () => {
    const without = files({ 'agreement.yaml': (text) => text.replace(/, next: \{ local: [0-9-]+ \}/, '') })
    const proposed = await propose({ files: without })
    const id = idOf(proposed)
    expect(proposed.json()['missing']).toHaveLength(1)
    expect(expectRefusal(await act('peter.lowe', id, 'activate'), 'activate-version')).toEqual([
      'local/paperwork-complete',
    ])
    expect((await act('ruth.castle', id, 'withdraw')).json()).toMatchObject({ state: 'withdrawn' })
    expectProblem(await act('peter.lowe', id, 'withdraw'), 'state.conflict')
  })

  test('says before it is activated what it would have decided otherwise, by clause', async () => {
    await pack()
    const ended = files({
      'agreement.yaml': (text) =>
        text.replace(
          'from: { local: 2025-01-02 } }',
          'from: { local: 2025-01-02 }, until: { local: 2026-06-30 } }',
        ),
    })
    const id = idOf(await propose({ files: ended }))
    const replay = async (since: string) =>
      (await gateway.as('ruth.castle')).get(`${base}/${id}/replay?since=${since}`)
    const first = await replay('2026-01-01')
    expect(first.json()).toMatchObject({ undecided: 0, isCut: false })
    const byClause = first.json()['byClause'] as { clause: string; nowRefuses: number }[]
    expect(byClause.map(({ clause }) => clause)).toEqual(['hmpps-2025/16-dsa'])
    expect(byClause[0]?.nowRefuses).toBe(first.json()['changed'])
    expect((await replay('2099-01-01')).json()).toMatchObject({ decisions: 0, changed: 0 })
    expectProblem(await replay('yesterday'), 'input.invalid')
    await act('ruth.castle', id, 'withdraw')
    expectProblem(await replay('2026-01-01'), 'state.conflict')
  })

  test('that names a later first day decides from that day, and the one before it until then (S50)', async () => {
    const later = files({ 'agreement.yaml': (text) => `${text}appliesFrom: { local: 2100-01-01 }\n` })
    const proposed = await propose({ files: later })
    const before = await pack()
    await act('peter.lowe', idOf(proposed), 'activate')
    expect(await pack()).toBe(before)
    const { policies } = gateway.wiring
    expect(policies.on('2100-01-01').agreements.get(key)?.hash).toBe(proposed.json()['hash'])
    expect(before).toContain(String(policies.on('2099-12-31').agreements.get(key)?.hash))
  })

  test('that does not exist is refused to whoever may not act on it like one that does', async () => {
    const nothing = '00000000-0000-4000-8000-000000000000'
    expect(expectRefusal(await act('ayesha.rahman', nothing, 'activate'), 'activate-version')).toEqual([
      'local/default-deny',
    ])
    expectProblem(await act('ruth.castle', nothing, 'activate'), 'not-found')
  })

  test('is in force for another process at the beginning of its next transaction', async () => {
    const shipped = await loadPolicies()
    const other = await openPolicies(
      gateway.wiring.db,
      { ...versionsIn(shipped.sources), loaded: shipped.agreements },
      () => new Date(),
    )
    const proposed = await propose({ files: retitled('Amended again') })
    await act('peter.lowe', idOf(proposed), 'activate')
    expect(other.today().agreements.get(key)?.title).not.toBe('Amended again')
    await gateway.wiring.db.withTransaction((tx) => other.catchUp(tx))
    expect(other.today().agreements.get(key)?.title).toBe('Amended again')
  })

  test('waits for what is being decided, and what is decided meanwhile waits for it', async () => {
    const { policies, db } = gateway.wiring
    const id = idOf(await propose({ files: retitled('Amended once more') }))
    const seen: number[] = []
    let activating: Promise<Answer> | undefined
    await db.withTransaction(async () => {
      const { number } = policies.standing
      activating = act('peter.lowe', id, 'activate')
      await waiting(gateway, 1)
      seen.push(policies.standing.number - number)
    })
    expect((await activating)?.status).toBe(200)
    await db.withTransaction(() => Promise.resolve())
    expect(seen).toEqual([0])
    expect(policies.today().agreements.get(key)?.title).toBe('Amended once more')
  })

  test('explains what it decided, on a page and over the API, when another is in force', async () => {
    const refusal = async () => {
      const asked = { ...permittedRequest(gateway), inspection: 'INS-NONE' }
      const refused = await (await gateway.as('ayesha.rahman')).post('/api/v1/requests', asked)
      const { reference, pack: version } = refused.json()
      const address = `/decisions/${String(reference)}/record`
      return { address, version: String(version).split('@')[1] ?? '' }
    }
    const told = async (address: string) =>
      (await (await gateway.as('ayesha.rahman')).get(`/api/v1${address}`)).bytes.toString('utf8')
    const shown = async (address: string) => (await (await signedIn(gateway, 'ayesha.rahman')).page(address)).body // prettier-ignore
    const before = await refusal()
    const approved = await transferAt(gateway, 'approved')
    const amended = files({
      [yaml11]: (text) => text.replace(relevance, 'A request names an inspection, as amended.'),
      [yaml16]: (text) => text.replaceAll('UK GDPR article 6(1)(e), public task', 'UK GDPR article 6(1)(c)'),
    })
    await act('peter.lowe', idOf(await propose({ files: amended })), 'activate')
    const after = await refusal()
    expect(after.version).not.toBe(before.version)
    for (const look of [told, shown]) {
      const then = await look(before.address)
      for (const words of [relevance, before.version, 'public task']) expect(then).toContain(words)
      for (const words of ['as amended', after.version, '6(1)(c)']) expect(then).not.toContain(words)
      const now = await look(after.address)
      for (const words of ['as amended', after.version, '6(1)(c)']) expect(now).toContain(words)
      expect(now).not.toContain(relevance)
      const request = await look(`/requests/${approved}/decision-record`)
      for (const words of [relevance, before.version, 'public task']) expect(request).toContain(words)
      expect(request).not.toContain('as amended')
    }
  })

  test('is told to the other keepers: that it waits, that it was activated or withdrawn, with a link and no word of it', async () => {
    const mails = async () => {
      const { rows } = await gateway.owner.query(`select recipient, subject, body from concordat.mail where subject like '%agreement%' order by created_at, recipient`) // prettier-ignore
      return rows.map(({ recipient, subject, body }) => [recipient, subject, String(body).split('\n')[2]])
    }
    const before = (await mails()).length
    const id = idOf(await propose({ files: retitled('Told to others') }))
    await act('peter.lowe', id, 'activate')
    const other = idOf(await propose({ files: retitled('Told, and taken back') }))
    await act('ruth.castle', other, 'withdraw')
    const link = (of: string) => `${gateway.url}/agreements/${key}/versions/${of}`
    const [ruth, peter] = ['ruth.castle@hmi-prisons.example', 'peter.lowe@hmpps.example']
    expect((await mails()).slice(before)).toEqual([
      [peter, 'A version of an agreement waits for you', link(id)],
      [ruth, 'An agreement has another version', link(id)],
      [peter, 'A version of an agreement waits for you', link(other)],
      [peter, 'A version of an agreement was withdrawn', link(other)],
    ])
    for (const [, subject] of await mails()) expect(subject).not.toContain('Told')
  })

  test('is activated once when two people press at the same moment', async () => {
    const second = 'daniel.okafor'
    await gateway.owner.query(
      `insert into concordat.person_role (person_id, role, held_from) select id, 'agreement-keeper', '2025-01-02' from concordat.person where subject = $1`,
      [second],
    )
    const { db, policies } = gateway.wiring
    const { number } = policies.standing
    const id = idOf(await propose({ files: retitled('Pressed twice') }))
    let pressed: Promise<Answer>[] = []
    // Nothing is activated while this is open, so that both are at it when it ends.
    await db.withTransaction(async () => {
      pressed = (['peter.lowe', second] as const).map(async (who) => (await gateway.as(who)).post(`${base}/${id}/activate`)) // prettier-ignore
      await Promise.race([waiting(gateway, 2), Promise.any(pressed)])
    })
    const statuses = (await Promise.all(pressed)).map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([200, 409])
    await db.withTransaction(() => Promise.resolve())
    expect(policies.standing.number).toBe(number + 1)
    const entries = await entriesOf(gateway, `type=agreement.version-activated`)
    expect(entries.filter(({ subjects }) => (subjects as { id: string }[]).some((each) => each.id === id))).toHaveLength(1) // prettier-ignore
  })

  test('is decided by as its hash says, whatever is in force now', async () => {
    const { rows } = await gateway.owner.query(
      `select pack_hash, standing from concordat.decision where act = 'request' order by decided_at`,
    )
    const hashes = new Set(rows.map((row) => String(row['pack_hash']).split('+')[0]))
    expect(hashes.size).toBeGreaterThan(1)
    for (const hash of hashes) {
      const stored = await gateway.owner.query(
        `select agreement from concordat.agreement_version where hash = $1`,
        [hash],
      )
      expect(stored.rows).toEqual([{ agreement: key }])
    }
  })
})

/** Until so many sessions wait for a lock. */
async function waiting(gateway: TestGateway, sessions: number): Promise<void> {
  for (;;) {
    const { rows } = await gateway.owner.query(
      `select count(distinct pid) as n from pg_locks where not granted`,
    )
    if (Number(rows[0]?.['n']) >= sessions) return
    await new Promise((resolve) => setImmediate(resolve))
  }
}
