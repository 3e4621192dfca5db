import { sign, verify } from 'node:crypto'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { calculateJwkThumbprint } from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadOrCreateEd25519 } from '../../keys/signing-keys.ts'
import { loadOrCreateSuccessions } from '../../keys/succession.ts'

const owner = { name: 'Concordat gateway', email: 'gateway@concordat.example', at: new Date() }
const create = { ...owner, createMissing: true }
const loadOnly = { ...owner, createMissing: false }
const fault = (code: string): unknown => expect.objectContaining({ name: 'KeyFault', code })
let dir: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sk-'))
})
afterEach(() => rm(dir, { recursive: true }))

test('Keys are made once and are the same ever after.', async () => {
  const first = await loadOrCreateSuccessions(dir, create)
  const again = await loadOrCreateSuccessions(dir, loadOnly)
  expect(again.packages.current.fingerprint).toBe(first.packages.current.fingerprint)
  expect(again.certificates.current.publicJwk).toEqual(first.certificates.current.publicJwk)
  expect(first.certificates.current.publicJwk).toMatchObject({ kty: 'OKP', crv: 'Ed25519' })
  expect(first.certificates.current.publicJwk.kid).toBe(
    await calculateJwkThumbprint(first.certificates.current.publicJwk),
  )
  expect(first.certificates.current.publicJwk).not.toHaveProperty('d')
  for (const name of await readdir(dir)) expect((await stat(join(dir, name))).mode & 0o777).toBe(0o600)
})

test('A missing key stops the caller who did not ask for one to be made.', async () => {
  await expect(loadOrCreateSuccessions(dir, loadOnly)).rejects.toEqual(fault('signing-key.missing'))
  await expect(loadOrCreateEd25519(join(dir, 'none'), 'ledger', create)).rejects.toEqual(
    fault('signing-key.missing'),
  )
  expect(await readdir(dir)).toEqual([])
})

test('Processes that start together end up with one key.', async () => {
  const pairs = await Promise.all(Array.from({ length: 6 }, () => loadOrCreateEd25519(dir, 'ledger', create)))
  expect(new Set(pairs.map(({ publicKey }) => publicKey.export({ format: 'jwk' }).x)).size).toBe(1)
})

test('A damaged file is an error, and is never replaced by a new key.', async () => {
  await writeFile(join(dir, 'ledger.pem'), 'not a key')
  await expect(loadOrCreateEd25519(dir, 'ledger', create)).rejects.toEqual(fault('signing-key.damaged'))
  await writeFile(join(dir, 'package-signing.asc'), '')
  await expect(loadOrCreateSuccessions(dir, create)).rejects.toEqual(fault('signing-key.damaged'))
  expect(await readFile(join(dir, 'ledger.pem'), 'utf8')).toBe('not a key')
})

test('A directory that others can reach is refused.', async () => {
  await chmod(dir, 0o755)
  await expect(loadOrCreateSuccessions(dir, create)).rejects.toEqual(fault('signing-key.unsafe-mode'))
})

test('The ledger’s key signs, and what it signed verifies.', async () => {
  const { privateKey, publicKey } = await loadOrCreateEd25519(dir, 'ledger', create)
  const signature = sign(null, Buffer.from('checkpoint'), privateKey)
  expect(verify(null, Buffer.from('checkpoint'), publicKey, signature)).toBe(true)
  expect(verify(null, Buffer.from('checkpoinT'), publicKey, signature)).toBe(false)
})

test('Printing the signing keys prints no private part.', async () => {
  const keys = await loadOrCreateSuccessions(dir, create)
  const printed = inspect(keys, { depth: 12, showHidden: true }) + JSON.stringify(keys)
  expect(printed).not.toMatch(/PRIVATE KEY|privateParams|"d":/)
})
