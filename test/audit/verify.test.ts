// A proof from the real ledger verifies offline, and with anything in it changed it does not.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeText, encodeText } from '../../audit/bytes.ts'
import { formatDisclosure, parseDisclosure } from '../../audit/disclosure.ts'
import { noteSigner } from '../../audit/note-signer.ts'
import { formatVerifierKey, signNote, type VerifierKey } from '../../audit/note.ts'
import { proveInclusion } from '../../audit/proofs.ts'
import { formatTlogProof, parseTlogProof, type TlogProof } from '../../audit/tlog-proof.ts'
import { verifyProofFiles } from '../../audit/verify-files.ts'
import { printVerdict, verifyProof } from '../../audit/verify.ts'
import { type LedgerFixture, openLedger, ORIGIN, viewed, views } from './ledger-fixture.ts'

let db: LedgerFixture
let keys: VerifierKey[]
let ids: string[]
/** Of entry 300 of 520, with everything disclosed. */
let proof: string
beforeAll(async () => {
  db = await openLedger()
  keys = [db.signer.key]
  ids = (await db.write(...views(520))).map(({ entryId }) => entryId)
  await db.sequenceAll()
  await db.publish()
  proof = await prove(ids[300] ?? '', 'all')
})
afterAll(() => db.close())

async function prove(entryId: string, disclose: 'all' | string[] = []): Promise<string> {
  const proved = await proveInclusion(db.gateway, entryId, { disclose })
  return proved.outcome === 'proved' ? proved.proof : expect.fail(proved.outcome)
}

async function stepsOf(text: string, more: { entry?: Uint8Array; origin?: string } = {}) {
  const { verified, steps } = await verifyProof({ proof: text, keys, ...more })
  return { verified, steps: Object.fromEntries(steps.map(({ name, outcome }) => [name, outcome])) }
}

function changed(change: Partial<{ -readonly [K in keyof TlogProof]: TlogProof[K] }>): string {
  return formatTlogProof({ ...parseTlogProof(proof), ...change })
}

function extraOf(text: string) {
  const { extra } = parseTlogProof(text)
  return (extra && parseDisclosure(extra)) ?? expect.fail('no disclosure')
}

const allPassed = {
  proof: 'passed',
  entry: 'passed',
  disclosure: 'passed',
  checkpoint: 'passed',
  signature: 'passed',
  inclusion: 'passed',
}

describe('a proof', () => {
  test('of any entry verifies, step by step', async () => {
    for (const index of [0, 1, 255, 256, 300, 511, 512, 519]) {
      const verdict = await verifyProof({ proof: await prove(ids[index] ?? '', 'all'), keys })
      expect(verdict).toMatchObject({ verified: true, index })
      expect(Object.fromEntries(verdict.steps.map(({ name, outcome }) => [name, outcome]))).toEqual(allPassed)
    }
  })

  test('discloses what was asked for and nothing else', async () => {
    const none = await prove(ids[300] ?? '')
    expect(decodeText(parseTlogProof(none).extra ?? new Uint8Array())).not.toContain('ada.lovelace')
    expect(await stepsOf(none)).toMatchObject({ verified: true })
    const { disclosed } = extraOf(await prove(ids[300] ?? '', ['actor.username']))
    expect(disclosed.map(({ field, value }) => [field, value])).toEqual([
      ['actor.username', 'ada.lovelace@example.org'],
    ])
  })

  test('still verifies after a field was erased, which it then cannot disclose', async () => {
    await db.owner.query(`delete from ledger.secret where entry_id = $1`, [ids[301]])
    const after = await prove(ids[301] ?? '', 'all')
    expect(extraOf(after).disclosed).toEqual([])
    expect(await stepsOf(after)).toMatchObject({ verified: true })
  })

  test('of an entry that no checkpoint covers yet has to wait, and of none there is none', async () => {
    const [late] = await db.write(viewed('late'))
    expect(await proveInclusion(db.gateway, late?.entryId ?? '')).toEqual({ outcome: 'waiting' })
    await db.sequenceAll()
    expect(await proveInclusion(db.gateway, late?.entryId ?? '')).toEqual({ outcome: 'waiting' })
    expect(await proveInclusion(db.gateway, '00000000-0000-7000-8000-000000000000')).toEqual({
      outcome: 'absent',
    })
    expect(await stepsOf(await prove(ids[3] ?? ''))).toMatchObject({ verified: true })
    await db.publish()
    expect(await stepsOf(await prove(late?.entryId ?? ''))).toMatchObject({ verified: true })
    expect(await stepsOf(await prove(ids[3] ?? ''))).toMatchObject({ verified: true })
  })
})

describe('a proof is refused', () => {
  test('with any one of its bytes changed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 127 }), async (at, by) => {
        const bytes = encodeText(proof)
        const place = at % bytes.length
        bytes[place] = (bytes[place] ?? 0) ^ by
        const text = new TextDecoder().decode(bytes)
        expect((await stepsOf(text)).verified, `${place} of ${proof}`).toBe(false)
      }),
      { numRuns: 300 },
    )
  })

  test('cut off anywhere', async () => {
    for (let length = 0; length < proof.length; length += 7)
      expect((await stepsOf(proof.slice(0, length))).verified, String(length)).toBe(false)
  })

  test('for another place in the log', async () => {
    expect(await stepsOf(changed({ index: 301 }))).toMatchObject({
      verified: false,
      steps: { inclusion: 'failed' },
    })
  })

  test('with a hash more, less, or another', async () => {
    const { hashes } = parseTlogProof(proof)
    const [first = new Uint8Array(32), ...rest] = hashes
    for (const wrong of [
      rest,
      [first, ...hashes],
      [first.map((byte) => byte ^ 1), ...rest],
      hashes.toReversed(),
    ])
      expect(await stepsOf(changed({ hashes: wrong }))).toMatchObject({
        verified: false,
        steps: { inclusion: 'failed' },
      })
  })

  test('with another entry than the log holds', async () => {
    const { entry, disclosed } = extraOf(proof)
    const other = encodeText(decodeText(entry).replace('"page"', '"json"'))
    const text = changed({ extra: formatDisclosure({ entry: other, disclosed }) })
    expect(await stepsOf(text)).toMatchObject({ verified: false, steps: { inclusion: 'failed' } })
  })

  test('with another value than the one that was committed to, or in another place', async () => {
    const { entry, disclosed } = extraOf(proof)
    const [first = expect.fail('nothing disclosed'), second = expect.fail('one disclosed')] = disclosed
    for (const wrong of [
      { ...first, value: 'somebody.else@example.org' },
      { ...first, salt: second.salt },
      { ...first, salt: first.salt.subarray(1) },
      { ...first, field: second.field },
      { ...first, field: 'detail.nothing' },
      { ...first, field: 'actor.kind', value: 'person' },
    ]) {
      const text = changed({ extra: formatDisclosure({ entry, disclosed: [wrong] }) })
      expect(await stepsOf(text)).toMatchObject({ verified: false, steps: { disclosure: 'failed' } })
    }
    const twice = changed({ extra: formatDisclosure({ entry, disclosed: [first, first] }) })
    expect(await stepsOf(twice)).toMatchObject({ verified: false, steps: { disclosure: 'failed' } })
  })

  test('under a checkpoint that another key signed, even one of the same name', async () => {
    const other = await noteSigner(ORIGIN, new Uint8Array(32).fill(66))
    const text = parseTlogProof(proof).checkpoint.split('\n\n')[0] ?? ''
    const forged = await signNote(`${text}\n`, [other])
    expect(await stepsOf(changed({ checkpoint: forged }))).toMatchObject({
      verified: false,
      steps: { signature: 'failed', inclusion: 'skipped' },
    })
  })

  test('under a checkpoint without a signature, or with a known one that is bad beside a good one', async () => {
    const { checkpoint } = parseTlogProof(proof)
    const text = `${checkpoint.split('\n\n')[0] ?? ''}\n`
    const bad = checkpoint.replace(/.{4}=\n$/, 'AAA=\n')
    for (const wrong of [text, `${text}\n`, bad])
      expect((await stepsOf(changed({ checkpoint: wrong }))).verified).toBe(false)
    const { verified } = await verifyProof({ proof, keys: [] })
    expect(verified).toBe(false)
  })

  test('of another log than the one that was asked for, though a known key signed it', async () => {
    expect(await stepsOf(proof, { origin: 'other.example/log' })).toMatchObject({
      verified: false,
      steps: { signature: 'failed', inclusion: 'skipped' },
    })
    const head = (parseTlogProof(proof).checkpoint.split('\n\n')[0] ?? '').replace(
      ORIGIN,
      'other.example/log',
    )
    const elsewhere = changed({ checkpoint: await signNote(`${head}\n`, [db.signer]) })
    expect((await stepsOf(elsewhere)).verified).toBe(false)
    expect((await stepsOf(elsewhere, { origin: 'other.example/log' })).verified).toBe(true)
  })

  test('without its entry, unless the entry is given beside it', async () => {
    const { index, hashes, checkpoint } = parseTlogProof(proof)
    const bare = formatTlogProof({ index, hashes, checkpoint })
    const { entry } = extraOf(proof)
    expect(await stepsOf(bare)).toMatchObject({
      verified: false,
      steps: { entry: 'skipped', signature: 'passed' },
    })
    expect(await stepsOf(bare, { entry })).toMatchObject({ verified: true })
    expect((await stepsOf(bare, { entry: entry.subarray(1) })).verified).toBe(false)
    const opaque = formatTlogProof({ index, hashes, checkpoint, extra: encodeText('of another log') })
    expect(await stepsOf(opaque, { entry })).toMatchObject({ verified: true })
    expect(await stepsOf(opaque)).toMatchObject({ verified: false, steps: { entry: 'skipped' } })
  })

  test('when the entry given beside it is not the one inside, or what it discloses is damaged', async () => {
    expect(await stepsOf(proof, { entry: encodeText('{}') })).toMatchObject({ steps: { entry: 'failed' } })
    const damaged = changed({ extra: encodeText('{"format":"concordat/disclosure@v1"}') })
    expect(await stepsOf(damaged, { entry: extraOf(proof).entry })).toMatchObject({
      verified: false,
      steps: { entry: 'failed' },
    })
  })
})

describe('the command', () => {
  let directory: string
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'concordat-verify-'))
  })
  afterAll(() => rm(directory, { recursive: true }))

  async function run(text: string | Uint8Array, vkeys: string) {
    const [proofFile, vkeyFile] = [path.join(directory, 'proof.txt'), path.join(directory, 'ledger.vkey')]
    await writeFile(proofFile, text)
    await writeFile(vkeyFile, vkeys)
    return verifyProofFiles({ proofFile, vkeyFile })
  }

  test('says each step in a sentence and exits with 0 when all passed', async () => {
    const { text, exitCode } = await run(proof, `# the ledger's key\n\n${formatVerifierKey(db.signer.key)}\n`)
    expect(exitCode).toBe(0)
    expect(text.split('\n').slice(-4)).toEqual([
      'passed   inclusion   The entry is number 300 of the 520 that the checkpoint signs.',
      'No policy was given, so that witnesses were not asked for.',
      `Verified: entry 300 is in the log ${ORIGIN}.`,
      '',
    ])
  })

  test('exits with 1 and never says that it is verified when a step failed or was skipped', async () => {
    const vkey = formatVerifierKey(db.signer.key)
    const { index, hashes, checkpoint } = parseTlogProof(proof)
    for (const wrong of [
      changed({ index: 1 }),
      formatTlogProof({ index, hashes, checkpoint }),
      'nothing',
      '',
    ]) {
      const { text, exitCode } = await run(wrong, vkey)
      expect(exitCode).toBe(1)
      expect(text).toMatch(/\nNot verified\.\n$/)
      expect(text).not.toMatch(/^Verified/m)
    }
  })

  test('refuses to begin with a key that is none', async () => {
    await expect(run(proof, 'PeterNeumann+00000000+AAAA')).rejects.toMatchObject({ reason: 'bad-key' })
  })

  test('prints for people', async () => {
    expect(printVerdict(await verifyProof({ proof: 'nonsense', keys }))).toMatchInlineSnapshot(`
      "failed   proof       It has no empty line before its checkpoint.
      skipped  entry       There is no proof to take an entry from.
      skipped  inclusion   The place in the log was not checked, because a step before it did not pass.
      Not verified.
      "
    `)
  })
})
