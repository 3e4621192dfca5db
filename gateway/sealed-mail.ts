// A message that carries content, for the one flow whose clause says "sent to" (hmpps-2025/20-address, S35): PGP/MIME (RFC 3156
// §4) with everything inside the encryption, the subject too (RFC 9788); what can be read outside names nothing.

// The parts, from outside to inside:
//   multipart/encrypted                        From, To, Date, Message-ID, an innocuous Subject
//     application/pgp-encrypted                Version: 1
//     application/octet-stream                 the armoured message; inside it, encrypted and signed:
//       multipart/mixed; hp="cipher"           From, To, Date, Message-ID, the Subject
//         text/plain                           what it is
//         application/zip                      the package
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from './config.ts'
import { mailTransport } from './mail.ts'

export interface SealedMail {
  readonly id: string
  readonly from: string
  /** The mailbox; who can read it is decided by the keys alone. */
  readonly to: string
  readonly date: Date
  /** For everybody who sees the message pass. */
  readonly outerSubject: string
  /** For whoever opens it. */
  readonly subject: string
  readonly text: string
  readonly attachment: { readonly name: string; readonly bytes: Uint8Array }
}

/** Encrypts and signs. @returns the armoured OpenPGP message */
export type SealBytes = (bytes: Uint8Array) => Promise<string>

/** @returns the whole message as it goes over the wire (RFC 5322) */
export async function sealMail(mail: SealedMail, seal: SealBytes): Promise<Buffer> {
  const boundary = boundaryOf(mail, 'outer')
  const armored = (await seal(Buffer.from(innerEntity(mail)))).replaceAll(/\r?\n/g, '\r\n')
  const lines = [
    ...headers(mail, mail.outerSubject),
    `Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: application/pgp-encrypted',
    '',
    'Version: 1',
    '',
    `--${boundary}`,
    'Content-Type: application/octet-stream; name="encrypted.asc"',
    'Content-Disposition: inline; filename="encrypted.asc"',
    '',
    armored,
    `--${boundary}--`,
    '',
  ]
  return Buffer.from(lines.join('\r\n'))
}

function innerEntity(mail: SealedMail): string {
  const boundary = boundaryOf(mail, 'inner')
  const { name, bytes } = mail.attachment
  return [
    ...headers(mail, mail.subject),
    `Content-Type: multipart/mixed; boundary="${boundary}"; protected-headers="v1"; hp="cipher"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    base64Lines(Buffer.from(mail.text)),
    `--${boundary}`,
    `Content-Type: application/zip; name="${headerText(name)}"`,
    'Content-Transfer-Encoding: base64',
    `Content-Disposition: attachment; filename="${headerText(name)}"`,
    '',
    base64Lines(bytes),
    `--${boundary}--`,
    '',
  ].join('\r\n')
}

function headers({ id, from, to, date }: SealedMail, subject: string): string[] {
  return [
    `From: ${headerText(from)}`,
    `To: ${headerText(to)}`,
    `Subject: ${headerText(subject)}`,
    `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${headerText(id)}@concordat>`,
    'MIME-Version: 1.0',
  ]
}

/** Nothing that a header holds here needs more; what could start another header is refused. */
function headerText(text: string): string {
  if (/^[\x20-\x21\x23-\x7e]*$/.test(text)) return text
  throw new RangeError('a header of a sealed message holds printable ASCII without quotation marks')
}

/** Base64 and armour hold no underscore, so that no content ends a part. */
function boundaryOf({ id }: SealedMail, part: string): string {
  return `_${part}_${headerText(id)}_`
}

/** RFC 2045 §6.8: lines of 76 characters. */
function base64Lines(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  return text.replaceAll(/.{76}(?=.)/g, '$&\r\n')
}

export type SendSealed = (
  message: Pick<SealedMail, 'id' | 'from' | 'to'> & { readonly raw: Buffer },
) => Promise<void>

/** Over SMTP it goes to that one mailbox, whatever its headers say; without a mail server it is a file of the outbox. */
export function openSealedMailer({ mail }: Pick<Config, 'mail'>): SendSealed {
  if ('smtpUrl' in mail) {
    const transport = mailTransport(({ createTransport }) => createTransport(mail.smtpUrl))
    return async ({ from, to, raw }) => {
      await (await transport()).sendMail({ envelope: { from, to: [to] }, raw })
    }
  }
  const { directory } = mail
  return async ({ id, raw }) => {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await writeFile(path.join(directory, `${id}.eml`), raw, { mode: 0o600 })
  }
}

/**
 * Whether the mail server takes anything at all: greeted, and signed in where it asks for that. Asked before a copy is opened for
 * a message, so that a server that is down costs no key. The outbox always does.
 */
export function askMailServer({ mail }: Pick<Config, 'mail'>): () => Promise<void> {
  if (!('smtpUrl' in mail)) return () => Promise.resolve()
  const transport = mailTransport(({ createTransport }) => createTransport(mail.smtpUrl))
  return async () => {
    await (await transport()).verify()
  }
}
