// The message that a shared mailbox gets: read as the team reads it, with GnuPG and its members' own keys; sent over real SMTP.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSealedMailer, sealMail, type SealedMail } from '../../gateway/sealed-mail.ts'
import { encryptForAll } from '../../keys/openpgp-message.ts'
import { createPersonKey, type ArmoredKeyPair } from '../../keys/openpgp-keys.ts'
import type { PackageSigner } from '../../keys/signing-keys.ts'
import { loadOrCreateSuccessions } from '../../keys/succession.ts'
import { attached, encryptedPart, startMailServer } from '../support/mail-server.ts'
import { Gnupg, isGnupgHere, whyNoGnupg } from '../keys/gnupg.ts'

const now = new Date()
const dayMs = 86_400_000
let directory: string
let signer: PackageSigner
let members: ArmoredKeyPair[]

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sealed-'))
  const made = { createMissing: true, name: 'Concordat gateway', email: 'gateway@concordat.example', at: now }
  signer = (await loadOrCreateSuccessions(directory, made)).packages.current
  members = await Promise.all(
    ['nadia', 'second'].map((name) => createPersonKey({ name, email: `${name}@hmpps.example`, at: now })),
  )
})
afterAll(() => rm(directory, { recursive: true }))

const attachment = Buffer.from('PK\u0003\u0004 the package, whole and as it was: Ŵ 🔒\r\n.\r\nFrom somebody')
const mail: SealedMail = {
  id: 'd-9',
  from: 'no-reply@concordat.example',
  to: 'HMPPSIntelligenceTeam@justice.gov.uk',
  date: now,
  outerSubject: 'Delivery 9',
  subject: 'Concerns of HMI Prisons, delivery 9',
  text: 'Concerns: the quarterly export. “Delivery 9” follows delivery 8.\n',
  attachment: { name: 'delivery-9.zip', bytes: attachment },
}
const seal =
  (recipientsArmored: readonly string[], at = now) =>
  (bytes: Uint8Array) =>
    encryptForAll(bytes, { recipientsArmored, signer, at })
const toAll = () => seal(members.map(({ publicArmored }) => publicArmored))

describe('a sealed message', () => {
  test('hmpps-2025/20-address: each named member opens it with GnuPG, and the gateway signed it', async ({ skip }) => {
    skip(!isGnupgHere, whyNoGnupg)
    const raw = (await sealMail(mail, toAll())).toString()
    expect(raw).toMatch(/^Content-Type: multipart\/encrypted; protocol="application\/pgp-encrypted"; boundary="/m)
    const part = encryptedPart(raw)
    for (const member of members) {
      const gnupg = new Gnupg()
      try {
        await gnupg.must(['--import'], member.privateArmored)
        await gnupg.must(['--import'], signer.publicArmored)
        const { stdout, status } = await gnupg.must(['--decrypt'], part)
        expect(status.some((line) => line.startsWith(`VALIDSIG ${signer.fingerprint}`))).toBe(true)
        expect(stdout.toString()).toContain(`Subject: ${mail.subject}\r\n`)
expect(attached(stdout.toString(), 'delivery-9.zip').equals(attachment)).toBe(true)
      } finally {
        gnupg.close()
      }
    }
  }) // prettier-ignore

  test('names nothing outside the encryption', async () => {
    const raw = (await sealMail(mail, toAll())).toString()
    expect(raw).toContain('Subject: Delivery 9\r\n')
    for (const word of ['Concerns', 'HMI Prisons', 'delivery-9.zip', 'PK\u0003'])
      expect(raw).not.toContain(word)
    expect(Math.max(...raw.split('\r\n').map(({ length }) => length))).toBeLessThanOrEqual(998)
  })

  test('is not made for nobody, nor where one member’s key has expired: there is no message in the clear', async () => {
    await expect(sealMail(mail, seal([]))).rejects.toMatchObject({ code: 'message.for-nobody' })
    const old = await createPersonKey({ name: 'Old', email: 'old@hmpps.example', at: new Date(now.getTime() - 9 * dayMs), validForDays: 3 }) // prettier-ignore
    const keys = [members[0]?.publicArmored ?? '', old.publicArmored]
    await expect(sealMail(mail, seal(keys))).rejects.toMatchObject({ code: 'key.expired' })
  })

  test.each(['a\r\nBcc: other@example.org', 'naïve', '"'])('does not take %j for a header', async (text) => {
    await expect(sealMail({ ...mail, outerSubject: text }, toAll())).rejects.toThrow(RangeError)
    await expect(sealMail({ ...mail, to: text }, toAll())).rejects.toThrow(RangeError)
  })

  test('goes over SMTP to the mailbox and to nobody else, byte by byte', async () => {
    const server = await startMailServer()
    try {
      const raw = await sealMail(mail, toAll())
      await openSealedMailer({ mail: { smtpUrl: server.url } })({
        id: mail.id,
        from: mail.from,
        to: mail.to,
        raw,
      })
      expect(server.received).toEqual([{ to: [mail.to], raw: raw.toString() }])
    } finally {
      await server.close()
    }
  })
})
