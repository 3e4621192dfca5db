// RFC 8785, and what of JSON a ledger entry may not be.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalBytes, canonicalJson } from '../../audit/canonical.ts'
import { decodeText, encodeText, fromBase64, toBase64, toHex } from '../../audit/bytes.ts'
import { describeVectors, readVector, readVectorText } from './vectors.ts'

describeVectors('RFC 8785', () => {
  test.each(['arrays', 'french', 'structures', 'unicode', 'values', 'weird'])(
    '%s is written canonically, byte for byte',
    (name) => {
      const text = canonicalJson(readVector(`rfc8785/input/${name}.json`))
      expect(text).toBe(readVectorText(`rfc8785/output/${name}.json`))
      const hex = readVectorText(`rfc8785/outhex/${name}.txt`).replaceAll(/\s/g, '')
      expect(toHex(encodeText(text))).toBe(hex)
    },
  )
})

describe('the bytes of an entry', () => {
  test.each([
    ['a fraction', { a: 0.5 }],
    ['a whole number that not every reader holds', { a: 2 ** 53 }],
    ['minus zero', [-0]],
    ['no number', { a: Number.NaN }],
    ['half of a surrogate pair', { a: '\ud800' }],
    ['half of a surrogate pair in a name', { '\udc00': 1 }],
    ['undefined', { a: undefined }],
    ['a date', { a: new Date(0) }],
    ['a big integer', { a: 1n }],
    ['something that writes itself', { a: { toJSON: () => 'b' } }],
  ])('are refused for %s', (_, value) => {
    expect(() => canonicalBytes(value)).toThrow(expect.objectContaining({ code: 'entry-invalid' }))
  })

  test('name the place of what is refused', () => {
    const value = { kept: [1, 2], detail: { list: ['a', { deep: 0.5 }] } }
    expect(() => canonicalBytes(value)).toThrow('$.detail.list[1].deep is 0.5')
  })

  test('read back as what they were made of, whatever the order of the names', () => {
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.constant(null),
        fc.boolean(),
        fc.maxSafeInteger().filter((n) => !Object.is(n, -0)),
        fc.string({ unit: 'binary' }),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(
          fc.string({ unit: 'binary' }).filter((key) => key !== '__proto__'),
          tie('value'),
          { maxKeys: 4, noNullPrototype: true },
        ),
      ),
    })).value
    fc.assert(
      fc.property(json, (value) => {
        const bytes = canonicalBytes(value)
        const read: unknown = JSON.parse(decodeText(bytes))
        expect(read).toEqual(value)
        expect(canonicalBytes(read)).toEqual(bytes)
        // Two writers of RFC 8785, which have to agree.
        expect(decodeText(bytes)).toBe(canonicalJson(value))
      }),
    )
  })
})

describe('base64', () => {
  test('has one text for each value and no other is read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        expect(fromBase64(toBase64(bytes))).toEqual(bytes)
      }),
    )
    for (const text of ['AB==', 'AA', 'AA=', 'A A=', 'AA==\n', '_w==', '!'])
      expect(fromBase64(text), text).toBeUndefined()
  })
})
