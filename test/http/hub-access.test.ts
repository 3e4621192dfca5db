// Access to Hub data over HTTP: the door, Data and Analysis's users, what ends access and how soon, the record of use, and what is
// looked through before it is put on the Hub.
import { request } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { entriesFor, expectProblem, expectRefusal } from '../support/answers.ts'
import { startGateway, type Subject, type TestGateway } from '../support/gateway.ts'
import { openHubForAll } from '../support/hub.ts'
import { signedIn } from '../support/pages.ts'
import { londonDate } from '../../policies/calendar.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ withWorker: false, people: 100, hub: 'closed' })
})
afterAll(() => gateway.close())
afterEach(reset)

const day = (offset: number) => londonDate(new Date(Date.now() + offset * 24 * 3_600_000))
const get = async (who: Subject, path: string) => (await gateway.as(who)).get(`/api/v1${path}`)
const post = async (who: Subject, path: string, body?: unknown) => (await gateway.as(who)).post(`/api/v1${path}`, body) // prettier-ignore
const looked = async (who: Subject = 'ayesha.rahman') => expectRefusal(await get(who, '/figures'), 'open')

/** Everybody authorised as at the start, with the conditions of the start, and nobody through the door. */
async function reset(): Promise<void> {
  await gateway.owner.query(`delete from concordat.hub_acceptance`)
  await gateway.owner.query(`delete from concordat.hub_session`)
  await gateway.owner.query(`delete from concordat.hub_conditions where version <> '2026-01'`)
  await gateway.owner.query(`delete from concordat.session`)
  await gateway.owner.query(`delete from concordat.hub_authorisation a where document <> 'Letter HUB-2026-1'`)
  await gateway.owner.query(`update concordat.hub_authorisation set ended_at = null, ended_how = null, ended_by = null, restricted_at = null, last_used_at = null, granted_at = now(), written_on = current_date - 30, until = current_date + 300`) // prettier-ignore
}

async function idOf(who: Subject): Promise<string> {
  const { rows } = await gateway.owner.query(
    `select a.id from concordat.hub_authorisation a join concordat.person p on p.id = a.person_id where p.subject = $1 and a.ended_at is null`,
    [who],
  )
  return String(rows[0]?.['id'])
}
const authorising = (change: Record<string, unknown> = {}) => ({
  username: 'oliver.bennett@hmi-prisons.example', organisation: 'associated-organisation', document: 'Letter 7', writtenOn: day(0), until: day(200),
  lineManager: 'gwen.pritchard@hmi-prisons.example', ...change,
}) // prettier-ignore

describe('the door', () => {
  test('hub-2023/2.2-terms: An authorised person sees nothing until the terms are accepted, and a purpose and the screen are stated.', async () => {
    expect(await looked()).toEqual(['hub-2023/2.2-purpose', 'hub-2023/2.2-terms', 'hub-2023/2.4', 'hub-2023/3.10']) // prettier-ignore
    const door = (await get('ayesha.rahman', '/hub')).json()
    expect(door).toMatchObject({ conditions: { version: '2026-01' }, authorisedUntil: day(300) })
    expect((await post('ayesha.rahman', '/hub/accept', { version: '2026-01', terms: true, conditions: true })).status).toBe(200) // prettier-ignore
    expect(await looked()).toEqual(['hub-2023/2.2-purpose', 'hub-2023/3.10'])
    expectProblem(await post('ayesha.rahman', '/hub/session', { purpose: 'inspection', unseen: false }), 'input.invalid') // prettier-ignore
    await post('ayesha.rahman', '/hub/session', { purpose: 'inspection', unseen: true })
    const answer = await get('ayesha.rahman', '/figures')
    expect(answer.status).toBe(200)
    const [entry] = await entriesFor(gateway, answer)
    expect(entry).toMatchObject({ type: 'figures.viewed', agreement: 'hub-2023', actor: { kind: 'person', username: 'ayesha.rahman@hmi-prisons.example' } }) // prettier-ignore
    expect(Object.keys(entry?.['actor'] as object).sort()).toEqual(['ip', 'kind', 'username'])
    expect(entry?.['clauses']).toEqual(expect.arrayContaining(['local/read-figures', 'hub-2023/2.2', 'hub-2023/2.6', 'hub-2023/3.3-log-content'])) // prettier-ignore
  })

  test('hub-2023/2.2-purpose: Another purpose is refused by its clause.', async () => {
    await openHubForAll(gateway.owner)
    await gateway.owner.query(`delete from concordat.hub_session`)
    await post('ayesha.rahman', '/hub/session', { purpose: 'other', unseen: true })
    expect(await looked()).toEqual(['hub-2023/2.2-purpose'])
  })

  test('hub-2023/3.1: Amended Conditions of Use are asked of everybody before the next use; what was read in between is no acceptance.', async () => {
    await openHubForAll(gateway.owner)
    expect((await get('martin.boyle', '/figures')).status).toBe(200)
    expect((await post('leila.santos', '/hub/conditions', { version: '2026-02', words: 'Shorter.' })).status).toBe(200) // prettier-ignore
    for (const who of ['ayesha.rahman', 'martin.boyle'] as const) expect(await looked(who)).toEqual(['hub-2023/2.4']) // prettier-ignore
    expectProblem(await post('ayesha.rahman', '/hub/accept', { version: '2026-01', terms: true, conditions: true }), 'state.conflict') // prettier-ignore
    await post('ayesha.rahman', '/hub/accept', { version: '2026-02', terms: true, conditions: true })
    expect((await get('ayesha.rahman', '/figures')).status).toBe(200)
    expectProblem(await post('leila.santos', '/hub/conditions', { version: '2026-02', words: 'Other.' }), 'input.invalid') // prettier-ignore
  })

  test('Somebody who was never authorised is told so, and of no breach; figures that are public need no authorisation.', async () => {
    await openHubForAll(gateway.owner)
    await gateway.owner.query(`update concordat.hub_authorisation set until = written_on`)
    expect(await looked()).toEqual(['hub-2023/2.2'])
    await gateway.owner.query(`delete from concordat.hub_authorisation`)
    const refused = await looked()
    expect(refused).toContain('hub-2023/2.2')
    expect(refused).not.toContain('hub-2023/2.3')
    expect((await get('ayesha.rahman', '/figures?provenance=official-statistics')).status).toBe(200)
    expect((await get('ayesha.rahman', '/figures/POP-LEI-2026-09')).status).toBe(200)
    const { seedHub } = await import('../../demo/hub.ts')
    await seedHub(gateway.owner, gateway.environment.identity.issuer, new Date())
  })

  test('At the pages it leads from the figures to the door and, once all is said, back; a second session elsewhere stops it.', async () => {
    const person = await signedIn(gateway, 'ayesha.rahman')
    const turned = await person.once('/figures')
    expect([turned.status, turned.headers.get('location')]).toEqual([303, '/hub'])
    expect((await person.page('/hub')).body).toContain('Accept the Conditions of Use')
    const missing = await person.send('/hub/accept', { version: '2026-01', terms: 'yes' })
    expect([missing.status, missing.body.includes('Tick this to go on.')]).toEqual([400, true])
    await person.send('/hub/accept', { version: '2026-01', terms: 'yes', conditions: 'yes' })
    await person.send('/hub/session', { purpose: 'inspection', unseen: 'yes' })
    expect((await person.page('/figures')).body).toContain('Management information from the HMPPS Performance Hub.')
    await signedIn(gateway, 'ayesha.rahman')
    const twice = await person.once('/figures')
    expect([twice.status, twice.body.includes('in use elsewhere')]).toEqual([403, true])
    await person.send('/hub/sign-out-everywhere')
    expect((await person.once('/figures')).headers.get('location')).toBe('/start')
  }) // prettier-ignore

  test('hub-2023/3.10-wifi, 3.5: From a network that is not trusted nothing opens; a file leaves for a managed device alone.', async () => {
    await openHubForAll(gateway.owner)
    const { config } = gateway.wiring as {
      config: { hubNetworks: readonly string[]; hubManagedNetworks: readonly string[] }
    } // to move it for a moment
    const [trusted, managed] = [config.hubNetworks, config.hubManagedNetworks]
    try {
      config.hubManagedNetworks = ['10.0.0.0/8']
      expect(expectRefusal(await get('ayesha.rahman', '/figures/export.csv'), 'open')).toEqual([
        'hub-2023/3.5',
      ])
      expect((await get('ayesha.rahman', '/figures')).status).toBe(200)
      config.hubNetworks = []
      expect(await looked()).toEqual(['hub-2023/3.10-wifi'])
    } finally {
      config.hubNetworks = trusted
      config.hubManagedNetworks = managed
    }
  })
})

describe('Data and Analysis', () => {
  test('hub-2023/2.2: authorises in writing, until a day, at a work address; every mistake is named.', async () => {
    const made = await post('leila.santos', '/hub/users', authorising())
    expect(made.status).toBe(201)
    const { users } = (await get('leila.santos', '/hub/users')).json() as { users: Record<string, unknown>[] }
    expect(users).toContainEqual(expect.objectContaining({ username: 'oliver.bennett@hmi-prisons.example', until: day(200), dormant: false })) // prettier-ignore
    const wrong = expectProblem(await post('leila.santos', '/hub/users', authorising({ username: 'nobody@hmi-prisons.example', writtenOn: day(1), until: day(-1), lineManager: 'nobody@hmi-prisons.example' })), 'input.invalid') // prettier-ignore
    expect(wrong.fields.map(({ field }) => field)).toEqual(['username', 'lineManager', 'writtenOn', 'until'])
    expect(expectProblem(await post('leila.santos', '/hub/users', authorising({ writtenOn: day(-10), until: day(370) })), 'input.invalid').fields).toMatchObject([{ field: 'until' }]) // prettier-ignore
    expect(expectRefusal(await post('leila.santos', '/hub/users', authorising({ username: 'oliver.bennett@mail.example' })), 'admit')).toEqual(['local/hub-work-address']) // prettier-ignore
    expect(expectProblem(await post('leila.santos', '/hub/users', authorising({ username: 'daniel.okafor@hmpps.example' })), 'input.invalid').fields[0]).toMatchObject({ field: 'username' }) // prettier-ignore
  })

  test('hub-2023/2.6: revokes at once and without a reason, and restricts to the screen.', async () => {
    await openHubForAll(gateway.owner)
    const id = await idOf('ayesha.rahman')
    await post('leila.santos', `/hub/users/${id}/change`, { how: 'restricted' })
    expect((await get('ayesha.rahman', '/figures')).status).toBe(200)
    expect(expectRefusal(await get('ayesha.rahman', '/figures/export.csv'), 'open')).toEqual(['hub-2023/2.6'])
    expect((await post('leila.santos', `/hub/users/${id}/change`, { how: 'revoked' })).status).toBe(200)
    expect(await looked()).toEqual(['hub-2023/2.6'])
    expectProblem(await post('leila.santos', `/hub/users/${id}/change`, { how: 'revoked' }), 'state.conflict')
    const { rows } = await gateway.owner.query(`select count(*) from concordat.mail where subject = 'Access to the Performance Hub was revoked' and recipient like 'marta%'`) // prettier-ignore
    expect(rows).toEqual([{ count: 1 }])
  })

  test('hub-2023/2.3: A revocation stops a download in its middle, and what broke off is an entry.', async () => {
    await openHubForAll(gateway.owner)
    await gateway.owner.query(
      `insert into concordat.figure_version (reference, version, measure, source_report, extracted_at, unit, filters, value, value_hash, marking, provenance, registered_by, registered_at)
       select 'BULK-' || n, 1, repeat('m', 300), repeat('s', 200), now(), 'people', repeat('f', 500), '1', sha256('x'), 'OFFICIAL', 'performance-hub', p.id, now() - interval '1 day'
       from generate_series(1, 20000) n, concordat.person p where p.subject = 'ayesha.rahman'`,
    )
    const id = await idOf('ayesha.rahman')
    const token = await tokenOf('ayesha.rahman')
    const { taken, ended, requestId } = await slowly(`${gateway.url}/api/v1/figures/export.csv`, token, () => post('leila.santos', `/hub/users/${id}/change`, { how: 'revoked' })) // prettier-ignore
    expect(ended).toBe('broken')
    expect(taken.toString('utf8', 0, 2000)).toContain('figure_id,')
    expect(taken.toString('utf8').split('\n').length).toBeLessThan(20_000)
    const types = async () => (await entriesFor(gateway, { headers: new Headers({ 'x-request-id': requestId }) })).map(({ type }) => type)
    await expect.poll(types).toEqual(['hub-data.downloaded', 'delivery.failed'])
    await gateway.owner.query(`delete from concordat.figure_version where reference like 'BULK-%'`)
  }, 120_000) // prettier-ignore

  test('hub-2023/3.6-caveat: Every row of a file says that it is management information.', async () => {
    await openHubForAll(gateway.owner)
    const answer = await get('ayesha.rahman', '/figures/export.csv?provenance=performance-hub')
    const [header = '', ...lines] = answer.bytes.toString('utf8').trimEnd().split('\r\n')
    expect(header.endsWith(',caveat')).toBe(true)
    expect(lines).toHaveLength(5)
    for (const line of lines) expect(line).toContain('Management information from the HMPPS Performance Hub. It is not official statistics') // prettier-ignore
    expect(answer.headers.get('content-disposition')).toContain('management-information')
  })
})

describe('an unauthorised attempt', () => {
  test('hub-2023/2.3: ends access and sessions in the transaction that refuses it, and both bodies are told.', async () => {
    await openHubForAll(gateway.owner)
    const person = await signedIn(gateway, 'ayesha.rahman')
    const answer = await post('ayesha.rahman', '/hub/users', authorising())
    expect(expectRefusal(answer, 'admit')).toEqual(['local/default-deny'])
    expect((await entriesFor(gateway, answer)).map(({ type }) => type).sort()).toEqual(['decision.refused', 'hub-access.ended', 'incident.raised']) // prettier-ignore
    expect(await looked()).toEqual(['hub-2023/2.3'])
    expect((await person.once('/keys')).headers.get('location')).toBe('/start')
    const { rows } = await gateway.owner.query(`select recipient from concordat.mail where subject = 'Access to the Performance Hub was revoked at once' order by recipient`) // prettier-ignore
    expect(rows.map(({ recipient }) => recipient)).toEqual(['leila.santos@justice.example', 'marta.kowalczyk@hmi-prisons.example', 'samir.haddad@hmi-prisons.example']) // prettier-ignore
  })

  test('is also what looks at the users, amends the conditions or ends somebody else’s access; what a person can mend is none.', async () => {
    for (const attempt of [() => get('tom.whitfield', '/hub/users'), async () => post('tom.whitfield', `/hub/users/${await idOf('ayesha.rahman')}/change`, { how: 'left' }), () => post('tom.whitfield', '/hub/conditions', { version: '9', words: 'x' })]) {
      await reset()
      await openHubForAll(gateway.owner)
      expect((await attempt()).status).toBe(403)
      expect(await looked('tom.whitfield')).toEqual(['hub-2023/2.3'])
      expect((await get('ayesha.rahman', '/figures')).status).toBe(200)
    }
    await reset()
    await looked('tom.whitfield')
    await openHubForAll(gateway.owner)
    expect((await get('tom.whitfield', '/figures')).status).toBe(200)
  }) // prettier-ignore
})

describe('who leaves', () => {
  test('hub-2023/2.5, 3.9: The line manager says so; access ends with it, and the mailbox and the team are both told.', async () => {
    await openHubForAll(gateway.owner)
    expect((await get('gwen.pritchard', '/hub')).json()['managed']).toHaveLength(5)
    const answer = await post('gwen.pritchard', `/hub/users/${await idOf('ayesha.rahman')}/change`, { how: 'left' }) // prettier-ignore
    expect((await entriesFor(gateway, answer)).map(({ type }) => type)).toEqual(['hub-access.ended', 'hub-mailbox.told', 'hub-team.told']) // prettier-ignore
    expect(await looked()).toEqual(['hub-2023/2.5'])
    const { rows } = await gateway.owner.query(`select recipient, body from concordat.mail where subject = 'A user no longer needs the Performance Hub' order by recipient`) // prettier-ignore
    expect(rows.map(({ recipient }) => recipient)).toEqual(['hubusers@justice.example', 'leila.santos@justice.example']) // prettier-ignore
    for (const { body } of rows) expect(body).not.toMatch(/ayesha|rahman/i)
    await post('gwen.pritchard', `/hub/users/${await idOf('tom.whitfield')}/change`, { how: 'role-changed' })
    expect(await looked('tom.whitfield')).toEqual(['hub-2023/3.9'])
  })

  test('hub-2023/3.8: A local administrator sees dormant accounts alone, by username and last use, and deletes no other.', async () => {
    await openHubForAll(gateway.owner)
    const id = await idOf('tom.whitfield')
    expect((await get('helen.marsh', '/hub/users')).json()).toEqual({ users: [] })
    expect(expectRefusal(await post('helen.marsh', `/hub/users/${id}/change`, { how: 'deleted' }), 'end-hub-access')).toEqual(['local/default-deny']) // prettier-ignore
    await gateway.owner.query(`update concordat.hub_authorisation set granted_at = now() - interval '200 days', last_used_at = now() - interval '95 days' where id = $1`, [id]) // prettier-ignore
    const { users } = (await get('helen.marsh', '/hub/users')).json() as { users: Record<string, unknown>[] }
    expect(users.map((user) => Object.keys(user).sort())).toEqual([['dormant', 'id', 'lastUsedAt', 'username']]) // prettier-ignore
    expect((await post('helen.marsh', `/hub/users/${id}/change`, { how: 'deleted' })).status).toBe(200)
    expect(await looked('tom.whitfield')).toEqual(['hub-2023/2.6'])
  })
})

describe('the record of use', () => {
  test('hub-2023/3.3: has sign-ins, uploads, reports and downloads of a user, by username and address, and nothing else of a person.', async () => {
    await openHubForAll(gateway.owner)
    await signedIn(gateway, 'martin.boyle')
    await get('martin.boyle', '/figures')
    await get('martin.boyle', '/figures/export.csv')
    const { entries } = (await get('leila.santos', `/hub/use?user=${await idOf('martin.boyle')}`)).json() as { entries: Record<string, unknown>[] } // prettier-ignore
    expect(entries.map(({ type }) => type)).toEqual(expect.arrayContaining(['person.signed-in', 'figures.viewed', 'hub-data.downloaded'])) // prettier-ignore
    for (const entry of entries) {
      expect(entry).toMatchObject({ username: 'martin.boyle@hmi-prisons.example' })
      expect(JSON.stringify(entry['detail'])).not.toMatch(/martin|boyle|@/i)
    }
    expect((await get('marta.kowalczyk', '/hub/use')).status).toBe(200)
    expect(expectRefusal(await get('martin.boyle', '/hub/use'), 'read-hub-use')).toEqual([
      'local/default-deny',
    ])
  })
})

describe('a return', () => {
  const send = async (text: string) => (await gateway.as('ayesha.rahman')).send('/api/v1/hub/returns', text, 'text/csv') // prettier-ignore

  test('hub-2023/3.11: with anything sensitive in its free text is refused with each place, and none of its words is kept.', async () => {
    await openHubForAll(gateway.owner)
    const answer = await send('place,notes\r\nLeeds,Quiet week\r\nLeeds,Mr Featherstonehaugh A1234BC on medication\r\n')
    expect(answer.status).toBe(403)
    expect(answer.json()).toMatchObject({ findings: 3, places: [{ row: 3, column: 2, kinds: ['prison-number', 'named-person', 'health'] }] })
    expect((await entriesFor(gateway, answer)).map(({ type }) => type)).toEqual(['decision.refused', 'hub-return.rejected'])
    const { rows } = await gateway.owner.query(`select count(*) from concordat.decision where facts::text ~ 'Featherston|A1234BC'`)
    expect(rows).toEqual([{ count: 0 }])
    const { rows: kept } = await gateway.owner.query(`select count(*) from ledger.secret where value ~ 'Featherston|A1234BC'`)
    expect(kept).toEqual([{ count: 0 }])
  }) // prettier-ignore

  test('hub-2023/3.3.2: without is looked through, and its hash is an entry; a table that is none is a problem with words.', async () => {
    await openHubForAll(gateway.owner)
    const answer = await send('place,count\r\nLeeds,4\r\n')
    expect([answer.status, answer.json()['findings']]).toEqual([200, 0])
    expect(await entriesFor(gateway, answer)).toMatchObject([{ type: 'hub-return.submitted', detail: { sha256: answer.json()['sha256'] } }]) // prettier-ignore
    expect((await send('')).status).toBe(400)
    expectProblem(await (await gateway.as('ayesha.rahman')).send('/api/v1/hub/returns', Buffer.from([0xff, 0xfe, 0x00]), 'text/csv'), 'table.unreadable') // prettier-ignore
  })
})

async function tokenOf(who: Subject): Promise<string> {
  const { signInHeadless } = await import('../../demo/identity/sign-in.ts')
  const { identity, commandLine, config } = gateway.environment
  const { accessToken } = await signInHeadless({ issuer: identity.issuer, clientId: commandLine.clientId, redirectUri: commandLine.redirectUri, resource: config.apiAudience, scope: 'openid transfers', person: who }) // prettier-ignore
  return accessToken
}

/** Reads a little, waits while something happens, and reads on to the end. */
function slowly(url: string, token: string, meanwhile: () => Promise<unknown>) {
  return new Promise<{ taken: Buffer; ended: 'whole' | 'broken'; requestId: string }>((resolve, reject) => {
    const sent = request(url, { headers: { authorization: `Bearer ${token}` } }, (answer) => {
      const chunks: Buffer[] = []
      const requestId = String(answer.headers['x-request-id'])
      let waited = false
      answer.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        if (waited) return
        waited = true
        answer.pause()
        meanwhile().then(() => answer.resume(), reject)
      })
      const done = (ended: 'whole' | 'broken') => () => resolve({ taken: Buffer.concat(chunks), ended, requestId }) // prettier-ignore
      answer.on('end', done('whole'))
      answer.on('error', done('broken'))
    })
    sent.on('error', reject)
    sent.end()
  })
}
