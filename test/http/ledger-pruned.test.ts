// What people see of a ledger whose old entries shrank to hashes and totals: the log says so, a proof says why it cannot be had,
// and a certificate that is completed afterwards still carries its proof.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { append } from '../../audit/append.ts'
import type { VerifierKey } from '../../audit/note.ts'
import { parseVerifierKeys } from '../../audit/verifier-keys.ts'
import { verifyProof } from '../../audit/verify.ts'
import { clockSetTo } from '../../gateway/clock.ts'
import { pruneLedger } from '../../gateway/ledger-prune.ts'
import { certifyDestroyed } from '../../gateway/retention/certify.ts'
import { payloadSchema } from '../../keys/certificate.ts'
import { views } from '../audit/ledger-fixture.ts'
import { expectProblem } from '../support/answers.ts'
import { enrolKey, startGateway, type TestGateway } from '../support/gateway.ts'
import { signedIn } from '../support/pages.ts'
import { collect, destroyOnItsDate, transferAt } from '../support/transfers.ts'

describe('a ledger with entries past the log limit', () => {
  let gateway: TestGateway
  let transfer: string
  let first: string
  let keys: readonly VerifierKey[]
  beforeAll(async () => {
    gateway = await startGateway()
    await enrolKey(gateway)
    transfer = await transferAt(gateway, 'collected')
    await collect(gateway, transfer)
    await destroyOnItsDate(gateway, transfer)
    keys = await parseVerifierKeys(gateway.wiring.ledgerProcess.verifierKey)
    const { rows } = await gateway.owner.query('select entry_id from ledger.leaf where seq = 0')
    first = String(rows[0]?.['entry_id'])
    await gateway.wiring.db.withTransaction((tx) => append(tx, views(400), new Date()))
    await gateway.wiring.ledgerProcess.catchUp()
    const later = clockSetTo(new Date(Date.now() + 5 * 366 * 86_400_000))
    await pruneLedger({ ...gateway.wiring, clock: later })
  })
  afterAll(() => gateway.close())

  test('shows its totals to the assurance officer, on the page and over the API', async () => {
    const { body } = await (await signedIn(gateway, 'marta.kowalczyk')).page('/access-log')
    expect(body).toMatch(/entries from before .* are past the log limit/)
    const { pruned } = (await (await gateway.as('marta.kowalczyk')).get('/api/v1/ledger/entries')).json()
    expect(JSON.stringify(pruned)).toContain('"type":"transfer.viewed"')
  })

  test('says why an old entry, its proof, or a comparison with an old checkpoint cannot be had', async () => {
    const officer = await gateway.as('marta.kowalczyk')
    for (const path of [`/api/v1/ledger/entries/${first}`, `/api/v1/ledger/entries/${first}/proof`]) {
      const answer = await officer.get(path)
      expectProblem(answer, 'not-found')
      expect(answer.json()['detail']).toContain('past the log limit')
    }
    const answer = await officer.get('/api/v1/ledger/consistency?from=1')
    expectProblem(answer, 'input.invalid')
    expect(JSON.stringify(answer.json())).toContain('past the log limit')
  })

  test('still completes a certificate when the last copy is accounted for, with the proof that it had', async () => {
    const { rows } = await gateway.owner.query(`select count(*)::int as left from ledger.index where kind = 'type' and key = 'item.destroyed'`) // prettier-ignore
    expect(rows[0]?.['left']).toBe(0)
    const analyst = await gateway.as('ayesha.rahman')
    expect((await analyst.post(`/api/v1/requests/${transfer}/attest`, { outcome: 'destroyed', everyCopy: true })).status).toBe(200) // prettier-ignore
    await gateway.owner.query(`update concordat.certificate set issued_at = issued_at - interval '400 days'`)
    await certifyDestroyed(gateway.wiring)
    const { certificate } = (await analyst.get(`/api/v1/requests/${transfer}/certificate`)).json()
    const says = payloadSchema.parse(JSON.parse(Buffer.from(String(certificate).split('.')[1] ?? '', 'base64url').toString())) // prettier-ignore
    expect(says.status).toBe('complete')
    expect((await verifyProof({ proof: says.ledger.proof, keys })).verified).toBe(true)
  })
})
