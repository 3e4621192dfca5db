// What the mailbox reads: outside the encryption a number and a link, inside it which delivery this is and what to do with it.
import type { ExportDeps } from './act.ts'
import type { SentDelivery } from './delivery.ts'
import type { NoticeReason } from './mail-store.ts'

export interface Words {
  readonly subject: string
  readonly lines: readonly string[]
  /** The page that it leads to. */
  readonly path: string
}

/** A notice with a link; never content (S35). */
export function noticeWords({ number, quarterLabel, amendment, manifestSha256 }: SentDelivery): Words {
  const amends = amendment ? ` It amends delivery ${amendment.amends}.` : ''
  return {
    subject: `Delivery ${number} is ready`,
    lines: [
      `Delivery ${number}, ${quarterLabel}, is ready to collect.${amends}`,
      `SHA-256 of its manifest: ${manifestSha256}`,
    ],
    path: `/deliveries/${number}`,
  }
}

const why: Readonly<Record<NoticeReason, readonly string[]>> = {
  preferred: [],
  'too-large': ['It is too large for a message.'],
  'nobody-has-a-key': [
    'It could not be sent as a message: nobody on the team can open one today. Sign in and set up a key.',
  ],
  destroyed: ['Its copy was destroyed on its date before it could be sent as a message.'],
}

export function mailboxWords(delivery: SentDelivery, reason: NoticeReason): Words {
  const words = noticeWords(delivery)
  return { ...words, lines: [...words.lines, ...why[reason]] }
}

/** Inside the encryption. */
export function messageWords(
  delivery: SentDelivery,
  { publicUrl, concernsExport }: Pick<ExportDeps, 'publicUrl' | 'concernsExport'>,
) {
  const { number, quarterLabel, amendment, rows, changes, follows, manifestSha256 } = delivery
  const lines = [
    `${concernsExport.marking} - RECIPIENTS ONLY`,
    '',
    `Delivery ${number} of the concerns database of HMI Prisons, ${quarterLabel}, is attached.`,
    ...(amendment ? [`It amends delivery ${amendment.amends}: ${amendment.reason}`] : []),
    `${rows} concerns: ${changes.new} new, ${changes.changed} changed, ${changes.closed} closed, ${changes.reopened} reopened.`,
    follows === undefined ? 'It is the first delivery.' : `It follows delivery ${follows}.`,
    `SHA-256 of its manifest: ${manifestSha256}`,
    '',
    'HANDLING.txt in the attachment says how to handle it. Say that it arrived whole at',
    `${publicUrl}/deliveries/${number}`,
    '',
  ]
  return {
    outerSubject: `Delivery ${number}`,
    subject: `Concerns of HMI Prisons, delivery ${number}`,
    text: lines.join('\r\n'),
  }
}
