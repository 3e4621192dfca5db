// The pages of the export: rehearsed, put forward and released with forms; an urgent concern shared, collected and reviewed.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMessage } from '../../keys/open-message.ts'
import type { ArmoredKeyPair } from '../../keys/openpgp-keys.ts'
import { expectProblem, expectRefusal } from '../support/answers.ts'
import {
  concernRow,
  quarter,
  startExportGateway,
  writeConcerns,
  type ExportGateway,
} from '../support/exports.ts'
import { enrolKey } from '../support/gateway.ts'
import { signedIn, type PagePerson } from '../support/pages.ts'
import { readZip } from '../support/zip.ts'

let gateway: ExportGateway
let key: ArmoredKeyPair
let rhian: PagePerson
let oliver: PagePerson
let nadia: PagePerson
beforeAll(async () => {
  gateway = await startExportGateway()
  key = await enrolKey(gateway, 'nadia.hussain')
  await writeConcerns(gateway, [concernRow('C-1', { text: 'Ring 0113 496 0000.' })])
  gateway.on(quarter.afterwards)
  rhian = await signedIn(gateway, 'rhian.davies')
  oliver = await signedIn(gateway, 'oliver.bennett')
  nadia = await signedIn(gateway, 'nadia.hussain')
})
afterAll(() => gateway.close())

describe('the pages of the export', () => {
  test('an export is rehearsed, put forward with its findings looked at, released by another, collected and acknowledged', async () => {
    expect((await rhian.page('/deliveries/next')).body).toContain(
      'Quarter 3 of 2026-27 has not been rehearsed',
    )
    expect((await rhian.send('/deliveries/next/rehearse')).status).toBe(303)
    expect((await rhian.page('/deliveries/next')).body).toContain('a telephone number')
    const unread = await rhian.send('/deliveries/next', { quarter: '', amends: '', reason: '' })
    expect(unread.status).toBe(400)
    expect(unread.body).toContain('Look at what the rehearsal found')
    expect((await rhian.send('/deliveries/next', { findingsRead: 'yes', quarter: '' })).status).toBe(303)
    expect((await rhian.page('/deliveries/next')).body).toContain('You cannot release what you put forward')
    const action = /action="(\/deliveries\/next\/[^"]+\/release)"/.exec(
      (await oliver.page('/deliveries/next')).body,
    )?.[1]
    expect((await oliver.send(String(action))).status).toBe(303)
    await gateway.settle()
    expect((await nadia.page('/deliveries')).body).toContain('Delivery 1')
    expect((await nadia.page('/deliveries/1/changes')).body).toContain('Ring 0113 496 0000.')
    expect((await nadia.send('/deliveries/1/package')).status).toBe(200)
    expect((await nadia.send('/deliveries/1/acknowledge')).status).toBe(303)
    expect((await oliver.page('/deliveries/1')).body).toContain('Acknowledged')
  })
})

describe('S44: an urgent concern between quarters', () => {
  const path = '/api/v1/urgent-concerns'
  const member = async () => {
    const { team } = (await (await gateway.as('oliver.bennett')).get(path)).json() as {
      team: { id: string }[]
    }
    return team.map(({ id }) => id)
  }
  const share = async (change: Record<string, unknown> = {}) =>
    (await gateway.as('oliver.bennett')).post(path, { concern: 'C-1', people: await member(), reason: 'People are at risk.', ...change }) // prettier-ignore

  test('needs a reason, and members of the team and nobody else', async () => {
    expect(expectRefusal(await share({ reason: '' }), 'release')).toEqual(['local/urgent-reason'])
    expect(expectRefusal(await share({ people: [] }), 'release')).toEqual(['local/urgent-recipients'])
    const { rows } = await gateway.owner.query(
      `select id from concordat.person where subject = 'daniel.okafor'`,
    )
    const others = [...(await member()), String(rows[0]?.['id'])]
    expect(expectRefusal(await share({ people: others }), 'release')).toEqual(['local/urgent-recipients'])
    expectProblem(await share({ concern: 'C-NONE' }), 'input.invalid')
  })

  test('goes at once to whom it names, alerts the assurance officer, and blocks the next until its review is closed', async () => {
    const made = (await share()).json()
    const mails = await gateway.owner.query(`select recipient, body from concordat.mail where subject = $1`, [`${String(made['reference'])} needs you`]) // prettier-ignore
    expect(mails.rows.map(({ recipient }) => recipient).toSorted()).toEqual(['marta.kowalczyk@hmi-prisons.example', 'nadia.hussain@hmpps.example', 'samir.haddad@hmi-prisons.example']) // prettier-ignore
    expect(mails.rows.map(({ body }) => String(body)).join()).not.toMatch(/0113|C-1|at risk/)
    const id = String(made['id'])
    const answer = await (await gateway.as('nadia.hussain')).get(`${path}/${id}/package`)
    const zip = await openMessage(answer.bytes, { privateArmored: key.privateArmored, senderArmored: gateway.wiring.signer.publicArmored }) // prettier-ignore
    expect(readZip(zip).get('concern.csv')?.toString('utf8')).toContain('Ring 0113 496 0000.')
    expect(expectRefusal(await share(), 'release')).toEqual(['local/urgent-review'])
    const review = { finding: 'right', words: 'It could not wait.' }
    expect(expectRefusal(await (await gateway.as('oliver.bennett')).post(`${path}/${id}/review`, review), 'review')).toEqual(['local/urgent-reviewer']) // prettier-ignore
    expect((await (await gateway.as('marta.kowalczyk')).post(`${path}/${id}/review`, review)).status).toBe(
      200,
    )
    expectProblem(
      await (await gateway.as('marta.kowalczyk')).post(`${path}/${id}/review`, review),
      'state.conflict',
    )
    expect((await share()).status).toBe(201)
  })

  test('as a form says everything that is missing at once, and comes filled in from the page of its concern', async () => {
    const empty = await oliver.send('/urgent-concerns', { concern: '', reason: '' })
    expect(empty.status).toBe(400)
    for (const words of [
      'Give the id of the concern.',
      'Choose at least one person.',
      'Say why it cannot wait.',
    ])
      expect(empty.body).toContain(words)
    expect((await oliver.page('/concerns/of/C-1')).body).toContain('href="/urgent-concerns?concern=C-1"')
    expect((await oliver.page('/urgent-concerns?concern=C-1')).body).toContain('value="C-1"')
  })

  test('is not there for a member whom it does not name', async () => {
    await gateway.owner.query(`delete from concordat.urgent_recipient`)
    const { shares } = (await (await gateway.as('oliver.bennett')).get(path)).json() as {
      shares: { id: string }[]
    }
    const team = await gateway.as('nadia.hussain')
    expectProblem(await team.get(`${path}/${String(shares[0]?.id)}/package`), 'not-found')
    expect((await team.get(path)).json()).toMatchObject({ shares: [] })
  })
})
