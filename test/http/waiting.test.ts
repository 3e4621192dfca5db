// The page that people see first names what waits on them, of every kind, to whoever holds the role at the body; not to whoever
// took the step before, and not once it is done.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clearanceFor, knownObjection } from '../support/clearances.ts'
import { startGateway, type Subject, type TestGateway } from '../support/gateway.ts'
import { restoreHub } from '../support/hub.ts'
import { signedIn } from '../support/pages.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ withWorker: false, people: 50 })
  await restoreHub(gateway.owner)
})
afterAll(() => gateway.close())

const homes = new Map<Subject, Awaited<ReturnType<typeof signedIn>>>()
/** What the page says waits: the words of each link, and where it leads. */
async function waits(who: Subject): Promise<string[]> {
  const person = homes.get(who) ?? (await signedIn(gateway, who))
  homes.set(who, person)
  const { body } = await person.page('/')
  const section = /<section aria-labelledby="waiting">[\s\S]*?<\/section>/.exec(body)?.[0] ?? 'no section'
  const links = [...section.matchAll(/href="([^"]+)">([^<]+)</g)].map(([, path, words]) => `${words} ${path}`)
  if (links.length === 0) expect(section).toContain('Nothing waits on you.')
  else expect(section).toContain(`Waiting on you (${links.length})`)
  return links
}

const post = async (who: Subject, path: string, body?: object) => {
  const answer = await (await gateway.as(who)).post(`/api/v1${path}`, body)
  expect(answer.status, answer.bytes.toString('utf8')).toBeLessThan(300)
  return answer.json()
}

describe('what waits on people', () => {
  test('a figure waits for Data and Analysis until they answer, and for nobody else', async () => {
    const id = await clearanceFor(gateway, 'request')
    expect(await waits('leila.santos')).toEqual([`A figure waits for your answer /consents/${id}`])
    expect(await waits('ayesha.rahman')).toEqual([])
    expect(await waits('martin.boyle')).toEqual([])
    await post('leila.santos', `/consents/${id}/answer`, { answer: 'refuse' })
    expect(await waits('leila.santos')).toEqual([])
  })

  test('an objection waits for the report’s owner, and an open window for HMPPS until it closes', async () => {
    const id = await clearanceFor(gateway, 'objected')
    expect(await waits('martin.boyle')).toEqual([
      `An objection to a figure waits for your decision /consents/${id}`,
    ])
    await post('martin.boyle', `/consents/${id}/objections/${knownObjection}/decide`, { decision: 'overruled', reason: 'It is of this year.' }) // prettier-ignore
    expect(await waits('martin.boyle')).toEqual([])
    const report = await clearanceFor(gateway, 'report')
    expect(await waits('colin.baxter')).toEqual([])
    await post('martin.boyle', `/clearances/${report}/delivered`)
    expect(await waits('colin.baxter')).toEqual([`You can object to a draft /clearances/${report}`])
    expect(await waits('martin.boyle')).toEqual([])
    await gateway.owner.query(`update concordat.clearance set delivered_at = now() - interval '60 days', window_warn_at = now() - interval '40 days', window_ends_at = now() - interval '30 days' where id = $1`, [report]) // prettier-ignore
    expect(await waits('colin.baxter')).toEqual([])
    expect(await waits('martin.boyle')).toEqual([
      `The time for objections is over: close the fact check /clearances/${report}`,
    ])
    await post('martin.boyle', `/clearances/${report}/close`)
    expect(await waits('martin.boyle')).toEqual([])
  })

  test('a second step waits for the second person, and not for the one who took the first', async () => {
    const { id } = await post('marta.kowalczyk', '/erasures', { identifiers: ['A1234BC'], basis: 'court-order', reason: 'Ordered.' }) // prettier-ignore
    expect(await waits('marta.kowalczyk')).toEqual([])
    expect(await waits('samir.haddad')).toEqual([`An erasure waits to be authorised /erasures/${String(id)}`])
    await post('marta.kowalczyk', `/erasures/${String(id)}/withdraw`)
    expect(await waits('samir.haddad')).toEqual([])
  })

  test('a version waits for the other keepers of the bodies that it binds', async () => {
    const { rows } = await gateway.owner.query(
      `with version as (insert into concordat.agreement_version (hash, agreement, files) values (repeat('a', 64), $1, '{}') on conflict do nothing)
       insert into concordat.agreement_proposal (id, agreement, hash, proposed_by, proposed_at, state)
       select gen_random_uuid(), $1, hash, (select id from concordat.person where subject = 'peter.lowe'), now(), 'proposed'
       from concordat.agreement_version where agreement = $1 limit 1 returning id`,
      ['hmpps-2025'],
    )
    const link = `A version of an agreement waits to be activated /agreements/hmpps-2025/versions/${String(rows[0]?.['id'])}`
    expect(await waits('ruth.castle')).toEqual([link])
    expect(await waits('peter.lowe')).toEqual([])
    await gateway.owner.query(`update concordat.agreement_proposal set agreement = 'hub-2023' where id = $1`, [rows[0]?.['id']]) // prettier-ignore
    await gateway.owner.query(`update concordat.agreement_proposal set proposed_by = (select id from concordat.person where subject = 'ruth.castle') where id = $1`, [rows[0]?.['id']]) // prettier-ignore
    expect(await waits('peter.lowe')).toEqual([])
  })
})
