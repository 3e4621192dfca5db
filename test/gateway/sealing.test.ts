// Sealing: nothing is read but what was approved, nothing half-sealed is left wherever it breaks, and each request comes to
// one item however often and by however many it is sealed (hmpps-2025/16, 16-encryption).
import { readdir } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { openDatabase, type Database } from '../../gateway/db.ts'
import { createPostgresSource, type SourcePool } from '../../gateway/sources/postgres-source.ts'
import { sealPackage } from '../../gateway/transfers/seal.ts'
import { startWorker } from '../../gateway/worker.ts'
import { openMessage } from '../../keys/open-message.ts'
import type { ArmoredKeyPair } from '../../keys/openpgp-keys.ts'
import { plantable, type Step } from '../support/faults.ts'
import { enrolKey, entriesOf, startGateway, type TestGateway } from '../support/gateway.ts'
import { approve, askedFor, collect, partOf, stateOf, supply, transferAt } from '../support/transfers.ts'
import { readZip } from '../support/zip.ts'

describe('sealing', () => {
  let gateway: TestGateway
  let source: Database
  let key: ArmoredKeyPair
  const faults = plantable()
  /** What the source was sent, in order. */
  const statements: { text: string; values: unknown[] }[] = []
  beforeAll(async () => {
    gateway = await startGateway({
      withWorker: false,
      change: (wiring) => {
        source = openDatabase(wiring.config.sourceDatabaseUrl, {
          applicationName: 'watched-source',
          maxConnections: 3,
        })
        return faults.change({
          ...wiring,
          source: createPostgresSource(watched(source), wiring.datasets.values()),
        })
      },
    })
    key = await enrolKey(gateway)
  })
  afterAll(async () => {
    await source.close()
    await gateway.close()
  })
  afterEach(() => faults.clear())

  const watched = ({ pool }: Database): SourcePool => ({
    connect: async () => {
      const client = await pool.connect()
      return {
        query: (text, values = []) => {
          statements.push({ text, values })
          return client.query(text, values)
        },
        release: (destroy) => client.release(destroy),
      }
    },
  })
  const opened = async (id: string) =>
    readZip(
      await openMessage(await collect(gateway, id), {
        privateArmored: key.privateArmored,
        senderArmored: gateway.wiring.signer.publicArmored,
      }),
    )
  const inVault = async () => (await readdir(gateway.environment.config.vaultDirectory)).sort()
  const itemsOf = async (id: string) =>
    (
      await gateway.owner.query(
        'select vault_object, row_count, state from concordat.item where transfer_id = $1',
        [id],
      )
    ).rows
  const seal = (id: string) => sealPackage(gateway.wiring, id)
  const linesOf = (csv: Buffer | undefined) =>
    (csv ?? Buffer.alloc(0))
      .toString('utf8')
      .split('\r\n')
      .filter((line) => line !== '')

  test('hmpps-2025/16: the package holds exactly the rows and columns that were approved, and the source was asked for no others', async () => {
    const id = await transferAt(gateway, 'supplied')
    statements.length = 0
    await seal(id)
    const files = await opened(id)
    expect([...files.keys()]).toEqual(['data.csv', 'datapackage.json', 'HANDLING.txt'])
    const [header, ...rows] = linesOf(files.get('data.csv'))
    expect(header?.replace(/^\uFEFF/, '')).toBe('prison_number,establishment_code,incident_date')
    const { rows: there } = await source.query(
      `select count(*) as n from self_harm_incidents where establishment_code = 'LEI' and incident_date between '2025-01-01' and '2026-12-31'`,
    )
    expect(rows.length).toBe(there[0]?.['n'])
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) expect(row).toMatch(/^[A-Z]\d{4}[A-Z]{2},LEI,202[56]-\d\d-\d\d$/)
    const asked = statements.map(({ text }) => text).join('\n')
    expect(asked).toMatch(/"?prison_number"?/)
    for (const column of ['method', 'hospital_treatment', 'care_plan_open', 'location', 'first_month', '*'])
      expect(asked).not.toContain(column)
    expect(asked).not.toMatch(/custody_population|use_of_force/)
    expect(JSON.stringify(statements.map(({ values }) => values))).toContain('LEI')
    expect(await itemsOf(id)).toMatchObject([{ row_count: rows.length, state: 'sealed' }])
  })

  test('hmpps-2025/10-no-refusal: a part that was supplied holds that part and no more', async () => {
    const id = await askedFor(gateway)
    await approve(gateway, id)
    await supply(gateway, id, partOf(gateway))
    statements.length = 0
    await seal(id)
    const files = await opened(id)
    expect(linesOf(files.get('data.csv'))[0]?.replace(/^\uFEFF/, '')).toBe('prison_number,establishment_code')
    const described = JSON.parse((files.get('datapackage.json') ?? Buffer.alloc(0)).toString()) as {
      resources: { schema: { fields: { name: string }[] } }[]
    } // Frictionless
    expect(described.resources[0]?.schema.fields.map(({ name }) => name)).toEqual([
      'prison_number',
      'establishment_code',
    ])
    expect(files.get('HANDLING.txt')?.toString()).toMatch(/OFFICIAL-SENSITIVE/)
  })

  test('people who were named are the only ones in it, and nobody there is an empty package, not a failure', async () => {
    const { rows } = await source.query(
      `select prison_number, count(*) as n from self_harm_incidents where establishment_code = 'LEI' and incident_date between '2025-01-01' and '2026-12-31' group by 1 order by 1 limit 1`,
    )
    const number = String(rows[0]?.['prison_number'])
    for (const [named, expected] of [
      [number, Number(rows[0]?.['n'])],
      ['Z0000ZZ', 0],
    ] as const) {
      const id = await askedFor(gateway, { prisonNumbers: [named] })
      await approve(gateway, id)
      await supply(gateway, id)
      await seal(id)
      const [, ...lines] = linesOf((await opened(id)).get('data.csv'))
      expect(lines.length, named).toBe(expected)
      for (const line of lines) expect(line.startsWith(number)).toBe(true)
    }
  })

  test('what lies in the vault is named by nothing and readable by nobody without its key', async () => {
    const id = await transferAt(gateway, 'supplied')
    const before = new Set(await inVault())
    await seal(id)
    const [made, ...more] = (await inVault()).filter((name) => !before.has(name))
    expect([made, more]).toEqual([expect.stringMatching(/^[0-9a-f]{48}$/), []])
    const { rows } = await gateway.owner.query(
      'select row_to_json(i)::text as row from concordat.item i where transfer_id = $1',
      [id],
    )
    expect(String(rows[0]?.['row'])).not.toMatch(/prison_number|incident_date/)
  })

  const crashes: [what: string, step: Step, skip: number][] = [
    ['the vault takes nothing', 'vault.write', 0],
    ['the vault fails after it took it', 'vault.write.end', 0],
    ['the key store does not wrap the item key', 'wrap', 0],
    ['the plan is not committed', 'commit', 0],
    ['the item is not committed', 'commit', 1],
  ]
  test.each(crashes)(
    'when %s, nothing is left in the vault and there is no item, and trying again makes one',
    async (_what, step, skip) => {
      const id = await transferAt(gateway, 'supplied')
      const before = await inVault()
      faults.once(step, skip)
      await expect(seal(id)).rejects.toThrow('planted')
      expect(await inVault()).toEqual(before)
      expect([await itemsOf(id), await stateOf(gateway, id)]).toEqual([[], 'supplied'])
      await seal(id)
      expect([(await itemsOf(id)).length, await stateOf(gateway, id), (await inVault()).length]).toEqual([
        1,
        'available',
        before.length + 1,
      ])
      expect(linesOf((await opened(id)).get('data.csv')).length).toBeGreaterThan(1)
    },
  )

  test('a source that fails half-way leaves nothing behind either', async () => {
    const id = await transferAt(gateway, 'supplied')
    const before = await inVault()
    const failing = { ...gateway.wiring.source, read: async function* () { await Promise.resolve(); yield [{ prison_number: 'A1234BC', establishment_code: 'LEI', incident_date: '2026-01-01' }]; throw new Error('planted: the source went away') } } // prettier-ignore
    await expect(sealPackage({ ...gateway.wiring, source: failing }, id)).rejects.toThrow()
    expect([await inVault(), await itemsOf(id)]).toEqual([before, []])
  })

  test('a commit that was kept although its answer was lost keeps its object, and sealing again changes nothing', async () => {
    const id = await transferAt(gateway, 'supplied')
    faults.once('commit.end', 1)
    await seal(id)
    const [item] = await itemsOf(id)
    expect([await stateOf(gateway, id), (await inVault()).includes(String(item?.['vault_object']))]).toEqual([
      'available',
      true,
    ])
    await seal(id)
    expect(await itemsOf(id)).toEqual([item])
    expect((await opened(id)).size).toBe(3)
  })

  test('several workers that seal the same request at the same time come to one item and one object', async () => {
    const id = await transferAt(gateway, 'supplied')
    const before = await inVault()
    const results = await Promise.allSettled([1, 2, 3, 4].map(() => seal(id)))
    expect(results.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(1)
    expect([(await itemsOf(id)).length, (await inVault()).length]).toEqual([1, before.length + 1])
    await gateway.wiring.ledgerProcess.catchUp()
    expect((await entriesOf(gateway, `transfer=${id}&type=item.sealed`)).length).toBe(1)
    expect((await opened(id)).size).toBe(3)
  })

  test('hmpps-2025/11-relevance: an inspection that closed before the sealing stops it, as a refusal that is kept and recorded', async () => {
    const id = await transferAt(gateway, 'supplied')
    await gateway.owner.query(
      `update concordat.inspection set closed_on = current_date where reference = 'INS-2026-LEI-1'`,
    )
    statements.length = 0
    await expect(seal(id)).rejects.toThrow('hmpps-2025/11-relevance')
    await gateway.owner.query('update concordat.inspection set closed_on = null')
    expect([statements, await itemsOf(id)]).toEqual([[], []])
  })

  test('hmpps-2025/19: without a retention class nothing is sealed', async () => {
    const id = await transferAt(gateway, 'supplied')
    const before = await inVault()
    await expect(sealPackage({ ...gateway.wiring, retention: () => undefined }, id)).rejects.toThrow(
      'no retention class',
    )
    await gateway.owner.query(`update concordat.transfer set retention_class = 'made-up' where id = $1`, [id])
    await expect(seal(id)).rejects.toThrow('hmpps-2025/19')
    expect([await inVault(), await itemsOf(id)]).toEqual([before, []])
  })

  test('the queue tries a sealing that failed again by itself, and the failure is an entry', async () => {
    await gateway.owner.query('delete from pgboss.job')
    const id = await transferAt(gateway, 'supplied')
    faults.once('vault.write')
    const worker = await startWorker(gateway.wiring)
    try {
      await vi.waitFor(async () => expect(await stateOf(gateway, id)).toBe('available'), {
        timeout: 40_000,
        interval: 100,
      })
    } finally {
      await worker.stop()
    }
    expect(await itemsOf(id)).toHaveLength(1)
    const failed = await entriesOf(gateway, `type=job.failed&correlation=${id}`)
    expect(failed).toMatchObject([
      { actor: { kind: 'process', name: 'worker' }, detail: { job: 'seal-package' } },
    ])
  })
})
