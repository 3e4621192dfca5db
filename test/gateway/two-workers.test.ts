// Workers that are processes of their own destroy the same items at the same moment, and a worker whose clock jumps destroys nothing.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { destructionState } from '../../gateway/retention/overdue.ts'
import { sealPackage } from '../../gateway/transfers/seal.ts'
import { startWorker, sweep } from '../../gateway/worker.ts'
import { verifyCertificate } from '../../keys/verify-certificate.ts'
import { enrolKey, entriesOf, startGateway, type TestGateway } from '../support/gateway.ts'
import { collect, transferAt } from '../support/transfers.ts'

const workers = 2
const items = 4

describe('on the date', () => {
  let gateway: TestGateway
  let destroyOn: string
  beforeAll(async () => {
    gateway = await startGateway({ withWorker: false, people: 300 })
    await enrolKey(gateway)
    for (let each = 0; each < items; each += 1) await sealPackage(gateway.wiring, await transferAt(gateway, 'supplied')) // prettier-ignore
    const { rows } = await gateway.owner.query('select max(destroy_on) as day from concordat.item')
    destroyOn = String(rows[0]?.['day'])
  })
  afterAll(() => gateway.close())

  const sealed = async () => Number((await gateway.owner.query(`select count(*) as n from concordat.item where state = 'sealed'`)).rows[0]?.['n']) // prettier-ignore

  test('hmpps-2025/19-destruction: a worker whose clock jumped, forward or back, destroys nothing, says so, is noticed, and works on when it is right again', async () => {
    for (const jumpMs of [400 * 86_400_000, -400 * 86_400_000]) {
      const before = gateway.logLines().length
      let now = () => Date.now() + jumpMs
      const worker = await startWorker({ ...gateway.wiring, clock: () => new Date(now()) })
      try {
        const told = () =>
          gateway
            .logLines()
            .slice(before)
            .filter((line) => line.includes('seconds apart'))
        await vi.waitFor(() => expect(told().length).toBeGreaterThan(0), 20_000)
        expect(await sealed()).toBe(items)
        expect(await entriesOf(gateway, 'type=item.destroyed')).toEqual([])
        expect((await gateway.owner.query('select from concordat.job_pass')).rowCount).toBe(0)
      } finally {
        now = Date.now
        await worker.stop()
      }
    }
    // As health has it half an hour after a start.
    const isStopped = async () => (await destructionState(gateway.wiring.db, new Date(), new Date(Date.now() - 31 * 60_000))).isStopped // prettier-ignore
    expect(await isStopped()).toBe(true)
    const worker = await startWorker(gateway.wiring)
    await vi.waitFor(async () => expect(await isStopped()).toBe(false), 20_000)
    await worker.stop()
    expect(await sealed()).toBe(items)
  })

  test('hmpps-2025/19-destruction: several workers at once destroy each item once, with one entry and one certificate each', async () => {
    const { rows } = await gateway.owner.query(`select id, transfer_id from concordat.item where state = 'sealed'`) // prettier-ignore
    await collect(gateway, String(rows[0]?.['transfer_id']))
    const children: ChildProcess[] = []
    for (let each = 0; each < workers; each += 1) {
      const child = fork(path.join(import.meta.dirname, 'destroy-child.ts'), { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] }) // prettier-ignore
      child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk.toString()))
      child.send({ config: { ...gateway.environment.config, port: 0 }, at: `${destroyOn}T12:00:00Z` })
      children.push(child)
    }
    /** A child that ends without a word is told of at once. */
    const heard = async (child: ChildProcess) => {
      const ended = once(child, 'exit').then(() =>
        Promise.reject(new Error(errors.join('') || 'It ended without a word.')),
      )
      const [said] = (await Promise.race([once(child, 'message'), ended])) as [unknown]
      return said
    }
    await Promise.all(children.map(heard))
    const reports = children.map(async (child) => ((await heard(child)) as { destroyed: string[] }).destroyed) // as destroy-child.ts says
    const exits = children.map((child) => once(child, 'exit'))
    for (const child of children) child.send('go')
    const destroyed = (await Promise.all(reports)).flat()
    for (const [code] of await Promise.all(exits)) expect(code, errors.join('')).toBe(0)

    expect(new Set(destroyed)).toEqual(new Set(rows.map((row) => String(row['id']))))
    expect(await sealed()).toBe(0)
    const said = await entriesOf(gateway, 'type=item.destroyed')
    expect(said).toHaveLength(items)
    // Several processes numbered and signed at once: what none of them could certify yet the next pass does.
    await gateway.wiring.ledgerProcess.catchUp()
    await sweep({ ...gateway.wiring, clock: () => new Date(`${destroyOn}T12:00:00Z`) })
    const certificates = await gateway.owner.query('select item_id, jws from concordat.certificate')
    expect(new Set(certificates.rows.map((row) => row['item_id'])).size).toBe(certificates.rows.length)
    expect(certificates.rows.length).toBe(items)
    for (const { jws } of certificates.rows)
      expect((await verifyCertificate(String(jws), gateway.wiring.certificateJwk)).verified).toBe(true)
    const shelves = await gateway.owner.query('select ref, state from concordat.shelf')
    for (const { ref, state } of shelves.rows)
      expect([state, await gateway.wiring.keyStore.stateOf(String(ref))]).toEqual(['destroyed', 'destroyed'])
    const transfers = await gateway.owner.query(`select distinct t.state from concordat.transfer t join concordat.item i on i.transfer_id = t.id`) // prettier-ignore
    expect(transfers.rows.map((row) => row['state'])).toEqual(['destroyed'])
  }, 180_000)
  const errors: string[] = []
})
