// What an event becomes: nothing personal in the bytes, everything else as it was, and nothing that is not in the catalogue.
import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { decodeText, sameBytes } from '../../audit/bytes.ts'
import { opensCommitment, valueAt } from '../../audit/commitment.ts'
import { makeEntry, parseLeaf } from '../../audit/entry.ts'
import type { LedgerEvent } from '../../audit/events.ts'
import { leafHash } from '../../audit/merkle-verify.ts'

const AT = new Date('2026-03-04T05:06:07.089Z')
const make = (event: unknown, ordinal = 0) => makeEntry(event as LedgerEvent, AT, ordinal, randomBytes) // some are wrong on purpose

const returned: LedgerEvent = {
  type: 'transfer.returned',
  actor: { kind: 'person', username: 'grace.hopper@example.org', ip: '192.0.2.9' },
  subjects: [
    { kind: 'transfer', id: 'tr-1' },
    { kind: 'person', id: 'person-of-tr-1' },
  ],
  correlation: 'req-1',
  agreement: 'hmpps-2025',
  decision: 'dec-1',
  policy: 'sha256:abc',
  clauses: ['hmpps-2025/11-relevance'],
  detail: { reason: 'Please leave out the names of the two cellmates.' },
}

describe('an entry', () => {
  test('holds no personal value, only commitments that the salts open', async () => {
    const { body, secrets } = make(returned)
    const text = decodeText(body)
    for (const value of ['grace', 'example.org', '192.0.2.9', 'person-of-tr-1', 'cellmates'])
      expect(text).not.toContain(value)
    expect(secrets.map(({ field }) => field)).toEqual([
      'actor.username',
      'actor.ip',
      'subjects.1.id',
      'detail.reason',
    ])
    const entry: unknown = JSON.parse(text)
    for (const secret of secrets) {
      expect(await opensCommitment(secret, valueAt(entry, secret.field))).toBe(true)
      expect(
        await opensCommitment({ ...secret, value: `${secret.value} ` }, valueAt(entry, secret.field)),
      ).toBe(false)
      expect(await opensCommitment({ ...secret, field: 'detail.note' }, valueAt(entry, secret.field))).toBe(
        false,
      )
    }
  })

  test('says everything that is not personal, in canonical bytes that hash to its leaf', async () => {
    const { id, body, leafHash: leaf } = make(returned)
    expect(parseLeaf(body)).toMatchObject({
      v: 1,
      id,
      type: 'transfer.returned',
      eventVersion: 1,
      at: '2026-03-04T05:06:07.089Z',
      correlation: 'req-1',
      agreement: 'hmpps-2025',
      decision: 'dec-1',
      policy: 'sha256:abc',
      clauses: ['hmpps-2025/11-relevance'],
    })
    expect(sameBytes(await leafHash(body), leaf)).toBe(true)
  })

  test('of the same event made twice cannot be linked to the other', () => {
    const [first, second] = [make(returned), make(returned)].map(({ body }) => parseLeaf(body))
    expect(first?.actor.username).toMatch(/^c1:[A-Za-z0-9_-]{43}$/)
    expect(first?.actor.username).not.toBe(second?.actor.username)
  })

  test('has an id that sorts by time and then by place in its call', () => {
    const ids = [make(returned, 0).id, make(returned, 1).id, make(returned, 4095).id]
    expect(ids.toSorted()).toEqual(ids)
    expect(Number.parseInt(ids[0]?.slice(0, 13).replace('-', '') ?? '', 16)).toBe(AT.getTime())
    expect(() => make(returned, 4096)).toThrow(RangeError)
  })

  test('is found by its type, request and subjects, but by nothing that names a person', () => {
    const keys = make(returned).index.map(({ kind, key }) => `${kind}=${key}`)
    expect(keys).toEqual(['type=transfer.returned', 'correlation=req-1', 'transfer=tr-1'])
  })
})

describe('the catalogue', () => {
  const refused = expect.objectContaining({ code: 'entry-invalid' }) as unknown
  test.each([
    ['a type that is not in it', { ...returned, type: 'transfer.forgotten' }],
    ['a type that objects have by nature', { ...returned, type: 'constructor' }],
    ['a field that is not in it', { ...returned, detail: { reason: 'x', colour: 'red' } }],
    ['a field of another type', { ...returned, detail: { shown: 3 } }],
    ['a frame field that is not in it', { ...returned, extra: 1 }],
    ['no actor', { ...returned, actor: undefined }],
    ['a fraction', { ...returned, type: 'source.read', detail: { dataset: 'd', rows: 1.5, columns: 1 } }],
    [
      'a count beyond 2^53',
      { ...returned, type: 'source.read', detail: { dataset: 'd', rows: 2 ** 53, columns: 1 } },
    ],
    ['a sentence where an identifier belongs', { ...returned, decision: 'Prisoner A1234BC was ill' }],
    ['half of a surrogate pair', { ...returned, detail: { reason: '\ud800' } }],
  ])('refuses %s', (_, event) => {
    expect(() => make(event)).toThrow(refused)
  })

  test('takes the thumbprint of any key, also one that begins with a sign', () => {
    const said = (kid: string) => ({ type: 'signing-keys.announced', actor: { kind: 'process', name: 'gateway' }, correlation: 'c', subjects: [], detail: { packages: 'A'.repeat(40), packagesBefore: [], certificates: kid, certificatesBefore: [kid] } }) // prettier-ignore
    for (const sign of ['-', '_', '7']) expect(() => make(said(`${sign}${'x'.repeat(42)}`))).not.toThrow()
    expect(() => make(said('x'.repeat(42)))).toThrow('certificates')
  })

  test('refuses without repeating what was wrong', () => {
    expect(() => make({ ...returned, decision: 'Prisoner A1234BC was ill' })).toThrow(/^((?!A1234BC).)*$/)
  })

  test('refuses an entry over 16 KiB', () => {
    const names = Array.from({ length: 100 }, (_, i) => `${'f'.repeat(190)}${i}`)
    const event = { ...returned, type: 'transfer.requested', detail: { fields: names } }
    expect(() => make(event)).toThrow(expect.objectContaining({ code: 'entry-too-large' }))
  })
})
