// Mail is a notice and a link, never content (S35): no case data, no names of people in custody, an innocuous subject. It is
// written in the transaction that causes it and sent by the worker; a mail server that is down delays it and loses nothing.
import { randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type * as Nodemailer from 'nodemailer'
import type { Config } from './config.ts'
import type { Database, Transaction } from './db.ts'
import type { JobQueue } from './jobs.ts'

export interface Notice {
  readonly recipient: string
  readonly subject: string
  readonly body: string
}

/** Hands one message over; rejects when it was not taken. */
export type SendMail = (message: Notice & { readonly id: string }) => Promise<void>

/** Nodemailer is loaded with the first message: a process that sends none does not hold it. */
export function mailTransport<T>(open: (mailer: typeof Nodemailer) => T): () => Promise<T> {
  let opened: Promise<T> | undefined
  return () => (opened ??= import('nodemailer').then(open))
}

export async function openMailer(config: Pick<Config, 'mail' | 'mailFrom'>): Promise<SendMail> {
  if ('smtpUrl' in config.mail) {
    const { smtpUrl } = config.mail
    const transport = mailTransport(({ createTransport }) => createTransport(smtpUrl))
    return async ({ id, recipient, subject, body }) => {
      await (
        await transport()
      ).sendMail({
        messageId: `<${id}@concordat>`,
        from: config.mailFrom,
        to: recipient,
        subject,
        text: body,
      })
    }
  }
  const { directory } = config.mail
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const transport = mailTransport(({ createTransport }) =>
    createTransport({ streamTransport: true, buffer: true, newline: 'windows' }),
  )
  return async ({ id, recipient, subject, body }) => {
    const sent = await (
      await transport()
    ).sendMail({
      messageId: `<${id}@concordat>`,
      from: config.mailFrom,
      to: recipient,
      subject,
      text: body,
    })
    await writeFile(path.join(directory, `${id}.eml`), sent.message, { mode: 0o600 })
  }
}

/** Writes the notice and its job in the caller's transaction. @returns the mail's id */
export async function owe(
  tx: Transaction,
  jobs: Pick<JobQueue, 'send'>,
  notice: Notice,
  now: Date,
): Promise<string> {
  const id = randomUUID()
  await tx.query(`insert into concordat.mail (id, recipient, subject, body, created_at) values ($1, $2, $3, $4, $5)`, [id, notice.recipient, notice.subject, notice.body, now]) // prettier-ignore
  await jobs.send(tx, 'send-mail', { mailId: id })
  return id
}

/** Sends one mail of the outbox once; what was sent already stays sent. */
export async function sendOwed(db: Database, send: SendMail, mailId: string, now: Date): Promise<void> {
  await db.withTransaction(async (tx) => {
    const { rows } = await tx.query(
      `select recipient, subject, body from concordat.mail where id = $1 and sent_at is null for update`,
      [mailId],
    )
    const row = rows[0]
    if (!row) return
    await send({
      id: mailId,
      recipient: String(row['recipient']),
      subject: String(row['subject']),
      body: String(row['body']),
    })
    await tx.query(`update concordat.mail set sent_at = $2 where id = $1`, [mailId, now])
  })
}
