// Whatever is appended, numbered in batches of any size, published and broken off in between, in any order: the tree is the
// one that a slow reading of RFC 6962 makes of the same entries, at every checkpoint.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { append } from '../../audit/append.ts'
import { checkpointOfOwnNote } from '../../audit/checkpoint.ts'
import { publish } from '../../audit/publisher.ts'
import type { Transactor } from '../../audit/queryable.ts'
import { sequence } from '../../audit/sequencer.ts'
import { type LedgerFixture, openLedger, views } from './ledger-fixture.ts'

class Broken extends Error {}

/** The same database, whose transaction breaks off at a statement; past the last one it breaks at the commit, undone. */
function breaking(db: Transactor, at: number): Transactor {
  return {
    query: (text, values) => db.query(text, values),
    withTransaction: (work) =>
      db.withTransaction(async (tx) => {
        let left = at
        const result = await work({
          ...tx,
          query: (text, values) => {
            if (left === 0) throw new Broken()
            left -= 1
            return tx.query(text, values)
          },
        })
        if (left > 0) throw new Broken()
        return result
      }),
  }
}

const sha256 = (...parts: readonly Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest()

/** RFC 6962 section 2.1, as it is written. */
function reference(entries: readonly Uint8Array[]): Buffer {
  const [only] = entries
  if (only === undefined) return sha256()
  if (entries.length === 1) return sha256(Uint8Array.of(0), only)
  let k = 1
  while (k * 2 < entries.length) k *= 2
  return sha256(Uint8Array.of(1), reference(entries.slice(0, k)), reference(entries.slice(k)))
}

const act = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('append'), count: fc.integer({ min: 1, max: 130 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('append broken'), count: fc.integer({ min: 1, max: 5 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('sequence'), count: fc.integer({ min: 1, max: 300 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('sequence broken'), count: fc.integer({ min: 0, max: 6 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('publish'), count: fc.constant(0) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('publish broken'), count: fc.integer({ min: 0, max: 12 }) }),
  },
)

async function carryOut(db: LedgerFixture, { do: what, count }: { do: string; count: number }, name: string) {
  // With few entries there may be no such statement: then it is done.
  const mayBreak = (work: Promise<unknown>) =>
    work.catch((error: unknown) => {
      if (!(error instanceof Broken)) throw error
    })
  if (what === 'append') await db.write(...views(count, name))
  if (what === 'append broken') await mayBreak(db.gateway.withTransaction(async (tx) => {
    await append(tx, views(count, name), new Date())
    throw new Broken()
  })) // prettier-ignore
  if (what === 'sequence') await sequence(db.ledger, { limit: count })
  if (what === 'sequence broken') await mayBreak(sequence(breaking(db.ledger, count), { limit: 5000 }))
  if (what === 'publish') await publish(db.publisher)
  if (what === 'publish broken') await mayBreak(publish({ ...db.publisher, db: breaking(db.ledger, count) }))
}

test('any interleaving of appends, batches, breaks and publications makes the tree of RFC 6962', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 12 }), async (acts) => {
      const db = await openLedger()
      try {
        let appended = 0
        for (const [i, each] of acts.entries()) {
          await carryOut(db, each, `act-${i}`)
          if (each.do === 'append') appended += each.count
        }
        await db.sequenceAll()
        await db.publish()
        const { rows } = await db.owner.query('select body from ledger.leaf join ledger.entry on entry.id = entry_id order by seq') // prettier-ignore
        const entries = rows.map((row) => row['body'] as Buffer)
        expect(entries).toHaveLength(appended)
        const signed = await db.owner.query('select note from ledger.checkpoint order by size')
        for (const { note } of signed.rows) {
          const { size, root } = checkpointOfOwnNote(String(note))
          expect(Buffer.from(root).equals(reference(entries.slice(0, size))), `root of ${size}`).toBe(true)
        }
        expect(signed.rows.length > 0).toBe(appended > 0)
      } finally {
        await db.close()
      }
    }),
    { numRuns: 12 },
  )
}, 120_000)
