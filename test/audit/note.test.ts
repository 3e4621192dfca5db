// Signed notes, their keys and Ed25519, against others' vectors.
import { describe, expect, test } from 'vitest'
import { decodeText, toBase64 } from '../../audit/bytes.ts'
import { formatCheckpoint, openCheckpoint, parseCheckpoint } from '../../audit/checkpoint.ts'
import { formatSignerKey, noteSigner, parseSignerKey } from '../../audit/note-signer.ts'
import { formatVerifierKey, openNote, parseVerifierKey, signNote } from '../../audit/note.ts'
import { verifyEd25519 } from '../../audit/web-crypto.ts'
import { describeVectors, readVector } from './vectors.ts'

interface NoteCase {
  name: string
  kind: 'sign' | 'open' | 'checkpoint'
  skey?: string
  text?: string
  want?: string
  vkeys?: string[]
  note?: string
  noteHex?: string
  ok?: boolean
  verified?: string[]
  unverified?: string[]
  origin?: string
  size?: number
}
interface NoteVectors {
  badVkeys: string[]
  cases: NoteCase[]
}

describeVectors('signed notes', () => {
  const vectors = () => readVector<NoteVectors>('signed-note/notes.json')
  const known = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'

  test('signing gives the same note as others', async () => {
    for (const { skey = '', text = '', want } of vectors().cases.filter(({ kind }) => kind === 'sign'))
      expect(await signNote(text, [await parseSignerKey(skey)])).toBe(want)
  })

  test('notes open, or are refused, as they are by others', async () => {
    const cases = vectors().cases.filter(({ kind }) => kind !== 'sign')
    expect(cases).toHaveLength(16)
    for (const { name, vkeys = [], note, noteHex = '', ok, verified, unverified } of cases) {
      const opened = (async () => {
        const keys = await Promise.all(vkeys.map(parseVerifierKey))
        return openNote(note ?? decodeText(Buffer.from(noteHex, 'hex')), keys)
      })()
      if (!ok) {
        await expect(opened, name).rejects.toThrow()
        continue
      }
      const { verified: by, unverified: unknown } = await opened
      expect([by.map((key) => key.name), unknown.map((line) => line.name)], name).toEqual([
        verified,
        unverified,
      ])
    }
  })

  test('two production tree heads verify and parse', async () => {
    for (const { note = '', vkeys = [], origin, size } of vectors().cases.filter(
      ({ kind }) => kind === 'checkpoint',
    )) {
      const checkpoint = await openCheckpoint(note, await Promise.all(vkeys.map(parseVerifierKey)))
      expect([checkpoint.origin, checkpoint.size]).toEqual([origin, size])
    }
  })

  test('every substring of a verifier key and every byte of it raised by one is refused', async () => {
    const substrings = Array.from(known).flatMap((_, start) =>
      Array.from(known.slice(start), (_character, length) => known.slice(start, start + length + 1)),
    )
    const raised = Array.from(
      known,
      (character, i) =>
        known.slice(0, i) + String.fromCharCode(character.charCodeAt(0) + 1) + known.slice(i + 1),
    )
    const bad = [...vectors().badVkeys, ...substrings.filter((text) => text !== known), ...raised, '']
    const accepted = await Promise.all(
      bad.map((text) =>
        parseVerifierKey(text).then(
          () => text,
          () => undefined,
        ),
      ),
    )
    expect(accepted.filter((text) => text !== undefined)).toEqual([])
    expect(formatVerifierKey(await parseVerifierKey(known))).toBe(known)
  })
})

interface Wycheproof {
  testGroups: {
    publicKey: { pk: string }
    tests: { tcId: number; msg: string; sig: string; result: string }[]
  }[]
}

describeVectors('Ed25519', () => {
  test('151 signatures, edge cases among them, verify or fail as they should', async () => {
    const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'))
    let count = 0
    for (const { publicKey, tests } of readVector<Wycheproof>('ed25519/wycheproof_ed25519_test.json')
      .testGroups)
      for (const { tcId, msg, sig, result } of tests) {
        count += 1
        expect(await verifyEd25519(hex(publicKey.pk), hex(sig), hex(msg)), `tcId ${tcId}`).toBe(
          result === 'valid',
        )
      }
    expect(count).toBe(151)
  })
})

describe('signing keys', () => {
  const seed = new Uint8Array(32).fill(7)

  test('go through their text form, and a wrong key id is refused without repeating the key', async () => {
    const { key } = await noteSigner('gateway.example/audit/1', seed)
    const text = formatSignerKey(key, seed)
    expect((await parseSignerKey(text)).key).toEqual(key)
    const wrong = text.replace(/\+[0-9a-f]{8}\+/, '+00000000+')
    await expect(parseSignerKey(wrong)).rejects.toThrow(/^The key id does not belong/)
    expect(text).toContain(toBase64(Uint8Array.of(1, ...seed)))
  })

  test('several sign one checkpoint, and a reader who knows one of them opens it', async () => {
    const first = await noteSigner('gateway.example/audit/1', seed)
    const second = await noteSigner('gateway.example/audit/1', new Uint8Array(32).fill(8))
    const head = { origin: 'gateway.example/audit/1', size: 3, root: new Uint8Array(32).fill(9) }
    const note = await signNote(formatCheckpoint(head), [first, second])
    for (const { key } of [first, second]) {
      const checkpoint = await openCheckpoint(note, [key])
      expect(checkpoint).toMatchObject(head)
      expect(checkpoint.signedBy).toEqual([key])
    }
  })

  test('a note that cannot be a note is not signed', async () => {
    await expect(signNote('with a bell \u0007\n', [await noteSigner('a', seed)])).rejects.toThrow(
      'plain UTF-8',
    )
  })
})

describe('checkpoints', () => {
  const root = 'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I='

  test('one with an extension line is read, as C2SP allows others to write them', () => {
    expect(parseCheckpoint(`example.com/log\n7\n${root}\nextension\n`).size).toBe(7)
  })

  test.each([
    ['no origin', `\n7\n${root}\n`],
    ['a size with a leading zero', `example.com/log\n07\n${root}\n`],
    ['a negative size', `example.com/log\n-7\n${root}\n`],
    ['a size that not every reader holds', `example.com/log\n9007199254740993\n${root}\n`],
    ['an empty size', `example.com/log\n\n${root}\n`],
    ['a short root', 'example.com/log\n7\nAAAA\n'],
    ['an empty extension line', `example.com/log\n7\n${root}\n\n`],
    ['no last newline', `example.com/log\n7\n${root}`],
    ['two lines', 'example.com/log\n7\n'],
  ])('one with %s is refused', (_, text) => {
    expect(() => parseCheckpoint(text)).toThrow()
  })
})
