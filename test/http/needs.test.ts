// "What would I need?": refused and met by the very rules that an act is judged by, before anything is asked, and each look an entry.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { actorsOf, supposedFacts } from '../../policies/supposed.ts'
import { decide } from '../../policies/decide.ts'
import { loadAgreements } from '../../policies/pack.ts'
import { entriesOf, startGateway, type Subject, type TestGateway } from '../support/gateway.ts'
import { signedIn } from '../support/pages.ts'

const caseLevel = 'exchange=hmpps-2025%2Fcase-level-data'

describe('what would I need', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({ people: 50, withWorker: false })
  })
  afterAll(() => gateway.close())
  const look = async (who: Subject, query: string) =>
    (await (await signedIn(gateway, who)).page(`/agreements/needs?${query}`)).body
  const wished = (act: string) => `${caseLevel}&act=${act}&dataset=self-harm-incidents&purpose=safety`

  test('an analyst on the team needs nothing more to ask, and a key to collect', async () => {
    expect(await look('ayesha.rahman', wished('request'))).toContain('nothing would refuse you')
    const collect = await look('ayesha.rahman', wished('collect'))
    for (const words of ['you would be refused', 'hmpps-2025/16-encryption', 'no enrolled key', 'What would change it']) expect(collect).toContain(words) // prettier-ignore
  })

  test('what refuses is what would refuse: somebody of another body is told whose act it is, and nothing is kept', async () => {
    const before = await gateway.owner.query('select count(*) as n from concordat.transfer')
    const body = await look('daniel.okafor', wished('request'))
    for (const words of ['you would be refused', 'analyst at HMI Prisons']) expect(body).toContain(words)
    const [entry] = (await entriesOf(gateway, 'type=agreement.viewed')).slice(-1)
    expect(entry).toMatchObject({
      agreement: 'hmpps-2025',
      detail: { part: 'needs', filters: ['exchange', 'act', 'dataset', 'purpose'] },
    })
    expect((await gateway.owner.query('select count(*) as n from concordat.transfer')).rows).toEqual(
      before.rows,
    )
  })

  test('nothing chosen, or what there is not, offers the choices', async () => {
    for (const query of ['', 'exchange=none%2Fnothing&act=request', `${caseLevel}&act=dance`]) {
      const body = await look('ayesha.rahman', query)
      expect(body).toContain('What kind of exchange?')
      expect(body).not.toContain('would be refused</h2>')
    }
  })
})

test('in the place of the person of the sample, and on another day, every act of every exchange is still permitted', async () => {
  const all = await loadAgreements()
  let tried = 0
  for (const { exchanges, standing } of all.agreements.values())
    for (const exchange of exchanges.values()) {
      if (standing.value !== 'in-force') continue
      for (const [act, actor] of actorsOf(all, exchange)) {
        const now = new Date(Date.parse(exchange.sample.now) + 200 * 86_400_000).toISOString()
        const person = Object.values(exchange.sample.people).find(({ id }) => id === actor.id)
        if (!person) throw new Error('an actor who is not in the sample')
        const fit = { ...person, id: 'somebody', trainedUntil: '2099-01-01', vettedUntil: '2099-01-01' }
        const facts = supposedFacts({ exchange, actor, who: { now, person: fit } })
        const decision = decide(all, act, facts)
        const why = decision.outcome === 'permit' ? '' : decision.refusals.map(({ clause }) => clause).join()
        expect(`${exchange.key} ${act} ${why}`).toBe(`${exchange.key} ${act} `)
        tried += 1
      }
    }
  expect(tried).toBeGreaterThan(50)
})
