// A package as its recipient has it: collected over the API, decrypted and verified by real GnuPG with a key that GnuPG made
// (hmpps-2025/16-encryption).
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Gnupg, isGnupgHere, whyNoGnupg } from '../keys/gnupg.ts'
import { startGateway, type TestGateway } from '../support/gateway.ts'
import { collect, transferAt } from '../support/transfers.ts'
import { readZip } from '../support/zip.ts'

const email = 'ayesha.rahman@hmi-prisons.example'

describe.skipIf(!isGnupgHere)(`a recipient with GnuPG (${isGnupgHere ? 'here' : whyNoGnupg})`, () => {
  let gateway: TestGateway
  let gnupg: Gnupg
  beforeAll(async () => {
    gateway = await startGateway()
    gnupg = new Gnupg()
    await gnupg.must(['--import'], gateway.wiring.signer.publicArmored)
  })
  afterAll(async () => {
    gnupg.close()
    await gateway.close()
  })

  test('hmpps-2025/16-encryption: makes a key, answers its challenge, collects, decrypts, and sees that the gateway signed', async () => {
    const fingerprint = await gnupg.makeKey(`Ayesha Rahman <${email}>`, 'rsa3072')
    await gnupg.addSubkey(fingerprint, 'rsa3072', 'encr')
    const analyst = await gateway.as('ayesha.rahman')
    const offered = await analyst.post('/api/v1/keys', { armored: await gnupg.exportKey(fingerprint) })
    expect(offered.json(), offered.bytes.toString()).toMatchObject({ verdict: 'challenged', fingerprint })
    const challenge = await gnupg.must(['--decrypt'], String(offered.json()['message']))
    const code = /Your code is (\S+)/.exec(challenge.stdout.toString())?.[1]
    expect((await analyst.post('/api/v1/keys/answer', { fingerprint, answer: code })).json()).toEqual({
      enrolled: true,
      state: 'enrolled',
    })

    const sealed = await collect(gateway, await transferAt(gateway, 'available'))
    const opened = await gnupg.must(['--decrypt'], sealed)
    expect(opened.status.some((line) => line.startsWith('GOODSIG'))).toBe(true)
    expect(
      opened.status.some((line) =>
        line.startsWith(`VALIDSIG ${gateway.wiring.signer.fingerprint.toUpperCase()}`),
      ),
    ).toBe(true)
    expect(opened.status).toContain('DECRYPTION_OKAY')
    const files = readZip(opened.stdout)
    expect([...files.keys()]).toEqual(['data.csv', 'datapackage.json', 'HANDLING.txt'])
    expect(files.get('data.csv')?.toString()).toMatch(/[A-Z]\d{4}[A-Z]{2},LEI,/)
  })

  test('hmpps-2025/16-encryption: cannot open what was altered on its way, nor read anything of it without the key', async () => {
    const sealed = await collect(gateway, await transferAt(gateway, 'available'))
    const altered = Buffer.from(sealed)
    altered[altered.length >> 1] = (altered[altered.length >> 1] ?? 0) ^ 1
    expect((await gnupg.run(['--decrypt'], altered)).exitCode).not.toBe(0)
    const stranger = new Gnupg()
    const tried = await stranger.run(['--decrypt'], sealed)
    stranger.close()
    expect([tried.exitCode === 0, tried.stdout.length]).toEqual([false, 0])
    expect(sealed.toString('latin1')).not.toMatch(/prison_number|datapackage|LEI,|HANDLING/)
  })
})
