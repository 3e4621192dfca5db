// A mail server for a test: real SMTP on a port of its own, which keeps what it takes and can refuse.
import { buffer } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

export interface MailServer {
  readonly url: string
  /** What it took, in order. */
  readonly received: { readonly to: readonly string[]; readonly raw: string }[]
  /** Refuses the next message for now, after its bytes (RFC 5321 §4.2.1, 4yz). */
  refuseNext(): void
  close(): Promise<void>
}

export async function startMailServer(): Promise<MailServer> {
  const received: { to: string[]; raw: string }[] = []
  let refuses = false
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: (stream, session, done) => {
      buffer(stream).then((bytes) => {
        if (refuses) {
          refuses = false
          done(Object.assign(new Error('try again later'), { responseCode: 451 }))
        } else {
          received.push({ to: session.envelope.rcptTo.map(({ address }) => address), raw: bytes.toString() })
          done()
        }
      }, done)
    },
  })
  const port = await new Promise<number>((resolve) => {
    const listening = server.listen(0, '127.0.0.1', () => {
      const address = listening.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    refuseNext: () => (refuses = true),
    close: () => new Promise<void>((resolve) => server.close(resolve)),
  }
}

/** The armoured part, as a mail program would find it. */
export function encryptedPart(raw: string): string {
  return /-----BEGIN PGP MESSAGE-----[^]+-----END PGP MESSAGE-----\r\n/.exec(raw)?.[0] ?? ''
}

/** The file that is attached to what was decrypted. */
export function attached(entity: string, name: string): Buffer {
  const [, encoded = ''] = new RegExp(`filename="${name}"\r\n\r\n([^]+?)\r\n--`).exec(entity) ?? []
  return Buffer.from(encoded, 'base64')
}
