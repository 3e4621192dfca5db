// From a picture in the gateway to one on the web: questions answered by named people, HMPPS's fact check, clearing, publication, and
// what a bar or a withdrawal does on the way and afterwards.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../../demo/client.ts'
import { destroyDuePhotographs } from '../../gateway/photographs/destroy.ts'
import { questions, type Question } from '../../gateway/photographs/checking.ts'
import { londonDate } from '../../policies/calendar.ts'
import { entriesFor, expectProblem, expectRefusal } from '../support/answers.ts'
import { startGateway, type Subject, type TestGateway } from '../support/gateway.ts'
import { signedIn } from '../support/pages.ts'
import { exifSegment, jpegWith } from '../support/pictures.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ withWorker: false, people: 100 }) // prettier-ignore
})
afterAll(() => gateway.close())

const dayMs = 24 * 3_600_000
const day = (offset: number) => londonDate(new Date(Date.now() + offset * dayMs))
const post = async (who: Subject, path: string, body?: unknown) => (await gateway.as(who)).post(`/api/v1${path}`, body) // prettier-ignore
const get = async (who: Subject, path: string) => (await gateway.as(who)).get(`/api/v1${path}`)
async function done(answer: Answer | Promise<Answer>): Promise<Record<string, unknown>> {
  const given = await answer
  expect(given.status, given.bytes.toString('utf8')).toBeLessThan(300)
  return given.json()
}

const report = async () =>
  String((await done(post('ayesha.rahman', '/clearances', { title: 'HMP Leeds', kind: 'report-figures' })))['id']) // prettier-ignore
async function kept(clearance: string, people = 0): Promise<string> {
  const fields = { inspection: 'INS-2026-LEI-1', takenOn: day(-2), caption: 'A cell', shows: 'A cell', finding: 'Cells are cold.', people: String(people) } // prettier-ignore
  const sent = (await gateway.as('ayesha.rahman')).form(`/api/v1/clearances/${clearance}/photographs`, fields, new Blob([new Uint8Array(jpegWith(exifSegment(1)))], { type: 'image/jpeg' })) // prettier-ignore
  return String((await done(sent))['id'])
}
const consenting = (sharedWith: readonly string[] = ['hmpps', 'public']) => ({ who: 'person 1', form: 'Cabinet 4', writtenOn: day(-3), uses: 'The report', storage: 'Sealed', until: day(200), sharedWith }) // prettier-ignore
const consented = async (id: string, sharedWith?: readonly string[]) => ((await done(post('ayesha.rahman', `/photographs/${id}/consents`, consenting(sharedWith))))['consents'] as { id: string }[])[0]?.id ?? '' // prettier-ignore
const check = (who: Subject, id: string, question: Question, answer: 'clear' | 'found' = 'clear') => post(who, `/photographs/${id}/checks`, { question, answer, words: 'I looked at all of it.' }) // prettier-ignore
const look = async (who: Subject, id: string) => expect((await get(who, `/photographs/${id}/image`)).status).toBe(200) // prettier-ignore
async function checked(id: string, without?: Question): Promise<void> {
  await look('ayesha.rahman', id)
  await look('martin.boyle', id)
  for (const question of questions.filter((each) => each !== without)) {
    if (question !== 'identity') await done(check('ayesha.rahman', id, question))
    if (question === 'identity' || question === 'security') await done(check('martin.boyle', id, question))
  }
}
const read = async (id: string, who: Subject = 'martin.boyle') => done(get(who, `/photographs/${id}`))
const standing = async (id: string) => (await read(id))['standing']
async function factChecked(clearance: string): Promise<void> {
  await done(post('martin.boyle', `/clearances/${clearance}/delivered`))
  // HMPPS’s window is over: as if its days had passed.
  await gateway.owner.query(`update concordat.clearance set window_warn_at = delivered_at, window_ends_at = delivered_at + interval '1 millisecond' where id = $1`, [clearance]) // prettier-ignore
  await done(post('martin.boyle', `/clearances/${clearance}/close`))
}
/** As far as can be without a publisher. */
async function clearable(
  people = 0,
  sharedWith?: readonly string[],
): Promise<{ id: string; consent: string; clearance: string }> {
  // prettier-ignore
  const clearance = await report()
  const id = await kept(clearance, people)
  const consent = people > 0 ? await consented(id, sharedWith) : ''
  await checked(id)
  await done(post('martin.boyle', `/photographs/${id}/include`))
  await factChecked(clearance)
  return { id, consent, clearance }
}

const toldOfSecurity = async () =>
  Number((await gateway.owner.query(`select count(*) as told from concordat.mail where subject = 'A photograph raised a point of security' and recipient = 'colin.baxter@hmpps.example'`)).rows[0]?.['told']) // prettier-ignore

describe('the questions of the annex', () => {
  test('S17: each is answered by those who have to: identity by another than the photographer, security by both.', async () => {
    const id = await kept(await report())
    await look('ayesha.rahman', id)
    for (const question of questions) await done(check('ayesha.rahman', id, question))
    expect(await read(id)).toMatchObject({ standing: 'checks', unanswered: ['identity', 'security'] })
    expect(expectRefusal(await post('martin.boyle', `/photographs/${id}/include`), 'include')).toEqual(['hmpps-2025/annex-a/publication']) // prettier-ignore
    await look('martin.boyle', id)
    await done(check('martin.boyle', id, 'security'))
    expect(await read(id)).toMatchObject({ unanswered: ['identity'] })
    const answered = await check('martin.boyle', id, 'identity')
    expect(await done(answered)).toMatchObject({ standing: 'ready', unanswered: [] })
    const entries = await entriesFor(gateway, answered)
    expect(entries).toEqual(expect.arrayContaining([expect.objectContaining({ type: 'photograph.checked', detail: { question: 'identity', answer: 'clear' } })])) // prettier-ignore
    expectProblem(await check('martin.boyle', id, 'identity'), 'state.conflict')
  })

  test('Nobody says that there is nothing without having looked, or without being allowed to.', async () => {
    const id = await kept(await report())
    expect(expectProblem(await check('martin.boyle', id, 'victims'), 'input.invalid').fields.map(({ field }) => field)).toEqual(['answer']) // prettier-ignore
    expect(expectRefusal(await check('grace.adeyemi', id, 'victims'), 'check-photograph')).toEqual(['local/default-deny']) // prettier-ignore
    const hidden = await kept(await report(), 1)
    expect(expectRefusal(await check('martin.boyle', hidden, 'victims'), 'show')).toEqual(['hmpps-2025/annex-a/identity']) // prettier-ignore
    const faults = expectProblem(await post('martin.boyle', `/photographs/${id}/checks`, { question: 'beauty', answer: 'perhaps', words: '' }), 'input.invalid').fields // prettier-ignore
    expect(faults.map(({ field }) => field)).toEqual(['question', 'answer', 'words'])
  })

  test.each(['victims', 'of-interest', 'accuracy'] as const)('S17: a yes to %s bars the photograph, with consent and with everything answered, and nobody overrides it.', async (question) => {
    const id = await kept(await report(), 1)
    await consented(id)
    await checked(id)
    const found = await check('marta.kowalczyk', id, question, 'found')
    expect(await done(found)).toMatchObject({ standing: 'barred' })
    const refusals = expectRefusal(await post('martin.boyle', `/photographs/${id}/include`), 'include')
    expect(refusals).toContain('local/photograph-bars')
    if (question === 'of-interest') expect(refusals).toContain('hmpps-2025/annex-a/prisoners-of-interest')
    for (const who of ['ayesha.rahman', 'martin.boyle'] as const)
      expect(expectRefusal(await check(who, id, question), 'show')).toContain('local/photograph-bars')
    await look('marta.kowalczyk', id)
    expectProblem(await check('marta.kowalczyk', id, question), 'state.conflict')
    expect(await standing(id)).toBe('barred')
    await expect(gateway.wiring.db.query(`insert into concordat.photograph_check (id, photograph_id, question, answer, words, answered_by, party, answered_at)
      select gen_random_uuid(), $1, $2, 'clear', 'x', id, 'hmi-prisons', now() from concordat.person where subject = 'gwen.pritchard'`, [id, question])).rejects.toThrow(/is barred/) // prettier-ignore
    await expect(gateway.wiring.db.query('delete from concordat.photograph_check')).rejects.toThrow(/permission denied/) // prettier-ignore
    await expect(gateway.wiring.db.query(`update concordat.photograph_check set answer = 'clear'`)).rejects.toThrow(/permission denied/) // prettier-ignore
  }) // prettier-ignore

  test.each(['identity', 'decency', 'security'] as const)('hmpps-2025/annex-a/decency, security: a yes to %s has it destroyed the same day.', async (question) => {
    const id = await kept(await report())
    const toldBefore = await toldOfSecurity()
    expect(await done(check('martin.boyle', id, question, 'found'))).toMatchObject({ standing: 'barred', destroyOn: day(0) }) // prettier-ignore
    expect(await destroyDuePhotographs(gateway.wiring)).toContain(id)
    expect(await standing(id)).toBe('destroyed')
    expect((await toldOfSecurity()) - toldBefore).toBe(question === 'security' ? 1 : 0)
    expect(expectRefusal(await post('martin.boyle', `/photographs/${id}/include`), 'include')).toContain('local/photograph-bars') // prettier-ignore
  }) // prettier-ignore
})

describe('HMPPS’s fact check', () => {
  test('hmpps-2025/annex-a/consult: a photograph is in the draft before that goes to HMPPS, which then sees it.', async () => {
    const clearance = await report()
    const [early, late] = [await kept(clearance), await kept(clearance)]
    await checked(early)
    await checked(late)
    expectProblem(await get('colin.baxter', `/photographs/${early}`), 'not-found')
    await done(post('martin.boyle', `/photographs/${early}/include`))
    const told = await gateway.owner.query(`select 1 from concordat.mail where recipient = 'colin.baxter@hmpps.example' and body like '%' || $1 || '%'`, [clearance]) // prettier-ignore
    expect(told.rows).toHaveLength(1)
    await look('colin.baxter', early)
    expect(await read(early, 'colin.baxter')).toMatchObject({ standing: 'fact-check' })
    await done(post('martin.boyle', `/clearances/${clearance}/delivered`))
    expectProblem(await post('martin.boyle', `/photographs/${late}/include`), 'state.conflict')
    expectProblem(await post('martin.boyle', `/photographs/${early}/include`), 'state.conflict')
  })

  test('hmpps-2025/annex-a/objections: an objection holds until HMI Prisons decides, and one that is accepted for good.', async () => {
    const clearance = await report()
    const ids = [await kept(clearance), await kept(clearance)] as const
    for (const id of ids) {
      await checked(id)
      await done(post('martin.boyle', `/photographs/${id}/include`))
    }
    expect(expectRefusal(await post('martin.boyle', `/photographs/${ids[0]}/answer`, { answer: 'no-objection' }), 'answer-photograph')).toEqual(['local/default-deny']) // prettier-ignore
    expectProblem(await post('colin.baxter', `/photographs/${ids[0]}/answer`, { answer: 'objection' }), 'input.invalid') // prettier-ignore
    const objections: string[] = []
    for (const id of ids) {
      const answered = await done(post('colin.baxter', `/photographs/${id}/answer`, { answer: 'objection', words: 'It shows a lock.' })) // prettier-ignore
      expect(answered['standing']).toBe('objection')
      objections.push(String((answered['answers'] as { id: string }[])[0]?.id))
    }
    await factChecked(clearance)
    expect(expectRefusal(await post('grace.adeyemi', `/photographs/${ids[0]}/clear`), 'clear-photograph')).toEqual(['local/photograph-fact-check']) // prettier-ignore
    expect(expectRefusal(await post('grace.adeyemi', `/photographs/${ids[0]}/objections/${objections[0] ?? ''}/decide`, { decision: 'overruled', reason: 'No.' }), 'run-fact-check')).toEqual(['local/default-deny']) // prettier-ignore
    await done(post('martin.boyle', `/photographs/${ids[0]}/objections/${objections[0] ?? ''}/decide`, { decision: 'overruled', reason: 'The lock is in plain sight.' })) // prettier-ignore
    await done(post('martin.boyle', `/photographs/${ids[1]}/objections/${objections[1] ?? ''}/decide`, { decision: 'accepted', reason: 'Agreed.' })) // prettier-ignore
    expectProblem(await post('martin.boyle', `/photographs/${ids[1]}/objections/${objections[1] ?? ''}/decide`, { decision: 'overruled', reason: 'x' }), 'state.conflict') // prettier-ignore
    expect(await done(post('grace.adeyemi', `/photographs/${ids[0]}/clear`))).toMatchObject({ standing: 'cleared' }) // prettier-ignore
    expect(expectRefusal(await post('grace.adeyemi', `/photographs/${ids[1]}/clear`), 'clear-photograph')).toEqual(['local/photograph-fact-check']) // prettier-ignore
    expectProblem(await post('colin.baxter', `/photographs/${ids[0]}/answer`, { answer: 'objection', words: 'Late.' }), 'state.conflict') // prettier-ignore
  })

  test('HMPPS says what it sees, and that is a bar; that it sees nothing is its answer to the fact check.', async () => {
    const clearance = await report()
    const id = await kept(clearance)
    await checked(id)
    await done(post('martin.boyle', `/photographs/${id}/include`))
    await look('colin.baxter', id)
    expectProblem(await check('colin.baxter', id, 'of-interest'), 'input.invalid')
    await done(check('colin.baxter', id, 'of-interest', 'found'))
    expect(await standing(id)).toBe('barred')
  })
})

describe('clearing', () => {
  test('One photograph that passed everything is marked for public release, and no other.', async () => {
    const { id } = await clearable(1)
    expect(await read(id)).toMatchObject({ standing: 'clearable', marking: 'OFFICIAL-SENSITIVE', heldBy: [] })
    expectProblem(await get('grace.adeyemi', `/photographs/${id}/cleared`), 'state.conflict')
    const cleared = await post('grace.adeyemi', `/photographs/${id}/clear`)
    expect(await done(cleared)).toMatchObject({ standing: 'cleared', marking: 'FOR PUBLIC RELEASE' })
    expect((await entriesFor(gateway, cleared)).map(({ type }) => type).sort()).toEqual(['photograph.cleared', 'photograph.viewed']) // prettier-ignore
    expectProblem(await post('grace.adeyemi', `/photographs/${id}/clear`), 'state.conflict')
    const copy = await get('grace.adeyemi', `/photographs/${id}/cleared`)
    expect([copy.status, copy.headers.get('content-disposition')]).toEqual([200, expect.stringContaining('FOR-PUBLIC-RELEASE-')]) // prettier-ignore
    expect((await entriesFor(gateway, copy)).map(({ type }) => type).sort()).toEqual(['photograph.opened', 'photograph.taken']) // prettier-ignore
    expect(await read(id)).toMatchObject({ copies: [{ kind: 'taken' }] })
  })

  test('Each thing that lacks keeps it back, by its clause.', async () => {
    const clearance = await report()
    const id = await kept(clearance)
    await checked(id)
    const clear = async () => post('grace.adeyemi', `/photographs/${id}/clear`)
    expect(expectRefusal(await clear(), 'clear-photograph')).toEqual(['local/photograph-fact-check'])
    await done(post('martin.boyle', `/photographs/${id}/include`))
    expect(expectRefusal(await clear(), 'clear-photograph')).toEqual(['local/photograph-fact-check'])
    const ready = await clearable()
    expect(expectRefusal(await post('martin.boyle', `/photographs/${ready.id}/clear`), 'clear-photograph')).toEqual(['local/default-deny']) // prettier-ignore
    const narrow = await clearable(1, ['hmpps'])
    expect(expectRefusal(await post('grace.adeyemi', `/photographs/${narrow.id}/clear`), 'clear-photograph')).toEqual(['local/photograph-public']) // prettier-ignore
  })

  test('A consent that is withdrawn between the fact check and the clearing stops it.', async () => {
    const { id, consent } = await clearable(1)
    await done(post('ayesha.rahman', `/photographs/${id}/consents/${consent}/withdraw`))
    expect(expectRefusal(await post('grace.adeyemi', `/photographs/${id}/clear`), 'include')).toEqual(['hmpps-2025/annex-a/identity-withdrawal']) // prettier-ignore
  })
})

describe('publication', () => {
  test('hmpps-2025/annex-a/digital-channels: once the report is out and not before, and only where it is cleared.', async () => {
    const { id } = await clearable()
    const publishing = (offset: number) => ({ place: 'https://www.example.org/leeds', reportPublishedOn: day(offset) }) // prettier-ignore
    expectProblem(
      await post('grace.adeyemi', `/photographs/${id}/publications`, publishing(0)),
      'state.conflict',
    )
    await done(post('grace.adeyemi', `/photographs/${id}/clear`))
    expect(expectRefusal(await post('grace.adeyemi', `/photographs/${id}/publications`, publishing(1)), 'share')).toEqual(['hmpps-2025/annex-a/digital-channels']) // prettier-ignore
    expectProblem(await post('grace.adeyemi', `/photographs/${id}/publications`, { ...publishing(0), place: 'http://x.example' }), 'input.invalid') // prettier-ignore
    expect(await done(post('grace.adeyemi', `/photographs/${id}/publications`, publishing(0)))).toMatchObject({ standing: 'published', marking: 'FOR PUBLIC RELEASE' }) // prettier-ignore
  })

  test('S16: a withdrawal while it is published takes the marking away, calls back every copy, and refuses a new one.', async () => {
    const { id, consent } = await clearable(1)
    await done(post('grace.adeyemi', `/photographs/${id}/clear`))
    expect((await get('grace.adeyemi', `/photographs/${id}/cleared`)).status).toBe(200)
    await done(post('grace.adeyemi', `/photographs/${id}/publications`, { place: 'https://www.example.org/leeds', reportPublishedOn: day(0) })) // prettier-ignore
    const withdrawn = await post('ayesha.rahman', `/photographs/${id}/consents/${consent}/withdraw`)
    expect(await done(withdrawn)).toMatchObject({ standing: 'recalled', marking: 'OFFICIAL-SENSITIVE' })
    expect(await entriesFor(gateway, withdrawn)).toEqual(expect.arrayContaining([expect.objectContaining({ type: 'photograph.recalled', detail: { because: 'withdrawn', published: 1, taken: 1 } })])) // prettier-ignore
    expect(expectRefusal(await get('grace.adeyemi', `/photographs/${id}/cleared`), 'include')).toContain('hmpps-2025/annex-a/identity-withdrawal') // prettier-ignore
    expect(expectRefusal(await post('grace.adeyemi', `/photographs/${id}/publications`, { place: 'https://www.example.org/again', reportPublishedOn: day(0) }), 'share')).toContain('hmpps-2025/annex-a/identity-withdrawal') // prettier-ignore
    expect(await destroyDuePhotographs(gateway.wiring)).toContain(id)
    const reports = (await done(get('grace.adeyemi', '/photographs')))['reports'] as { recalls: number }[]
    expect(reports.some(({ recalls }) => recalls === 2)).toBe(true)
    for (const copy of (await read(id))['copies'] as { id: string }[])
      await done(post('grace.adeyemi', `/photographs/${id}/copies/${copy.id}/end`, { how: 'Taken down.' }))
    expect(await standing(id)).toBe('destroyed')
  })

  test('S17: a bar that is found once it is published calls it back too.', async () => {
    const { id } = await clearable()
    await done(post('grace.adeyemi', `/photographs/${id}/clear`))
    await done(post('grace.adeyemi', `/photographs/${id}/publications`, { place: 'https://www.example.org/leeds', reportPublishedOn: day(0) })) // prettier-ignore
    expect(await done(check('colin.baxter', id, 'victims', 'found'))).toMatchObject({ standing: 'recalled', copies: [{ recalledFor: 'barred' }] }) // prettier-ignore
  })
})

describe('as pages', () => {
  test('a photograph is answered for, put in the draft, answered by HMPPS, and cleared.', async () => {
    const clearance = await report()
    const id = await kept(clearance)
    const [ayesha, martin, colin] = [await signedIn(gateway, 'ayesha.rahman'), await signedIn(gateway, 'martin.boyle'), await signedIn(gateway, 'colin.baxter')] // prettier-ignore
    const at = `/photographs/${id}`
    expect((await ayesha.page(`${at}/image`)).status).toBe(200)
    expect((await martin.page(`${at}/image`)).status).toBe(200)
    expect((await martin.send(`${at}/checks`, { question: 'victims' })).status).toBe(400)
    for (const question of questions) {
      expect((await ayesha.send(`${at}/checks`, { question, answer: 'clear', words: 'Looked.' })).status).toBe(303) // prettier-ignore
      expect((await martin.send(`${at}/checks`, { question, answer: 'clear', words: 'Looked.' })).status).toBe(303) // prettier-ignore
    }
    expect((await martin.page(at)).body).toContain('Put it in the draft')
    expect((await martin.send(`${at}/include`)).status).toBe(303)
    expect((await colin.page(at)).body).toContain('Do you object to its being published?')
    expect((await colin.send(`${at}/answer`, { answer: 'objection' })).status).toBe(400)
    expect((await colin.send(`${at}/answer`, { answer: 'no-objection' })).status).toBe(303)
    await factChecked(clearance)
    const grace = await signedIn(gateway, 'grace.adeyemi')
    expect((await grace.page(at)).body).toContain('Clear for public release')
    expect((await grace.send(`${at}/clear`)).status).toBe(303)
    expect((await grace.page(at)).body).toContain('FOR PUBLIC RELEASE')
    expect((await grace.page(`${at}/cleared`)).status).toBe(200)
    expect((await grace.send(`${at}/publications`, { place: 'https://www.example.org/leeds', reportPublishedOn: day(0) })).status).toBe(303) // prettier-ignore
    expect((await grace.page(at)).body).toContain('https://www.example.org/leeds')
  })
})
