// What a time-stamping authority says of checkpoints: asked of a real one (OpenSSL), verified with its chain, carried by proofs,
// checked by fsck; and a clock that disagrees with it signs nothing.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkpointOfOwnNote, formatCheckpoint } from '../../audit/checkpoint.ts'
import { parseDisclosure } from '../../audit/disclosure.ts'
import { fsck } from '../../audit/fsck/fsck.ts'
import { cosigner } from '../../audit/note-signer.ts'
import { formatVerifierKey } from '../../audit/note.ts'
import { proveInclusion } from '../../audit/proofs.ts'
import { publish } from '../../audit/publisher.ts'
import { timeChecker } from '../../audit/time/check.ts'
import { stamp, type StampingDeps } from '../../audit/time/stamp.ts'
import { makeQuery, parseTimeChain, tokenOf, verifyToken } from '../../audit/time/token.ts'
import { formatTlogProof, parseTlogProof } from '../../audit/tlog-proof.ts'
import { verifyDocument } from '../../audit/verifier/documents.ts'
import { printVerdict, verifyProof } from '../../audit/verify.ts'
import { concordat } from '../cli/run.ts'
import { issue, startTimeAuthority, type TimeAuthority } from '../support/time-authority.ts'
import { type LedgerFixture, openLedger, views } from './ledger-fixture.ts'

const run = promisify(execFile)
const MINUTES = 60_000
const now = () => new Date()
const later = (minutes: number) => () => new Date(Date.now() + minutes * MINUTES)

let authority: TimeAuthority
let stranger: TimeAuthority
let db: LedgerFixture
beforeAll(async () => {
  authority = await startTimeAuthority()
  stranger = await startTimeAuthority('secp384r1')
  db = await openLedger()
})
afterAll(async () => {
  await db.close()
  await stranger.close()
  await authority.close()
})

const chainOf = async ({ chainFile }: TimeAuthority) => parseTimeChain(await readFile(chainFile, 'utf8'))

async function depsOf(of: TimeAuthority, change: Partial<StampingDeps> = {}): Promise<StampingDeps> {
  return { url: of.url, chain: await chainOf(of), everyMs: 60 * MINUTES, asksWitnesses: false, fetcher: fetch, timeoutMs: 5000, clock: now, random: randomBytes, ...change } // prettier-ignore
}

async function grow(of: LedgerFixture, count: number, clock = now): Promise<void> {
  await of.write(...views(count, `grown-${randomBytes(4).toString('hex')}`))
  await of.sequenceAll()
  await publish({ ...of.publisher, clock, databaseClock: () => Promise.resolve(clock()) })
}

async function tokens(of: LedgerFixture): Promise<Record<string, unknown>[]> {
  return (await of.owner.query('select size, token, stamped_at from ledger.time_token order by size')).rows
}

async function proofOf(of: LedgerFixture): Promise<string> {
  const { rows } = await of.owner.query('select entry_id from ledger.leaf where seq = 0')
  const proved = await proveInclusion(of.gateway, String(rows[0]?.['entry_id']))
  return proved.outcome === 'proved' ? proved.proof : expect.fail(proved.outcome)
}

describe('a checkpoint', () => {
  test('is stamped when there is something new and the hour is over, or on demand', async () => {
    expect(await stamp(db.ledger, await depsOf(authority))).toEqual({ outcome: 'not-due' })
    await grow(db, 3)
    expect(await stamp(db.ledger, await depsOf(authority))).toMatchObject({ outcome: 'stamped', size: 3 })
    await grow(db, 1)
    expect(await stamp(db.ledger, await depsOf(authority))).toEqual({ outcome: 'not-due' })
    const anHour = await depsOf(authority, { clock: later(61) })
    expect(await stamp(db.ledger, anHour)).toMatchObject({ outcome: 'stamped', size: 4 })
    await db.tamper('delete from ledger.time_token where size = 4') // its clock was an hour ahead
    expect(await stamp(db.ledger, await depsOf(authority), 'now')).toMatchObject({ size: 4 })
    expect((await tokens(db)).map(({ size }) => size)).toEqual([3, 4])
  })

  test('has a token that OpenSSL verifies too, over the note that the log signed', async () => {
    const { rows } = await db.owner.query('select note, token from ledger.time_token join ledger.checkpoint using (size) where size = 3') // prettier-ignore
    await writeFile(path.join(authority.directory, 'note'), String(rows[0]?.['note']))
    await writeFile(path.join(authority.directory, 'token'), rows[0]?.['token'] as Buffer) // bytea
    const args = ['ts', '-verify', '-data', 'note', '-in', 'token', '-token_in', '-CAfile', 'ca.pem', '-untrusted', 'stamp.pem'] // prettier-ignore
    const { stdout } = await run('openssl', args, { cwd: authority.directory })
    expect(stdout).toContain('Verification: OK')
  })

  test('keeps its tokens: the ledger login can neither change nor remove one', async () => {
    for (const [login, statement, says] of [
      [db.ledger, 'delete from ledger.time_token', /permission denied/],
      [db.ledger, 'update ledger.time_token set size = 1', /permission denied/],
      [db.gateway, 'insert into ledger.time_token select * from ledger.time_token', /permission denied/],
      [db.owner, 'delete from ledger.time_token', /insert-only/],
    ] as const)
      await expect(login.query(statement)).rejects.toThrow(says)
  })
})

describe('an answer of the authority is refused', () => {
  async function expectRefused(answerInstead: TimeAuthority['answerInstead'], says: RegExp): Promise<void> {
    const before = await tokens(db)
    authority.answerInstead = answerInstead
    await expect(stamp(db.ledger, await depsOf(authority), 'now')).rejects.toThrow(says)
    authority.answerInstead = undefined
    expect(await tokens(db)).toEqual(before)
  }

  test('when it is to another query: replayed, or about something else', async () => {
    const { rows } = await db.owner.query('select note from ledger.checkpoint order by size desc limit 1')
    const replayed = await makeQuery(Buffer.from(String(rows[0]?.['note'])), new Uint8Array(8))
    await expectRefused(() => authority.answer(Buffer.from(replayed)), /answers another query/)
    const other = await makeQuery(Uint8Array.of(1), new Uint8Array(8))
    await expectRefused(() => authority.answer(Buffer.from(other)), /about something else/)
  })

  test('when another authority signed it', async () => {
    await expectRefused((query) => stranger.answer(query), /not signed by the time authority that is trusted/)
  })

  test('when its certificate is of the right authority and not for time-stamping', async () => {
    await issue(authority.openssl, 'prime256v1', 'plain')
    const resigned = async (query: Buffer) => resignedBy('plain', await authority.answer(query))
    await expectRefused(resigned, /not one for time-stamping alone/)
  })

  test('when the authority says no, is broken, or answers with something else', async () => {
    await expectRefused(() => authority.answer(Buffer.from([0x30, 0x00])), /refused|cannot be read/)
    await expectRefused(() => Buffer.from('no'), /cannot be read/)
    await expectRefused(() => Promise.reject(new Error('broken')), /answered with 500/)
  })

  /** The same statement of time, signed by another certificate with `openssl cms`. */
  async function resignedBy(name: string, answer: Buffer): Promise<Buffer> {
    const file = (suffix: string) => path.join(authority.directory, `resigned.${suffix}`)
    await writeFile(file('token'), tokenOf(answer))
    await authority.openssl('cms', '-verify', '-noverify', '-inform', 'DER', '-in', file('token'), '-out', file('info')) // prettier-ignore
    await authority.openssl('cms', '-sign', '-cades', '-binary', '-nodetach', '-econtent_type', '1.2.840.113549.1.9.16.1.4', '-in', file('info'), '-signer', `${name}.pem`, '-inkey', `${name}.key`, '-md', 'sha256', '-outform', 'DER', '-out', file('signed')) // prettier-ignore
    const body = Buffer.concat([Buffer.from([0x30, 0x03, 0x02, 0x01, 0x00]), await readFile(file('signed'))])
    return Buffer.concat([Buffer.from([0x30, 0x82, body.length >> 8, body.length & 0xff]), body])
  }
})

describe('a proof', () => {
  test('is under the first checkpoint that was stamped after its entry, and carries the token', async () => {
    const proof = await proofOf(db)
    const keys = [db.signer.key]
    expect(checkpointOfOwnNote(parseTlogProof(proof).checkpoint).size).toBe(3)
    const asked = await verifyProof({ proof, keys, checkTime: timeChecker(await chainOf(authority)) })
    expect(asked).toMatchObject({ verified: true })
    expect(asked.steps.find(({ name }) => name === 'time')).toMatchObject({ outcome: 'passed' })
    const unasked = await verifyProof({ proof, keys })
    expect(printVerdict(unasked)).toContain('The time token that the proof carries was skipped')
    expect(printVerdict(asked)).not.toContain('skipped')
  })

  test('does not hold under another authority, without a token, or with one that says another time', async () => {
    const proof = await proofOf(db)
    const keys = [db.signer.key]
    const check = timeChecker(await chainOf(authority))
    const timeStep = async (text: string, checkTime = check) =>
      (await verifyProof({ proof: text, keys, checkTime })).steps.find(({ name }) => name === 'time')
    expect(await timeStep(proof, timeChecker(await chainOf(stranger)))).toMatchObject({ outcome: 'failed' })
    const { extra = expect.fail(), ...rest } = parseTlogProof(proof)
    const bare = formatTlogProof({ ...rest, extra: withoutToken(extra) })
    expect(await timeStep(bare)).toMatchObject({ outcome: 'failed', says: 'The proof carries no time token.' }) // prettier-ignore
    const token = parseDisclosure(extra)?.timeToken ?? expect.fail()
    const { at } = await check(token, rest.checkpoint === '' ? expect.fail() : { note: rest.checkpoint })
    for (let i = 0; i < token.length; i += 7) {
      const changed = Uint8Array.from(token, (byte, place) => (place === i ? byte ^ 1 : byte))
      const stamped = await check(changed, { note: rest.checkpoint }).catch(() => undefined)
      // What lies beside what is signed may change; what the token says may not.
      if (stamped) expect(stamped.at).toEqual(at)
    }
  })

  test('holds its token when witnesses cosign the checkpoint afterwards', async () => {
    const { rows } = await db.owner.query('select note, token from ledger.time_token join ledger.checkpoint using (size) where size = 3') // prettier-ignore
    const [note, token] = [String(rows[0]?.['note']), rows[0]?.['token'] as Buffer] // bytea
    const witness = await cosigner('witness.example', randomBytes(32))
    const line = await witness.cosign(formatCheckpoint(checkpointOfOwnNote(note)), now())
    const check = timeChecker(await chainOf(authority))
    expect(await check(token, { note: note + line })).toMatchObject({ authority: 'Time stamp' })
    await expect(check(token, { note: note.replace('audit', 'other') })).rejects.toThrow(/something else/)
  })

  test('is verified by the command with the authority’s certificates, and the page says what it skipped', async () => {
    const proof = await proofOf(db)
    const [file, vkey] = [path.join(db.directory, 'proof.txt'), path.join(db.directory, 'ledger.vkey')]
    await writeFile(file, proof)
    await writeFile(vkey, formatVerifierKey(db.signer.key))
    const args = ['ledger', 'verify', '--proof', file, '--vkey', vkey, '--time-authority', authority.chainFile] // prettier-ignore
    const { out, code } = await concordat(args)
    expect(out).toMatch(/^passed +time +Time stamp says that the checkpoint was there on 20/m)
    expect(code).toBe(0)
    const page = await verifyDocument({ document: proof, ledgerKeys: formatVerifierKey(db.signer.key) })
    expect(page).toMatchObject({ verified: true })
    expect(page.remark).toContain('was skipped')
  })

  test('can have a token at once: the command asks for one now', async () => {
    await grow(db, 1)
    const env = { LEDGER_DATABASE_URL: db.ledgerUrl, TIME_AUTHORITY_URL: authority.url, TIME_AUTHORITY_CHAIN: authority.chainFile } // prettier-ignore
    const { out, code } = await concordat(['ledger', 'stamp'], env)
    expect(out).toMatch(/^The checkpoint of 5 entries was stamped: 20/)
    expect(code).toBe(0)
    await db.tamper('delete from ledger.time_token where size = 5')
  })
})

function withoutToken(extra: Uint8Array): Uint8Array {
  const json = JSON.parse(new TextDecoder().decode(extra)) as Record<string, unknown> // as it was formatted
  return new TextEncoder().encode(JSON.stringify({ ...json, timeToken: undefined }))
}

describe('a clock that disagrees with the authority', () => {
  test('by more than five minutes signs nothing until a token agrees again', async () => {
    const fixture = await openLedger()
    try {
      await grow(fixture, 2)
      await stamp(fixture.ledger, await depsOf(authority, { clock: later(-6) }))
      await expect(grow(fixture, 1)).rejects.toMatchObject({ code: 'clock-disagrees' })
      expect(await stamp(fixture.ledger, await depsOf(authority))).toMatchObject({ outcome: 'stamped' })
      await grow(fixture, 1)
    } finally {
      await fixture.close()
    }
  })

  test('because it was set back behind the last token signs nothing', async () => {
    const fixture = await openLedger()
    try {
      await grow(fixture, 2)
      await stamp(fixture.ledger, await depsOf(authority))
      await fixture.tamper(`update ledger.checkpoint set published_at = now() - interval '1 day'`)
      await expect(grow(fixture, 1, later(-6))).rejects.toMatchObject({ code: 'clock-went-back' })
      await grow(fixture, 1, later(-4))
    } finally {
      await fixture.close()
    }
  })
})

describe('fsck of time tokens', () => {
  const checked = async (of?: TimeAuthority) => {
    const checkTime = of && timeChecker(await chainOf(of))
    return (await fsck({ db: db.gateway, keys: [db.signer.key], checkTime, onProgress: () => undefined })).report // prettier-ignore
  }
  const step = ({ steps }: Awaited<ReturnType<typeof checked>>) => steps.find(({ name }) => name === 'time tokens') // prettier-ignore

  test('checks each with the authority’s chain, and says so when it cannot', async () => {
    expect(step(await checked(authority))).toMatchObject({ outcome: 'passed', says: 'The 2 time tokens are about the checkpoints beside them.' }) // prettier-ignore
    expect(step(await checked())).toMatchObject({ outcome: 'skipped' })
    expect(await checked(stranger)).toMatchObject({ exitCode: 22 })
  })

  test.each([
    ['under another checkpoint', 'size = size + 1', 'size = size - 1'],
    ['with another time beside it', `stamped_at = stamped_at - interval '1 hour'`, `stamped_at = stamped_at + interval '1 hour'`], // prettier-ignore
    ['of a checkpoint that is not there', 'size = size + 90', 'size = size - 90'],
  ])('names a token %s', async (_, change, back) => {
    await db.tamper(`update ledger.time_token set ${change} where size = 4`)
    expect(await checked(authority)).toMatchObject({ exitCode: 22 })
    await db.tamper(`update ledger.time_token set ${back} where size <> 3`)
    expect(step(await checked(authority))).toMatchObject({ outcome: 'passed' })
  })
})

test('certificates that are none are said to be so', () => {
  expect(() => parseTimeChain('')).toThrow(/holds no certificate/)
  const damaged = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'
  expect(() => parseTimeChain(damaged)).toThrow(/damaged/)
})

test('an authority with an RSA key is verified too', async () => {
  const { openssl, directory } = authority
  await openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'rsa.key', '-out', 'rsa.csr', '-subj', '/CN=Time rsa', '-config', 'openssl.cnf') // prettier-ignore
  await openssl('x509', '-req', '-in', 'rsa.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '3600', '-extfile', 'openssl.cnf', '-extensions', 'stamp', '-out', 'rsa.pem') // prettier-ignore
  const [message, nonce] = [Uint8Array.of(1, 2, 3), randomBytes(8)]
  await writeFile(path.join(directory, 'rsa.tsq'), await makeQuery(message, nonce))
  await openssl('ts', '-reply', '-config', 'openssl.cnf', '-signer', 'rsa.pem', '-inkey', 'rsa.key', '-queryfile', 'rsa.tsq', '-out', 'rsa.tsr') // prettier-ignore
  const token = tokenOf(await readFile(path.join(directory, 'rsa.tsr')))
  const expected = { messages: [message], chain: await chainOf(authority), nonce }
  expect(await verifyToken(token, expected)).toMatchObject({ authority: 'Time rsa' })
})
