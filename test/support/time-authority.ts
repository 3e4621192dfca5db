// A time-stamping authority of our own (RFC 3161), made with OpenSSL: a certificate authority, a certificate for time-stamping,
// and a small web server that answers as `openssl ts` does. Its clock is the machine's.
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface TimeAuthority {
  readonly url: string
  /** PEM: the certificate that its chain ends with. */
  readonly chainFile: string
  readonly directory: string
  /** How often it was asked. */
  readonly asked: () => number
  /** What it answers instead of its own answer, for as long as it is set. */
  answerInstead: ((query: Buffer) => Promise<Buffer> | Buffer) | undefined
  readonly answer: (query: Buffer) => Promise<Buffer>
  readonly openssl: (...args: string[]) => Promise<void>
  close(): Promise<void>
}

const config = `
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
[stamp]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[plain]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
[tsa]
default_tsa = tsa1
[tsa1]
serial = ./serial
crypto_device = builtin
signer_cert = ./stamp.pem
signer_key = ./stamp.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
`

/** @param curve of its keys, as OpenSSL names it */
export async function startTimeAuthority(curve = 'prime256v1'): Promise<TimeAuthority> {
  const directory = await mkdtemp(path.join(tmpdir(), 'concordat-time-'))
  const openssl = async (...args: string[]) => {
    await run('openssl', args, { cwd: directory })
  }
  await writeFile(path.join(directory, 'openssl.cnf'), config)
  await writeFile(path.join(directory, 'serial'), '01\n')
  await openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', `ec_paramgen_curve:${curve}`, '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '3650', '-subj', '/CN=Time CA', '-config', 'openssl.cnf', '-extensions', 'ca') // prettier-ignore
  await issue(openssl, curve, 'stamp')
  let asked = 0
  const answer = async (query: Buffer) => {
    const name = path.join(directory, randomUUID())
    await writeFile(`${name}.tsq`, query)
    await openssl(
      'ts',
      '-reply',
      '-config',
      'openssl.cnf',
      '-queryfile',
      `${name}.tsq`,
      '-out',
      `${name}.tsr`,
    )
    return readFile(`${name}.tsr`)
  }
  const authority: TimeAuthority = {
    url: '',
    chainFile: path.join(directory, 'ca.pem'),
    directory,
    asked: () => asked,
    answerInstead: undefined,
    answer,
    openssl,
    close: async () => {
      await new Promise((resolve) => server.close(resolve))
      await rm(directory, { recursive: true })
    },
  }
  const server = createServer((req, res) => {
    asked += 1
    req
      .toArray()
      .then((parts) => (authority.answerInstead ?? answer)(Buffer.concat(parts as Buffer[])))
      .then(
        (bytes) => res.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(bytes),
        () => res.writeHead(500).end(),
      )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(authority, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }) // a TCP server has one
}

/** A certificate of the authority's CA, with the extensions of that section of its configuration. */
export async function issue(
  openssl: TimeAuthority['openssl'],
  curve: string,
  section: string,
): Promise<void> {
  await openssl('req', '-newkey', 'ec', '-pkeyopt', `ec_paramgen_curve:${curve}`, '-nodes', '-keyout', `${section}.key`, '-out', `${section}.csr`, '-subj', `/CN=Time ${section}`, '-config', 'openssl.cnf') // prettier-ignore
  await openssl('x509', '-req', '-in', `${section}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '3600', '-extfile', 'openssl.cnf', '-extensions', section, '-out', `${section}.pem`) // prettier-ignore
}
