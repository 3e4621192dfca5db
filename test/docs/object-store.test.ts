// The runbook's pages on an object store, rehearsed with a gateway whose ledger is in one, and with the commands as they stand there.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openNewEpoch } from '../../audit/new-epoch.ts'
import { recoverFromPublished } from '../../audit/recover.ts'
import { ledgerPlace } from '../../gateway/ledger-place.ts'
import { parseVerifierKey } from '../../audit/note.ts'
import { startGateway, type TestGateway } from '../support/gateway.ts'
import { startStore, type StoreDouble } from '../support/s3-double.ts'
import { blocksOf, readDocument, root } from './documents.ts'

const run = promisify(execFile)
const blocks = blocksOf(readDocument('docs/runbook.md'))

describe('a ledger in an object store', () => {
  let store: StoreDouble
  let gateway: TestGateway
  let directory: string
  let environment: Record<string, string>
  beforeAll(async () => {
    store = await startStore()
    gateway = await startGateway({ ledgerStore: store.settings })
    directory = await mkdtemp(path.join(tmpdir(), 'concordat-store-'))
    const { ledgerDirectory, ledgerOrigin } = gateway.environment.config
    const { url, access } = store.settings
    environment = { LEDGER_STORE_URL: url, LEDGER_ORIGIN: ledgerOrigin, LEDGER_DIRECTORY: ledgerDirectory, AWS_REGION: access.region, AWS_ACCESS_KEY_ID: access.accessKeyId, AWS_SECRET_ACCESS_KEY: access.secretAccessKey } // prettier-ignore
    await writeFile(path.join(directory, 'ledger.vkey'), `${gateway.wiring.verifierKey}\n`)
  })
  afterAll(async () => {
    await gateway.close()
    await store.close()
    await rm(directory, { recursive: true, force: true })
  })

  const health = async () => fetch(`${gateway.url}/health`)
  const keyOf = (name: string) => `${gateway.environment.config.ledgerOrigin}/${name}`
  async function shell(part: string): Promise<string> {
    const found = blocks.find(({ language, text }) => language === 'sh' && text.includes(part))
    if (!found) throw new Error(`the runbook has no command with ${part}`)
    const script = found.text.replaceAll(
      'npx concordat',
      `'${process.execPath}' ${root}/gateway/cli/concordat.ts`,
    )
    return (await run('sh', ['-e', '-c', script], { cwd: directory, env: { PATH: '/usr/bin:/bin', ...environment } })).stdout // prettier-ignore
  }

  test('is checked by its address alone, and its entries by whoever may read them', async () => {
    await (await gateway.as('ayesha.rahman')).get('/api/v1/requests')
    await gateway.settle()
    const told = await shell('ledger fsck --files "s3+')
    expect(told.match(/passed {3}checkpoint/g)).toHaveLength(2)
    expect(told).toContain('This publication holds hashes only')
    expect(told).toMatch(/passed {3}published entries/)
  })

  test('that does not answer is DOWN and says so, while requests go on; then it goes on from where it was', async () => {
    const analyst = await gateway.as('ayesha.rahman')
    store.plant = () => '500'
    onTestFinished(() => {
      store.plant = () => undefined
    })
    await expect.poll(async () => (await health()).status, { timeout: 20_000 }).toBe(500)
    expect((await analyst.get('/api/v1/requests')).status).toBe(200)
    expect(gateway.logLines().some((line) => line.includes('"ledger.publish"') && line.includes('answered GET with 500 (InternalError)'))).toBe(true) // prettier-ignore
    expect((await (await health()).json()) as unknown).toMatchObject({
      components: { ledger: { status: 'DOWN' } },
    })
    expect((await gateway.wiring.ledgerProcess.state()).failure).toBe('store-unanswered')
    store.plant = () => undefined
    await gateway.settle()
    expect((await health()).status).toBe(200)
  })

  test('that lost its anchor freezes; the command makes it again from a checkpoint kept elsewhere', async () => {
    await gateway.settle()
    await writeFile(
      path.join(directory, 'kept.checkpoint'),
      store.objects.get(keyOf('hashes/checkpoint')) ?? '',
    )
    store.objects.delete(keyOf('anchor'))
    const analyst = await gateway.as('ayesha.rahman')
    await expect.poll(() => gateway.wiring.ledgerDoubt(), { timeout: 20_000 }).toBe('anchor-missing')
    expect((await analyst.get('/api/v1/requests')).status).toBe(503)
    await shell('--checkpoint kept.checkpoint')
    await gateway.settle()
    expect((await analyst.get('/api/v1/requests')).status).toBe(200)
  })

  test('came out of a folder with its anchor, by the command; and an anchor is never moved back', async () => {
    await gateway.settle()
    const { ledgerDirectory } = gateway.environment.config
    const note = store.objects.get(keyOf('full/checkpoint'))
    const anchor = store.objects.get(keyOf('anchor'))
    await mkdir(path.join(ledgerDirectory, 'full'), { recursive: true })
    await writeFile(path.join(ledgerDirectory, 'full/checkpoint'), note ?? '')
    await expect(shell('--checkpoint "$LEDGER_DIRECTORY')).rejects.toThrow()
    store.objects.delete(keyOf('anchor'))
    expect(await shell('--checkpoint "$LEDGER_DIRECTORY')).toContain('entries now.')
    expect(store.objects.get(keyOf('anchor'))).toEqual(anchor)
    await writeFile(path.join(ledgerDirectory, 'full/checkpoint'), note?.toString().replace(/\n\d+\n/, '\n999\n') ?? '') // prettier-ignore
    await expect(shell('--checkpoint "$LEDGER_DIRECTORY')).rejects.toThrow()
    expect(store.objects.get(keyOf('anchor'))).toEqual(anchor)
  })

  test('is continued after a restore, and closed where it is', async () => {
    await gateway.settle()
    const { config } = gateway.environment
    const place = ledgerPlace({ ...config, ledgerStore: store.settings })
    const keys = [await parseVerifierKey(gateway.wiring.verifierKey)]
    const deps = { db: gateway.owner, log: place.full, keys, origin: config.ledgerOrigin, anchor: place.anchor, clock: () => new Date() } // prettier-ignore
    expect(await recoverFromPublished(deps)).toMatchObject({ outcome: 'nothing-missing' })
    await gateway.wiring.ledgerProcess.stop()
    const published = store.objects.get(keyOf('full/checkpoint'))
    const again = () => openNewEpoch({ ...deps, newOrigin: 'gateway.example/audit/8', setAside: place.setAside }) // prettier-ignore
    expect(await again()).toMatchObject({ epoch: 2 })
    expect(await again()).toMatchObject({ epoch: 2 })
    expect(store.objects.get(keyOf('full/checkpoint'))).toEqual(published)
    expect(place.asideOf(1)).toBe(`${store.settings.url}/${config.ledgerOrigin}`)
  })
})
