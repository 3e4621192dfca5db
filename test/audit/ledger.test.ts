// Append and sequence on a real PostgreSQL, as the roles that production has: what is committed is in the log once, in dense
// order, and what is not committed is nowhere.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { append } from '../../audit/append.ts'
import { sameBytes } from '../../audit/bytes.ts'
import { Committed, confirmCommitted, NotCommitted } from '../../audit/committed.ts'
import { EMPTY_EDGE, edgeRoot, formatEdge, grow } from '../../audit/edge.ts'
import { readLog } from '../../audit/log.ts'
import { nodeHasher } from '../../audit/node-hash.ts'
import { sequence } from '../../audit/sequencer.ts'
import { type Head, readHead, readLeaves } from '../../audit/tree-store.ts'
import { AT, type LedgerFixture, openLedger, viewed, views } from './ledger-fixture.ts'

let db: LedgerFixture
beforeAll(async () => {
  db = await openLedger()
})
afterAll(() => db.close())

const tables = ['entry', 'outbox', 'leaf', 'tile', 'checkpoint', 'secret', 'index', 'head']
async function counts(): Promise<Record<string, unknown> | undefined> {
  const columns = tables.map((table) => `(select count(*) from ledger.${table}) as ${table}`)
  return (await db.owner.query(`select ${columns.join(', ')}`)).rows[0]
}

/** The head is what all leaves together make, they are dense, and each is the hash of its entry. */
async function expectSoundTree(): Promise<number> {
  const head = await readHead(db.owner)
  const leaves = await readLeaves(db.owner, 0, Number.MAX_SAFE_INTEGER)
  expect(leaves.map(({ seq }) => seq)).toEqual(leaves.map((_, i) => i))
  for (const { body, leafHash } of leaves)
    expect(body !== null && sameBytes(nodeHasher.leaf(body), leafHash)).toBe(true)
  const { edge } = grow(nodeHasher, EMPTY_EDGE, leaves.map(({ leafHash }) => leafHash)) // prettier-ignore
  expect(head.size).toBe(leaves.length)
  expect(sameBytes(head.root, edgeRoot(nodeHasher, edge))).toBe(true)
  expect(sameBytes(formatEdge(head.edge), formatEdge(edge))).toBe(true)
  return leaves.length
}

describe('append', () => {
  test('leaves nothing behind when the transaction rolls back', async () => {
    const before = await counts()
    const work = db.gateway.withTransaction(async (tx) => {
      await append(tx, views(3), AT)
      throw new Error('the change failed')
    })
    await expect(work).rejects.toThrow('the change failed')
    expect(await counts()).toEqual(before)
  })

  test('takes the whole transaction with it when it is refused', async () => {
    const before = await counts()
    const [good] = views(1)
    const bad = { ...good, type: 'transfer.invented' } as unknown as typeof good // what the compiler would not let through
    await expect(db.write(good, bad)).rejects.toMatchObject({ code: 'entry-invalid' })
    expect(await counts()).toEqual(before)
  })

  test('is one statement however many events there are', async () => {
    let statements = 0
    await db.gateway.withTransaction((tx) =>
      append({ query: (text, values) => ((statements += 1), tx.query(text, values)) }, views(40, 'one'), AT),
    )
    expect(statements).toBe(1)
    await db.sequenceAll()
    expect(await expectSoundTree()).toBe(40)
  })

  test('keeps the order of the events of one call and of dependent transactions', async () => {
    const ids: string[] = []
    for (let i = 0; i < 30; i++)
      ids.push(...(await db.write(...views(3, `order-${i}`))).map(({ entryId }) => entryId))
    await db.sequenceAll()
    const { rows } = await db.owner.query(
      'select entry_id from ledger.leaf where entry_id = any($1) order by seq',
      [ids],
    )
    expect(rows.map((row) => row['entry_id'])).toEqual(ids)
  })

  test('is refused when the bytes are not those that were hashed', async () => {
    const insert = `insert into ledger.entry (id, body, leaf_hash, recorded_at) values (gen_random_uuid(), 'x', sha256('y'), now())`
    await expect(db.gateway.query(insert)).rejects.toThrow('violates check constraint')
  })
})

describe('the proof of commitment', () => {
  test('can be had after the commit and not inside the transaction', async () => {
    const inside = db.gateway.withTransaction(async (tx) => {
      const [appended] = await append(tx, views(1, 'inside'), AT)
      return confirmCommitted(tx, appended?.entryId ?? '')
    })
    await expect(inside).rejects.toThrow(NotCommitted)
    const [appended] = await db.write(viewed('outside'))
    const committed = await confirmCommitted(db.gateway, appended?.entryId ?? '')
    expect(committed.entryId).toBe(appended?.entryId)
  })

  test('cannot be had before the commit from another connection, nor made by hand', async () => {
    await db.gateway.withTransaction(async (tx) => {
      const [appended] = await append(tx, views(1, 'early'), AT)
      await expect(confirmCommitted(db.gateway, appended?.entryId ?? '')).rejects.toThrow(NotCommitted)
    })
    const byHand = Committed as unknown as new (token: symbol, id: string) => Committed // past the compiler
    expect(() => new byHand(Symbol('earned by confirmCommitted'), 'x')).toThrow(TypeError)
  })
})

describe('rights', () => {
  const change: Record<string, string> = {
    entry: 'update ledger.entry set recorded_at = now()',
    outbox: 'update ledger.outbox set leaf_hash = leaf_hash',
    leaf: 'update ledger.leaf set leaf_hash = leaf_hash',
    tile: 'update ledger.tile set data = data',
    checkpoint: 'update ledger.checkpoint set note = note',
    secret: 'update ledger.secret set value = value',
    index: 'update ledger.index set key = key',
    head: 'update ledger.head set size = 0',
  }
  const may = {
    gateway: new Set<string>(),
    ledger: new Set(['delete outbox', 'update head']),
  }
  test.each(['gateway', 'ledger'] as const)(
    'the %s login can change nothing that was written',
    async (login) => {
      for (const table of tables) {
        const statements = {
          update: change[table] ?? '',
          delete: `delete from ledger.${table}`,
          truncate: `truncate ledger.${table}`,
        }
        for (const [verb, statement] of Object.entries(statements)) {
          if (may[login].has(`${verb} ${table}`)) continue
          await expect(db[login].query(statement), `${login} ${statement}`).rejects.toThrow(
            'permission denied',
          )
        }
      }
    },
  )

  test('the gateway login cannot write the tree, and the ledger login cannot write entries', async () => {
    for (const table of ['leaf', 'tile', 'checkpoint', 'head'])
      await expect(db.gateway.query(`insert into ledger.${table} default values`), table).rejects.toThrow(
        'permission denied',
      )
    for (const table of ['entry', 'outbox', 'secret', 'index', 'head'])
      await expect(db.ledger.query(`insert into ledger.${table} default values`), table).rejects.toThrow(
        'permission denied',
      )
    await expect(db.ledger.query('select * from ledger.secret')).rejects.toThrow('permission denied')
  })

  test('even the owner is stopped by triggers unless they are switched off', async () => {
    await expect(db.owner.query(change['entry'] ?? '')).rejects.toThrow('insert-only')
    for (const table of ['entry', 'leaf', 'tile', 'checkpoint']) {
      const emptied = db.owner.withTransaction(async (tx) => {
        if (table === 'tile') await tx.query(`insert into ledger.tile values (0, 0, decode(repeat('00', 8192), 'hex'))`) // prettier-ignore
        await tx.query(`delete from ledger.${table}`)
      })
      await expect(emptied).rejects.toThrow('insert-only')
      await expect(db.owner.query(`truncate ledger.${table}`)).rejects.toThrow('insert-only')
    }
  })

  test('the head cannot be moved to a size that is not the number of leaves', async () => {
    const move = (size: string) =>
      db.ledger.query(`update ledger.head set size = ${size}, version = version + 1`)
    for (const size of ['size + 1', 'size', '0'])
      await expect(move(size), size).rejects.toThrow('ledger.head')
  })
})

describe('the sequencer', () => {
  test('takes what commits late although its place is earlier, and loses nothing', async () => {
    const started = Promise.withResolvers<undefined>()
    const release = Promise.withResolvers<undefined>()
    const early = db.gateway.withTransaction(async (tx) => {
      const appended = await append(tx, views(2, 'late'), AT)
      started.resolve(undefined)
      await release.promise
      return appended
    })
    await started.promise
    const later = await db.write(...views(2, 'prompt'))
    await db.sequenceAll()
    const sizeBetween = await expectSoundTree()
    release.resolve(undefined)
    const entries = [...later, ...(await early)]
    await db.sequenceAll()
    expect(await expectSoundTree()).toBe(sizeBetween + 2)
    const { rows } = await db.owner.query('select entry_id from ledger.leaf order by seq desc limit 4')
    expect(rows.map((row) => row['entry_id']).toReversed()).toEqual(entries.map(({ entryId }) => entryId))
  })

  test('run by eight at once while others write gives one tree with every entry once', async () => {
    const before = await expectSoundTree()
    const writing = Promise.all(
      Array.from({ length: 60 }, (_, i) => db.write(...views(1 + (i % 9), `crowd-${i}`))),
    )
    const working = { on: true }
    const sequencers = Array.from({ length: 8 }, async () => {
      while (working.on) await sequence(db.ledger, { limit: 7 })
    })
    const written = (await writing).flat()
    working.on = false
    await Promise.all(sequencers)
    await db.sequenceAll()
    expect(await expectSoundTree()).toBe(before + written.length)
    expect(await counts()).toMatchObject({ outbox: 0 })
  })

  /** A sequencer that believes what it is told of the head, and needs no lock. */
  async function sequenceFrom(believed: Head): Promise<unknown> {
    return db.ledger.withTransaction((tx) => {
      const query: typeof tx.query = async (text, values) => {
        if (text.includes('pg_try_advisory')) return { rows: [{ held: true }], rowCount: 1 }
        if (!text.includes('from ledger.head')) return tx.query(text, values)
        const { size, root, version, edge } = believed
        return { rows: [{ size, root, version, edge: formatEdge(edge) }], rowCount: 1 }
      }
      return sequence({ query, withTransaction: (work) => work({ query }) }, { limit: 10 })
    })
  }

  test('that gets past the lock with a head from before is stopped by the keys, and changes nothing', async () => {
    const stale = await readHead(db.owner)
    await db.write(...views(2, 'moved'))
    await db.sequenceAll()
    await db.write(...views(1, 'fork'))
    const before = await counts()
    await expect(sequenceFrom(stale)).rejects.toThrow('leaf_pkey')
    expect(await counts()).toEqual(before)
  })

  test('that gets past lock and keys with another version of the head is stopped by the version', async () => {
    const head = await readHead(db.owner)
    const before = await counts()
    await expect(sequenceFrom({ ...head, version: head.version - 1 })).rejects.toMatchObject({
      code: 'head-contended',
    })
    expect(await counts()).toEqual(before)
    await db.sequenceAll()
    await expectSoundTree()
  })

  test('has full tiles of 256 in the database once there are that many', async () => {
    await db.write(...views(600, 'many'))
    await db.sequenceAll()
    const size = await expectSoundTree()
    const { rows } = await db.owner.query('select level, idx from ledger.tile order by level, idx')
    expect(rows).toEqual(Array.from({ length: Math.floor(size / 256) }, (_, idx) => ({ level: 0, idx })))
  })
})

describe('the access log', () => {
  const idsOf = async (...[filters, page]: [Parameters<typeof readLog>[1], Parameters<typeof readLog>[2]?]) =>
    (await readLog(db.gateway, filters, page ?? { limit: 50 })).lines.map(({ entryId }) => entryId)

  test('is found by type, person, subject, request, process and period, and shows who', async () => {
    const [first] = await db.gateway.withTransaction((tx) =>
      append(tx, [viewed('found', 'alan.turing@example.org')], new Date('2026-04-01T00:00:00Z')),
    )
    const [second] = await db.gateway.withTransaction((tx) =>
      append(
        tx,
        [
          {
            type: 'item.destroyed',
            actor: { kind: 'process', name: 'retention' },
            subjects: [
              { kind: 'item', id: 'item-9' },
              { kind: 'person', id: 'person-9' },
            ],
            correlation: 'job-9',
            detail: { method: 'key-destroyed', reason: 'its day has come' },
          },
        ],
        new Date('2026-04-02T00:00:00Z'),
      ),
    )
    const [a, b] = [first?.entryId, second?.entryId]
    expect(await idsOf({ actor: 'alan.turing@example.org' })).toEqual([a])
    expect(await idsOf({ subject: { kind: 'transfer', id: 'found' } })).toEqual([a])
    expect(await idsOf({ correlation: 'request-of-found', type: 'transfer.viewed' })).toEqual([a])
    expect(await idsOf({ type: 'item.destroyed' })).toEqual([b])
    expect(await idsOf({ process: 'retention' })).toEqual([b])
    expect(await idsOf({ subject: { kind: 'item', id: 'item-9' } })).toEqual([b])
    expect(await idsOf({ subject: { kind: 'person', id: 'person-9' } })).toEqual([b])
    expect(await idsOf({ from: new Date('2026-04-01T00:00:00Z') })).toEqual([b, a])
    expect(
      await idsOf({ from: new Date('2026-04-01T00:00:00Z'), until: new Date('2026-04-02T00:00:00Z') }),
    ).toEqual([a])
    expect(await idsOf({ type: 'item.destroyed', subject: { kind: 'transfer', id: 'found' } })).toEqual([])
    const { lines } = await readLog(db.gateway, { correlation: 'job-9' }, { limit: 1 })
    expect(lines[0]).toMatchObject({
      seq: undefined,
      actor: { kind: 'process', name: 'retention' },
      subjects: [{ kind: 'item', id: 'item-9' }, { kind: 'person', id: 'person-9' }], // prettier-ignore
      detail: { method: 'key-destroyed', reason: 'its day has come' },
    })
  })

  test('is read page by page, each entry once', async () => {
    const all = await idsOf({ type: 'transfer.viewed' }, { limit: 500 })
    const paged: string[] = []
    let before: string | undefined
    do {
      const page = await readLog(
        db.gateway,
        { type: 'transfer.viewed' },
        { limit: 123, ...(before && { before }) },
      )
      paged.push(...page.lines.map(({ entryId }) => entryId))
      before = page.older
    } while (before !== undefined && paged.length < 500)
    expect(paged.slice(0, 500)).toEqual(all)
    expect(new Set(paged).size).toBe(paged.length)
  })

  test('shows nothing where a value was erased, and refuses to show one that was changed', async () => {
    const [appended] = await db.write(viewed('erased', 'kurt.goedel@example.org'))
    const entryId = appended?.entryId ?? ''
    await db.owner.query(`delete from ledger.secret where entry_id = $1 and field = 'actor.ip'`, [entryId])
    const { lines } = await readLog(db.gateway, { subject: { kind: 'transfer', id: 'erased' } }, { limit: 1 })
    expect(lines[0]?.actor).toEqual({ kind: 'person', username: 'kurt.goedel@example.org', ip: null })
    await db.tamper(
      `update ledger.secret set value = 'somebody.else@example.org' where entry_id = '${entryId}'`,
    )
    await expect(
      readLog(db.gateway, { subject: { kind: 'transfer', id: 'erased' } }, { limit: 1 }),
    ).rejects.toMatchObject({
      code: 'commitment-broken',
    })
  })
})
