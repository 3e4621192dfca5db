// The copy of the ledger in the HMPPS audit queue: the shape of its messages, that none is lost, that it names nobody, and that
// nothing waits for it.
import { Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mirrorNext, type MirrorDeps, readMirrorLag } from '../../audit/mirror/mirror.ts'
import { createLog } from '../../gateway/log.ts'
import { createMirror, mirrorTo } from '../../gateway/ledger-mirror.ts'
import { access, type QueueDouble, startQueue } from '../support/queue-double.ts'
import { AT, type LedgerFixture, openLedger, viewed, views } from './ledger-fixture.ts'

let db: LedgerFixture
let queue: QueueDouble
beforeEach(async () => {
  db = await openLedger()
  queue = await startQueue()
})
afterEach(async () => {
  await queue.close()
  await db.close()
})

const depsOf = (change: Partial<typeof access> = {}): MirrorDeps =>
  mirrorTo({ url: queue.url, service: 'concordat', access: { ...access, ...change } }, () => AT)
const messages = () => queue.messages.map(({ MessageBody }) => JSON.parse(MessageBody) as Record<string, unknown>) // prettier-ignore

async function drain(deps = depsOf()): Promise<void> {
  while ((await mirrorNext(db.ledger, deps)) > 0);
}

async function entryIds(): Promise<unknown[]> {
  return (await db.owner.query('select entry_id from ledger.leaf order by seq')).rows.map(({ entry_id: id }) => id) // prettier-ignore
}

describe('a message', () => {
  test('has the fields of an HMPPS audit event, and names nobody', async () => {
    await db.write(
      { ...viewed('transfer-1'), subjects: [{ kind: 'transfer', id: 'transfer-1' }, { kind: 'person', id: 'person-7' }] }, // prettier-ignore
    )
    await db.sequenceAll()
    await drain()
    const [id] = await entryIds()
    const [message] = messages()
    expect(Object.keys(message ?? {}).toSorted()).toEqual(['correlationId', 'details', 'operationId', 'service', 'subjectId', 'subjectType', 'what', 'when', 'who']) // prettier-ignore
    expect(message).toMatchObject({ what: 'TRANSFER_VIEWED', when: AT.toISOString(), operationId: id, subjectId: 'transfer-1', subjectType: 'TRANSFER', correlationId: 'request-of-transfer-1', service: 'concordat' }) // prettier-ignore
    expect(message?.['who']).toMatch(/^c1:/)
    expect(JSON.parse(String(message?.['details']))).toMatchObject({ number: 0, as: 'page' })
    expect(JSON.stringify(queue.messages)).not.toMatch(/ada\.lovelace|192\.0\.2\.7|person-7/)
  })
})

describe('the mirror', () => {
  test('copies every entry once, in order, ten at a time, and says how far behind it is', async () => {
    await db.write(...views(25))
    expect(await readMirrorLag(db.ledger)).toEqual({ behind: 0, since: undefined })
    await db.sequenceAll()
    expect(await readMirrorLag(db.ledger)).toEqual({ behind: 25, since: AT })
    expect(await mirrorNext(db.ledger, depsOf())).toBe(10)
    expect(await readMirrorLag(db.ledger)).toEqual({ behind: 15, since: AT })
    await drain()
    expect(messages().map(({ operationId }) => operationId)).toEqual(await entryIds())
    expect(await readMirrorLag(db.ledger)).toEqual({ behind: 0, since: undefined })
  })

  test.each([
    ['refuses', { status: 500, body: '{}', keeps: false }],
    ['takes some', { status: 200, body: '{"Failed":[{"Code":"InternalError"}]}', keeps: false }],
  ])('keeps its place when the queue %s, and loses nothing', async (_, fault) => {
    await db.write(...views(3))
    await db.sequenceAll()
    queue.fault = fault
    await expect(mirrorNext(db.ledger, depsOf())).rejects.toThrow(/The queue/)
    expect(await readMirrorLag(db.ledger)).toMatchObject({ behind: 3 })
    queue.fault = undefined
    await drain()
    expect(messages().map(({ operationId }) => operationId)).toEqual(await entryIds())
  })

  test('sends again under the same ids what the queue took without saying so', async () => {
    await db.write(...views(3))
    await db.sequenceAll()
    queue.fault = { status: 502, body: '', keeps: true }
    await expect(mirrorNext(db.ledger, depsOf())).rejects.toThrow(/The queue/)
    queue.fault = undefined
    await drain()
    expect(queue.messages).toHaveLength(6)
    expect(new Set(queue.messages.map(({ Id }) => Id)).size).toBe(3)
  })

  test('sends nothing that the queue would take from anybody: a wrong secret is refused', async () => {
    await db.write(...views(1))
    await db.sequenceAll()
    await expect(mirrorNext(db.ledger, depsOf({ secretAccessKey: 'another' }))).rejects.toThrow('403')
    expect(queue.messages).toEqual([])
  })

  test('two at once send everything once', async () => {
    await db.write(...views(30))
    await db.sequenceAll()
    await Promise.all([drain(), drain()])
    await drain()
    expect(queue.messages).toHaveLength(30)
  })

  test('begins again with a new ledger', async () => {
    await db.write(...views(2))
    await db.sequenceAll()
    await drain()
    await db.tamper('update ledger.head set epoch = 2')
    expect(await readMirrorLag(db.ledger)).toMatchObject({ behind: 2 })
    await drain()
    expect(new Set(queue.messages.map(({ Id }) => Id)).size).toBe(2)
  })

  test('that fails is said once, tried again after a pause, and never thrown at the ledger’s loop', async () => {
    await db.write(...views(1))
    await db.sequenceAll()
    let now = AT
    const lines: string[] = []
    const log = createLog('info', new Writable({ write: (chunk: Buffer, _, done) => done(void lines.push((JSON.parse(chunk.toString()) as { message: string }).message)) })) // prettier-ignore
    const mirror = createMirror(db.ledger, { ...depsOf(), clock: () => now }, log)
    queue.fault = { status: 500, body: '', keeps: false }
    const pass = async () => {
      mirror.begin()
      await mirror.running()
    }
    await pass()
    await pass() // not yet
    expect(lines).toEqual(['ledger.mirror'])
    now = new Date(AT.getTime() + 2000)
    await pass()
    expect(lines).toEqual(['ledger.mirror'])
    queue.fault = undefined
    now = new Date(AT.getTime() + 10_000)
    await pass()
    expect(lines).toEqual(['ledger.mirror', 'ledger.mirrored'])
    expect(queue.messages).toHaveLength(1)
  })
})
