// Trust policies (C2SP tlog-policy): read strictly, and met only by witnesses that really cosigned.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatCheckpoint, openCheckpoint } from '../../audit/checkpoint.ts'
import { cosigner, noteSigner } from '../../audit/note-signer.ts'
import { formatVerifierKey, signNote } from '../../audit/note.ts'
import { isMet, parsePolicy, type Quorum, witnessesOf } from '../../audit/policy.ts'
import { describeVectors, readVector } from './vectors.ts'

interface PolicyVectors {
  accept: { name: string; policy: string; topLevelThreshold: number }[]
  reject: { name: string; policy: string; error: string }[]
}

describeVectors('policies', () => {
  const vectors = () => readVector<PolicyVectors>('tlog-policy/policies.json')
  /** These list one key under two names, which C2SP tlog-policy forbids: it would count twice. */
  const lenient = ['group numerical', 'group all', 'group any']

  test('that others accept are read, but for those that count one key twice', async () => {
    for (const { name, policy, topLevelThreshold } of vectors().accept) {
      if (lenient.includes(name)) {
        await expect(parsePolicy(policy), name).rejects.toThrow('The same key is there already')
        continue
      }
      const { quorum } = await parsePolicy(policy)
      expect(quorum, name).toMatchObject({ kind: 'group', threshold: topLevelThreshold })
    }
  })

  test('that others refuse are refused', async () => {
    expect(vectors().reject).toHaveLength(6)
    for (const { name, policy } of vectors().reject) await expect(parsePolicy(policy), name).rejects.toThrow()
  })
})

const ORIGIN = 'example.com/log'
const log = await noteSigner(ORIGIN, new Uint8Array(32).fill(1))
const logLine = `log ${formatVerifierKey(log.key)}`
const cosigners = await Promise.all(
  [1, 2, 3, 4, 5, 6].map((n) => cosigner(`w${n}.example`, new Uint8Array(32).fill(100 + n))),
)
const witnessLines = cosigners.map(
  ({ key }, i) => `witness ${i < 3 ? 'X' : 'Y'}${(i % 3) + 1} ${formatVerifierKey(key)}`,
)
const twoLevels = [
  logLine, ...witnessLines, 'group X-witnesses 2 X1 X2 X3', 'group Y-witnesses any Y1 Y2 Y3', 'group both all X-witnesses Y-witnesses', 'quorum both',
].join('\n') // prettier-ignore

async function cosignedBy(...indexes: number[]) {
  const text = formatCheckpoint({ origin: ORIGIN, size: 5, root: new Uint8Array(32) })
  const lines = await Promise.all(
    indexes.map(async (i) => cosigners[i]?.cosign(text, new Date('2026-01-02T03:04:05Z'))),
  )
  return openCheckpoint(`${await signNote(text, [log])}${lines.join('')}`, [log.key])
}

describe('a policy', () => {
  test('with groups in groups is met by those that it asks for, and by nobody less', async () => {
    const policy = await parsePolicy(twoLevels)
    const outcomes = {
      '0,1,3': true,
      '0,2,5': true,
      '0,1,2,3,4,5': true,
      '0,1': false,
      '0,3': false,
      '3,4,5': false,
    }
    for (const [indexes, expected] of Object.entries(outcomes)) {
      const witnessed = await witnessesOf(await cosignedBy(...indexes.split(',').map(Number)), policy)
      expect(witnessed.isMet, indexes).toBe(expected)
      expect(witnessed.cosigned.every(({ at }) => at.toISOString() === '2026-01-02T03:04:05.000Z')).toBe(true)
    }
    expect((await witnessesOf(await cosignedBy(), policy)).isMet).toBe(false)
  })

  test('counts no line of a witness that it does not know, and refuses a checkpoint with a bad line of one that it does', async () => {
    const policy = await parsePolicy(`${witnessLines[0]}\nquorum X1`)
    expect((await witnessesOf(await cosignedBy(1, 2), policy)).isMet).toBe(false)
    const good = await cosignedBy(0)
    const lines = good.note.split('\n')
    const other = (await cosignedBy(1)).note.split('\n')
    const own = lines.find((line) => line.startsWith('— w1.example')) ?? ''
    const foreign = other.find((line) => line.startsWith('— w2.example')) ?? ''
    const bytes = (line: string) => Buffer.from(line.split(' ')[2] ?? '', 'base64')
    const forged = `— w1.example ${Buffer.concat([bytes(own).subarray(0, 4), bytes(foreign).subarray(4)]).toString('base64')}`
    const swapped = await openCheckpoint(good.note.replace(own, forged), [log.key])
    await expect(witnessesOf(swapped, policy)).rejects.toThrow('The signature of w1.example does not verify')
  })

  test.each([
    ['two quorum lines', `${twoLevels}\nquorum none`],
    ['a quorum before what it names', `quorum X1\n${witnessLines[0]}`],
    ['a member of two groups', twoLevels.replace('quorum both', 'group again any X1\nquorum again')],
    ['a member twice in one group', `${witnessLines[0]}\ngroup g 2 X1 X1\nquorum g`],
    ['none as a member', `${witnessLines[0]}\ngroup g any none\nquorum g`],
    ['a threshold above its members', `${witnessLines[0]}\ngroup g 2 X1\nquorum g`],
    ['a threshold of nothing', `${witnessLines[0]}\ngroup g 0 X1\nquorum g`],
    ['a threshold with a leading zero', `${witnessLines[0]}\ngroup g 01 X1\nquorum g`],
    ['a group without members', `${witnessLines[0]}\ngroup g any\nquorum X1`],
    ['a log twice', `${logLine}\n${logLine} https://example.com/\nquorum none`],
    ['a witness’s key as a log’s', `log ${formatVerifierKey(cosigners[0]?.key ?? log.key)}\nquorum none`],
    ['a carriage return', 'quorum none\r\n'],
    ['an unknown word', 'quorum none\nwitnesses all'],
    ['nothing', ''],
  ])('with %s is refused', async (_, text) => {
    await expect(parsePolicy(text)).rejects.toThrow(/policy/)
  })

  test('that asks nobody says so with a line, and is met', async () => {
    const policy = await parsePolicy('  quorum\t none  # nobody\n\n# the end')
    expect(policy).toEqual({ logs: [], witnesses: [], quorum: { kind: 'none' } })
    expect((await witnessesOf(await cosignedBy(), policy)).isMet).toBe(true)
  })

  test('is never met by fewer signatures when it is not met by more', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const quorum = fc.letrec<{ tree: Quorum }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom(...names).map((name): Quorum => ({ kind: 'witness', name })),
        fc.record({ members: fc.array(tie('tree'), { minLength: 1, maxLength: 4 }), threshold: fc.integer({ min: 1, max: 4 }) }).map(({ members, threshold }): Quorum => ({ kind: 'group', name: 'g', threshold: Math.min(threshold, members.length), members })),
      ),
    })).tree // prettier-ignore
    fc.assert(
      fc.property(quorum, fc.subarray(names), fc.subarray(names), (tree, few, more) => {
        expect(isMet(tree, new Set(few))).toBe(
          isMet(tree, new Set(few)) && isMet(tree, new Set([...few, ...more])),
        )
      }),
    )
  })
})
