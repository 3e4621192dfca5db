// The ledger's key is changed while the ledger is written: both keys sign in between, what either signed verifies for ever, the
// ledger says who signs, and a crash on the way leaves one key or both.
import { cp, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { PassThrough } from 'node:stream'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toHex } from '../../audit/bytes.ts'
import { parseVerifierKey } from '../../audit/note.ts'
import { fsck } from '../../audit/fsck/fsck.ts'
import { folderLog } from '../../audit/fsck/folder-log.ts'
import { parseVerifierKeys } from '../../audit/verifier-keys.ts'
import { verifyProof } from '../../audit/verify.ts'
import { createLog } from '../../gateway/log.ts'
import { keyName } from '../../gateway/ledger-signer.ts'
import { serve, type Running } from '../../gateway/serve.ts'
import { wire } from '../../gateway/wire.ts'
import { foldersOf } from '../../gateway/key-directory.ts'
import { loadOrCreateChangingKey } from '../../keys/changing-key.ts'
import { entriesOf, startGateway, type TestGateway } from '../support/gateway.ts'
import { concordat } from './run.ts'

describe('a change of the ledger’s key', () => {
  let gateway: TestGateway
  let second: Running | undefined
  let environment: Record<string, string>
  let signing: string
  beforeAll(async () => {
    gateway = await startGateway({ people: 50 })
    const { keyDirectory, ledgerOrigin, mailFrom } = gateway.environment.config
    environment = { KEY_DIRECTORY: keyDirectory, LEDGER_ORIGIN: ledgerOrigin, MAIL_FROM: mailFrom }
    signing = foldersOf(keyDirectory).signing
  })
  afterAll(async () => {
    await stopSecond()
    await gateway.close()
  })

  async function stopSecond(): Promise<void> {
    await second?.stop()
    second = undefined
  }

  /** Another gateway on the same database and directories, as after a restart; the first one stops signing. */
  async function restart() {
    await gateway.wiring.ledgerProcess.stop()
    await stopSecond()
    const wiring = await wire({ config: { ...gateway.environment.config, port: 0 }, clock: () => new Date(), log: createLog('error', new PassThrough()), version: 'test', createMissingKeys: false }) // prettier-ignore
    second = await serve(wiring, { withWorker: false })
    return wiring
  }

  const nameOf = async (verifierKey: string) => keyName(await parseVerifierKey(verifierKey))

  const proofOf = async (entryId: string) => {
    const answer = await (await gateway.as('marta.kowalczyk')).get(`/api/v1/ledger/entries/${entryId}/proof`)
    return answer.bytes.toString()
  }

  test('is begun, overlaps, is ended; proofs of before, of between and of after verify with the keys of their time', async () => {
    const oldKey = gateway.wiring.verifierKey
    const [first] = await entriesOf(gateway, 'type=ledger.signed-by')
    expect(first?.['detail']).toMatchObject({ retired: [] })
    await gateway.settle()
    const before = await proofOf(String(first?.['entryId']))

    const made = await concordat(['keys', 'rotate', 'ledger'], environment)
    const newKey = /^ {2}(\S+)$/m.exec(made.out)?.[1] ?? ''
    expect(made.code, made.err).toBe(0)
    expect((await concordat(['keys', 'rotate', 'ledger'], environment)).err).toContain(
      'being changed already',
    )

    const between = await restart()
    await between.ledgerProcess.catchUp()
    const entry = (await entriesOf(gateway, 'type=ledger.signed-by')).at(-1)
    expect(entry?.['detail']).toMatchObject({ added: [await nameOf(newKey)], retired: [] })
    await between.ledgerProcess.catchUp()
    const during = await proofOf(String(entry?.['entryId']))
    for (const key of [oldKey, newKey])
      expect((await verifyProof({ proof: during, keys: [await parseVerifierKey(key)] })).verified).toBe(true)

    const id = toHex((await parseVerifierKey(newKey)).id)
    const mistaken = await concordat(['keys', 'retire', 'ledger', '--keep', toHex((await parseVerifierKey(oldKey)).id)], environment) // prettier-ignore
    expect(mistaken).toMatchObject({ code: 2, out: '' })
    expect(await concordat(['keys', 'retire', 'ledger', '--keep', id], environment)).toMatchObject({
      code: 0,
    })
    expect((await concordat(['keys', 'retire', 'ledger', '--keep', id], environment)).err).toContain(
      'nothing to retire',
    )
    expect((await readdir(signing)).filter((name) => name.startsWith('ledger'))).toEqual(['ledger-signing.pem', 'ledger-signing.retired.txt']) // prettier-ignore

    const after = await restart()
    await after.ledgerProcess.catchUp()
    const ended = (await entriesOf(gateway, 'type=ledger.signed-by')).at(-1)
    expect(ended?.['detail']).toMatchObject({ added: [], retired: [await nameOf(oldKey)] })
    await after.ledgerProcess.catchUp()
    const late = await proofOf(String(ended?.['entryId']))
    const verifies = async (proof: string, key: string) => (await verifyProof({ proof, keys: [await parseVerifierKey(key)] })).verified // prettier-ignore
    expect([await verifies(late, newKey), await verifies(late, oldKey)]).toEqual([true, false])
    expect([await verifies(before, oldKey), await verifies(before, newKey)]).toEqual([true, false])

    expect(after.verifierKeys).toEqual([newKey, expect.stringMatching(/^# until \d{4}-\d\d-\d\d /)])
    expect(after.verifierKeys[1]?.endsWith(oldKey)).toBe(true)
    expect(await parseVerifierKeys(after.verifierKeys.join('\n'))).toHaveLength(1)
    const both = await parseVerifierKeys([oldKey, newKey].join('\n'))
    const { report } = await fsck({ keys: both, db: gateway.wiring.reading, log: folderLog(path.join(gateway.environment.config.ledgerDirectory, 'full')), onProgress: () => undefined }) // prettier-ignore
    expect(report.clean).toBe(true)
  })

  test('that is broken off while it is ended leaves the newer key, and is ended by asking again', async () => {
    const made = await concordat(['keys', 'rotate', 'ledger'], environment)
    const id = /\+([0-9a-f]{8})\+/.exec(made.out)?.[1] ?? ''
    const copy = await mkdtemp(path.join(tmpdir(), 'concordat-keys-'))
    const file = (name: string) => path.join(copy, 'signing', name)
    for (const crash of ['made room', 'destroyed'] as const) {
      await rm(copy, { recursive: true, force: true })
      await cp(environment['KEY_DIRECTORY'] ?? '', copy, { recursive: true })
      await rename(file('ledger-signing.pem'), file('ledger-signing.retired.pem'))
      if (crash === 'destroyed') await rm(file('ledger-signing.retired.pem'))
      const newer = await readFile(file('ledger-signing.next.pem'), 'utf8')
      expect(
        await loadOrCreateChangingKey(path.dirname(file('x')), 'ledger-signing', { createMissing: true }),
      ).toHaveLength(1)
      const again = await concordat(['keys', 'retire', 'ledger', '--keep', id], { ...environment, KEY_DIRECTORY: copy }) // prettier-ignore
      expect(again.code, again.err).toBe(0)
      expect(await readFile(file('ledger-signing.pem'), 'utf8')).toBe(newer)
      expect(
        (await readdir(path.dirname(file('x')))).filter((name) => /next|retired\.pem/.test(name)),
      ).toEqual([])
    }
    await rm(copy, { recursive: true, force: true })
  })
})
