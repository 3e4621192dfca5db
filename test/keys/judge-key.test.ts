import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { generateKey, readKey } from 'openpgp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { judgeKey, type KeyVerdict } from '../../keys/judge-key.ts'
import { createPersonKey } from '../../keys/openpgp-keys.ts'
import { Gnupg, isGnupgHere, whyNoGnupg } from './gnupg.ts'

const email = 'asha.patel@hmiprisons.example'
const userId = `Asha Patel <${email}>`
const now = new Date()
const later = new Date(now.getTime() + 60_000)

const judge = (armored: string, at = later, whose = email): Promise<KeyVerdict> =>
  judgeKey(armored, { email: whose, at })
const codes = (verdict: KeyVerdict): string[] =>
  verdict.verdict === 'refused' ? verdict.faults.map((one) => one.code) : ['usable']

test('A key made here is usable, and what is kept of it is its public part alone.', async () => {
  const pair = await createPersonKey({ name: 'Asha Patel', email, at: now })
  const verdict = await judge(`some words around it\n\n${pair.publicArmored}`)
  expect(verdict).toMatchObject({ verdict: 'usable', fingerprint: pair.fingerprint, expiresAt: undefined })
  expect(
    verdict.verdict === 'usable' && verdict.armored.startsWith('-----BEGIN PGP PUBLIC KEY BLOCK-----'),
  ).toBe(true)
})

test('Each refusal says what is wrong and what to do, in sentences without the words of cryptographers.', async () => {
  const verdict = await judge('hello')
  expect(verdict.verdict).toBe('refused')
  for (const fault of verdict.verdict === 'refused' ? verdict.faults : []) {
    expect(fault.message).toMatch(/\.$/)
    expect(fault.remedy).toMatch(/\.$/)
  }
})

test('Text that is no key, another kind of key and a damaged key are not keys.', async () => {
  const { publicArmored } = await createPersonKey({ name: 'Asha Patel', email, at: now })
  const [begin = '', blank = '', firstLine = ''] = publicArmored.split('\n')
  // Ends in the middle of its first packet.
  const damaged = [begin, blank, firstLine.slice(0, 40), '-----END PGP PUBLIC KEY BLOCK-----']
  for (const pasted of [
    '',
    'hello',
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI',
    damaged.join('\n'),
    'x'.repeat(600_000),
  ]) {
    expect(codes(await judge(pasted))).toEqual(['key.not-a-key'])
  }
})

test('A private key is refused and its owner is told to treat it as exposed; nothing of it is repeated.', async () => {
  const { privateArmored } = await createPersonKey({ name: 'Asha Patel', email, at: now })
  const verdict = await judge(privateArmored)
  expect(codes(verdict)).toEqual(['key.private'])
  expect(JSON.stringify(verdict)).toMatch(/exposed/)
  expect(JSON.stringify(verdict)).not.toContain(privateArmored.split('\n')[3])
  // The same packets under the heading of a public key.
  const disguised = privateArmored.replaceAll('PRIVATE KEY BLOCK', 'PUBLIC KEY BLOCK')
  expect(codes(await judge(disguised))).toEqual(['key.private'])
})

test('Several keys, in one block or in two, are refused.', async () => {
  const one = await createPersonKey({ name: 'Asha Patel', email, at: now })
  const two = await createPersonKey({ name: 'Asha Patel', email, at: now })
  expect(codes(await judge(one.publicArmored + two.publicArmored))).toEqual(['key.several'])
  const { armor, enums } = await import('openpgp')
  const both = Buffer.concat([
    (await readKey({ armoredKey: one.publicArmored })).write(),
    (await readKey({ armoredKey: two.publicArmored })).write(),
  ])
  expect(codes(await judge(armor(enums.armor.publicKey, both)))).toEqual(['key.several'])
})

test('A version 6 key and the newer encoding of Curve25519 are refused, because GnuPG 2.2 reads neither.', async () => {
  const userIDs = [{ name: 'Asha Patel', email }]
  const six = await generateKey({ userIDs, date: now, config: { v6Keys: true } })
  expect(codes(await judge(six.publicKey))).toEqual(['key.unreadable-version'])
  const newer = await generateKey({ type: 'curve25519', userIDs, date: now })
  expect(codes(await judge(newer.publicKey))).toEqual(['key.unreadable-version'])
})

test('A key expires at its time and not before, and a key from the future is refused.', async () => {
  const { publicArmored } = await createPersonKey({ name: 'Asha Patel', email, at: now, validForDays: 30 })
  const expiry = new Date(Math.floor(now.getTime() / 1000) * 1000 + 30 * 86_400_000)
  const just = await judge(publicArmored, new Date(expiry.getTime() - 1000))
  expect(just).toMatchObject({ verdict: 'usable', expiresAt: expiry })
  expect(codes(await judge(publicArmored, expiry))).toEqual(['key.expired'])
  expect(codes(await judge(publicArmored, new Date(now.getTime() - 86_400_000)))).toEqual([
    'key.not-yet-valid',
  ])
})

test('Another person’s key is refused; capitals in the address make no difference.', async () => {
  const { publicArmored } = await createPersonKey({ name: 'Asha Patel', email, at: now })
  expect(codes(await judge(publicArmored, later, 'someone.else@hmiprisons.example'))).toEqual([
    'key.wrong-person',
  ])
  expect(codes(await judge(publicArmored, later, 'Asha.Patel@HMIPrisons.example'))).toEqual(['usable'])
  // An address that merely contains the person's is not the person's.
  const near = await createPersonKey({ name: 'Asha Patel', email: `x${email}`, at: now })
  expect(codes(await judge(near.publicArmored))).toEqual(['key.wrong-person'])
})

describe.skipIf(!isGnupgHere)(`keys made by GnuPG (${isGnupgHere ? 'here' : whyNoGnupg})`, () => {
  let gpg: Gnupg
  beforeAll(() => {
    gpg = new Gnupg()
  })
  afterAll(() => gpg.close())

  test('Curve25519 and RSA with 3072 bits are usable.', async () => {
    const curve = await gpg.makeKey(userId, 'ed25519', 'cert,sign')
    await gpg.addSubkey(curve, 'cv25519', 'encr')
    expect(await judge(await gpg.exportKey(curve))).toMatchObject({ verdict: 'usable', fingerprint: curve })
    const rsa = await gpg.makeKey(userId, 'rsa3072', 'cert,sign')
    await gpg.addSubkey(rsa, 'rsa3072', 'encr')
    expect(await judge(await gpg.exportKey(rsa))).toMatchObject({ verdict: 'usable', fingerprint: rsa })
  })

  test('A key that can only sign is refused.', async () => {
    const fingerprint = await gpg.makeKey(userId, 'rsa3072', 'cert,sign')
    expect(codes(await judge(await gpg.exportKey(fingerprint)))).toEqual(['key.cannot-encrypt'])
  })

  test('RSA under 3072 bits is weak, as primary key or as subkey; so are DSA and secp256k1.', async () => {
    const primary = await gpg.makeKey(userId, 'rsa2048', 'cert,sign')
    await gpg.addSubkey(primary, 'rsa2048', 'encr')
    const subkey = await gpg.makeKey(userId, 'ed25519', 'cert,sign')
    await gpg.addSubkey(subkey, 'rsa2048', 'encr')
    const dsa = await gpg.makeKey(userId, 'dsa2048', 'cert,sign')
    await gpg.addSubkey(dsa, 'elg2048', 'encr')
    const elgamal = await gpg.makeKey(userId, 'ed25519', 'cert,sign')
    await gpg.addSubkey(elgamal, 'elg3072', 'encr')
    const curve = await gpg.makeKey(userId, 'secp256k1', 'cert,sign')
    await gpg.addSubkey(curve, 'secp256k1', 'encr')
    for (const fingerprint of [primary, subkey, dsa, elgamal, curve]) {
      expect(codes(await judge(await gpg.exportKey(fingerprint)))).toEqual(['key.weak'])
    }
  })

  test('A weak primary key is said to be weak, however strong its encryption part is.', async () => {
    const fingerprint = await gpg.makeKey(userId, 'rsa2048', 'cert,sign')
    await gpg.addSubkey(fingerprint, 'cv25519', 'encr')
    const verdict = await judge(await gpg.exportKey(fingerprint))
    expect(codes(verdict)).toEqual(['key.weak'])
    expect(verdict.verdict === 'refused' && verdict.faults[0].message).toContain('2048')
  })

  test('A key is expired whether the whole of it is, or only its encryption part.', async () => {
    const past = ['--faked-system-time', '20200101T000000']
    const whole = await gpg.makeKey(userId, 'ed25519', 'cert,sign', '1y', past)
    await gpg.addSubkey(whole, 'cv25519', 'encr', 'never', past)
    expect(codes(await judge(await gpg.exportKey(whole)))).toEqual(['key.expired'])
    const part = await gpg.makeKey(userId, 'ed25519', 'cert,sign', 'never', past)
    await gpg.addSubkey(part, 'cv25519', 'encr', '1y', past)
    const verdict = await judge(await gpg.exportKey(part))
    expect(codes(verdict)).toEqual(['key.expired'])
    expect(verdict.verdict === 'refused' && verdict.faults[0].message).toContain('encryption part expired on')
  })

  test('A revoked key is refused, and so is one whose encryption part was revoked.', async () => {
    const whole = await gpg.makeKey(userId, 'ed25519', 'cert,sign')
    await gpg.addSubkey(whole, 'cv25519', 'encr')
    const directory = join(gpg.home, 'openpgp-revocs.d')
    const certificate = readFileSync(join(directory, `${whole}.rev`), 'utf8').replace(
      ':-----BEGIN',
      '-----BEGIN',
    )
    expect(readdirSync(directory)).toContain(`${whole}.rev`)
    await gpg.must(['--import'], certificate)
    expect(codes(await judge(await gpg.exportKey(whole)))).toEqual(['key.revoked'])

    const part = await gpg.makeKey(userId, 'ed25519', 'cert,sign')
    await gpg.addSubkey(part, 'cv25519', 'encr')
    await gpg.run(['--command-fd', '0', '--edit-key', part], 'key 1\nrevkey\ny\n0\n\ny\nsave\n')
    expect(codes(await judge(await gpg.exportKey(part)))).toEqual(['key.revoked'])
  })

  test('Only the person’s own address and the key’s own signatures are kept; a revoked address does not count.', async () => {
    const fingerprint = await gpg.makeKey(userId, 'ed25519', 'cert,sign')
    await gpg.addSubkey(fingerprint, 'cv25519', 'encr')
    await gpg.must(['--quick-add-uid', fingerprint, 'Private <asha@home.example>'])
    const friend = await gpg.makeKey('Friend <friend@home.example>', 'ed25519', 'cert,sign')
    await gpg.must(['--default-key', friend, '--quick-sign-key', fingerprint])
    const verdict = await judge(await gpg.exportKey(fingerprint))
    const kept = await readKey({ armoredKey: verdict.verdict === 'usable' ? verdict.armored : '' })
    expect(kept.getUserIDs()).toEqual([userId])
    expect(kept.users.flatMap((user) => user.otherCertifications)).toEqual([])
    await gpg.must(['--quick-revoke-uid', fingerprint, userId])
    expect(codes(await judge(await gpg.exportKey(fingerprint)))).toEqual(['key.wrong-person'])
  })
})
