// What somebody who trusts nobody runs: a ledger proof and a certificate of destruction hold, and with any byte of either
// changed they do not.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { JWK } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cosigner } from '../../audit/note-signer.ts'
import { formatVerifierKey } from '../../audit/note.ts'
import { parseVerifierKeys } from '../../audit/verify-files.ts'
import { verifyProof } from '../../audit/verify.ts'
import { verifyWholeCertificate } from '../../gateway/cli/verify-certificate.ts'
import { certified, type Certified } from './certified.ts'
import { concordat } from './run.ts'

let made: Certified
let folder: string
const file = (name: string) => path.join(folder, name)
const certificateVerify = ['certificate', 'verify', '--certificate', 'certificate.json', '--key', 'certificate.jwk', '--vkey', 'ledger.vkey'] // prettier-ignore
const ledgerVerify = ['ledger', 'verify', '--proof', 'proof.txt', '--vkey', 'ledger.vkey']
const inFolder = (args: readonly string[]) => args.map((arg) => (/\./.test(arg) ? file(arg) : arg))

beforeAll(async () => {
  made = await certified()
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-cli-'))
  await writeFile(file('certificate.json'), made.certificate)
  await writeFile(file('certificate.jwk'), made.jwk)
  await writeFile(file('ledger.vkey'), made.vkey)
  await writeFile(file('proof.txt'), made.proof)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('concordat ledger verify', () => {
  test('says each step, and ends with 0', async () => {
    const { code, out } = await concordat(inFolder(ledgerVerify))
    expect(out).toMatch(/^passed +proof[^]*\nVerified: entry 1 is in the log gateway\.example\/audit\/1\.\n$/)
    expect(out).not.toMatch(/skipped|failed/)
    expect(code).toBe(0)
  })

  test('ends with 1 and says "Not verified" when one byte of the proof is another', async () => {
    await writeFile(file('changed.txt'), made.proof.replace('index 1', 'index 0'))
    const { code, out } = await concordat(
      inFolder(['ledger', 'verify', '--proof', 'changed.txt', '--vkey', 'ledger.vkey']),
    )
    expect(out).toMatch(/^failed +inclusion/m)
    expect(out).toMatch(/Not verified\.\n$/)
    expect(code).toBe(1)
  })

  test('ends with 2 and names the file when there is nothing to verify', async () => {
    const { code, out, err } = await concordat(
      inFolder(['ledger', 'verify', '--proof', 'absent.txt', '--vkey', 'ledger.vkey']),
    )
    expect({ code, out, err }).toEqual({ code: 2, out: '', err: `There is no file ${file('absent.txt')}.\n` })
  })

  test('no flipped byte of the proof passes', async () => {
    const keys = await parseVerifierKeys(made.vkey)
    const passed = await flipsThatPass(made.proof, (proof) => verifyProof({ proof, keys }))
    expect(passed).toEqual([])
  })
})

describe('concordat certificate verify', () => {
  test('says each step, and ends with 0', async () => {
    const { code, out } = await concordat(inFolder(certificateVerify))
    expect(out).toMatch(
      /\nNo policy was given, so that witnesses were not asked for\.\nVerified: item item-1 was destroyed at 2027-05-01T03:00:00\.123Z; the certificate is complete\.\n$/,
    )
    expect(out.match(/^passed/gm)).toHaveLength(12)
    expect(code).toBe(0)
  })

  test('no flipped byte of the certificate passes', async () => {
    expect(await flipsThatPass(made.certificate, verify)).toEqual([])
  })

  test('fails under another key, and skips what depends on it', async () => {
    const { jwk } = await certified()
    await writeFile(file('other.jwk'), jwk)
    const args = certificateVerify.map((arg) => (arg === 'certificate.jwk' ? 'other.jwk' : arg))
    const { code, out } = await concordat(inFolder(args))
    expect(out).toMatch(/^failed +header/m)
    expect(out).toMatch(/^skipped +ledger inclusion/m)
    expect(code).toBe(1)
  })

  test('fails under the key of another ledger', async () => {
    const { vkey } = await certified()
    const verdict = await verify(made.certificate, vkey)
    expect(verdict.verified).toBe(false)
    expect(failedSteps(verdict)).toEqual(['ledger signature'])
  })

  test('with a policy it asks for the witnesses that the policy names, and the log can be named by it', async () => {
    const witness = await cosigner('witness.example', randomBytes(32))
    const log = `log ${made.vkey}`
    await writeFile(file('none.policy'), `${log}quorum none\n`)
    await writeFile(file('one.policy'), `${log}witness w ${formatVerifierKey(witness.key)}\nquorum w\n`)
    const withPolicy = (name: string) =>
      concordat(inFolder([...certificateVerify.slice(0, -2), '--policy', name]))
    const asked = await withPolicy('none.policy')
    expect(asked.out).toMatch(/^passed +ledger witnesses/m)
    expect(asked.out).not.toContain('No policy was given')
    expect(asked.code).toBe(0)
    const unmet = await withPolicy('one.policy')
    expect(unmet.out).toMatch(/^failed +ledger witnesses/m)
    expect(unmet.out).toMatch(/Not verified\.\n$/)
    expect(unmet.code).toBe(1)
  })

  test('a private key is refused as what to verify with', async () => {
    await writeFile(file('private.jwk'), JSON.stringify({ ...(JSON.parse(made.jwk) as JWK), d: 'secret' }))
    const args = certificateVerify.map((arg) => (arg === 'certificate.jwk' ? 'private.jwk' : arg))
    const { code, err } = await concordat(inFolder(args))
    expect({ code, err }).toEqual({
      code: 2,
      err: `${file('private.jwk')} is not a public Ed25519 key in JSON (JWK), or a set of them.\n`,
    })
  })

  test.each([
    ['the item', { itemId: 'item-2' }],
    ['the time', { destroyedAt: '2027-05-02T03:00:00.123Z' }],
    ['the sealed bytes', { ciphertextSha256: 'cd'.repeat(32) }],
    ['the key', { keyRef: 'shelf/hmi-prisons/2027-05-01/2' }],
    ['the due date', { destroyOn: '2027-05-02' }],
    ['the agreement', { authority: { agreement: 'imb-2024', clauses: ['hmpps-2025/19-destruction'] } }],
  ])(
    'signed by the gateway itself over %s of another destruction, it does not hold',
    async (what, change) => {
      const verdict = await verify(await made.resigned((payload) => ({ ...payload, ...change })))
      expect(failedSteps(verdict)).toEqual(['ledger same destruction'])
      expect(verdict.steps.at(-1)?.says).toContain(what)
    },
  )

  test('with the proof of another log it does not hold', async () => {
    const other = await certified()
    const verdict = await verify(
      await made.resigned((payload) => ({ ...payload, ledger: { ...payload.ledger, proof: other.proof } })),
    )
    expect(failedSteps(verdict)).toEqual(['ledger signature'])
  })
})

async function verify(text: string, vkey = made.vkey) {
  return verifyWholeCertificate({
    text,
    certificateKeys: [JSON.parse(made.jwk) as JWK],
    ledgerKeys: await parseVerifierKeys(vkey),
  })
}

function failedSteps({ steps }: Awaited<ReturnType<typeof verify>>): string[] {
  return steps.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name)
}

/** Every byte of the text with its lowest bit turned. @returns the offsets at which that made no difference */
async function flipsThatPass(
  text: string,
  check: (changed: string) => Promise<{ verified: boolean }>,
): Promise<number[]> {
  const bytes = Buffer.from(text)
  const passed: number[] = []
  for (let offset = 0; offset < bytes.length; offset += 1) {
    const changed = Buffer.from(bytes)
    changed.writeUInt8(bytes.readUInt8(offset) ^ 1, offset)
    if ((await check(changed.toString('utf8'))).verified) passed.push(offset)
  }
  return passed
}
