// What the demonstration's deliveries look like two years after the agreement began, as both sides see them over the API.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseVerifierKey } from '../../audit/note.ts'
import { verifyProof } from '../../audit/verify.ts'
import { deliverSinceTheAgreement } from '../../demo/deliveries.ts'
import { verifyManifest } from '../../keys/delivery-manifest.ts'
import { entriesOf, startGateway, type TestGateway } from '../support/gateway.ts'

interface Delivery {
  readonly number: number
  readonly state: string
  readonly rows: number
  readonly manifestSha256: string
  readonly amends?: number
}

describe('the demonstration’s deliveries', () => {
  const today = '2027-02-10'
  let gateway: TestGateway
  let delivered: number
  beforeAll(async () => {
    gateway = await startGateway({
      people: 100,
      withWorker: false,
      change: async (wired) => {
        const wiring = { ...wired, clock: () => new Date(`${today}T12:00:00Z`) }
        delivered = await deliverSinceTheAgreement(wiring, today)
        return wiring
      },
    })
  })
  afterAll(() => gateway.close())

  test('are two years of them over 4,000 concerns, one amended, each acknowledged and following the one before', async () => {
    const member = await gateway.as('nadia.hussain')
    expect(delivered).toBe(9)
    let before: { delivery: number; manifestSha256: string } | null = null
    for (let number = 1; number <= delivered; number += 1) {
      const seen = (await member.get(`/api/v1/deliveries/${number}`)).json() as unknown as Delivery
      expect(seen).toMatchObject({ number, state: 'acknowledged', ...(number === 4 && { amends: 3 }) })
      const jws = (await member.get(`/api/v1/deliveries/${number}/manifest`)).bytes.toString('utf8')
      const manifest = await verifyManifest(jws, gateway.wiring.certificateJwk)
      expect(manifest.follows).toEqual(before)
      before = { delivery: number, manifestSha256: seen.manifestSha256 }
    }
    const first = await verifyManifest((await member.get('/api/v1/deliveries/1/manifest')).bytes.toString('utf8'), gateway.wiring.certificateJwk) // prettier-ignore
    expect(first.quarter.endsOn).toBe('2025-03-31')
    const open = gateway.wiring.establishments.all.filter(({ active }) => active)
    const { rows } = await gateway.owner.query('select count(*) as concerns, count(distinct establishment) as places from concordat.concern_version where last_edition is null') // prettier-ignore
    expect(rows[0]).toEqual({ concerns: 4000, places: open.length })
  }) // prettier-ignore

  test('have their entries, and the copies whose year is over are destroyed', async () => {
    expect(await entriesOf(gateway, 'type=concerns-export.released')).toHaveLength(9)
    expect(await entriesOf(gateway, 'type=concerns-export.acknowledged')).toHaveLength(9)
    const { rows } = await gateway.owner.query(
      'select count(*) filter (where wrapped_key is null) as gone, min(destroy_on) filter (where wrapped_key is not null) as next from concordat.item',
    )
    expect(rows[0]).toEqual({ gone: 5, next: '2027-04-13' })
  })

  test('are each proved by the ledger to whoever may see them: that they were sent, and that a copy was destroyed', async () => {
    await gateway.settle()
    const member = await gateway.as('nadia.hussain')
    const keys = [await parseVerifierKey(gateway.wiring.verifierKey)]
    for (const what of ['sent', 'destroyed']) {
      const { manifestSha256 } = (await member.get('/api/v1/deliveries/5')).json()
      const answer = await member.get(`/api/v1/deliveries/5/proofs/${what}`)
      expect(answer.headers.get('content-disposition')).toContain(`delivery-5-${what}.tlog-proof`)
      const verdict = await verifyProof({ proof: answer.bytes.toString('utf8'), keys })
      if (!verdict.verified) throw new Error(JSON.stringify(verdict.steps))
      if (what === 'sent') expect(Buffer.from(verdict.entry).toString()).toContain(manifestSha256)
    }
    expect((await member.get('/api/v1/deliveries/9/proofs/destroyed')).status).toBe(404)
    expect((await (await gateway.as('ayesha.rahman')).get('/api/v1/deliveries/5/proofs/sent')).status).toBe(
      403,
    )
  })
})
