// A whole gateway for a test: its own migrated database as the roles of production, a small synthetic case system, the real
// identity provider, real files, on ports of its own. Faults are planted through `change`.
import { mkdtemp, rm } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { inject } from 'vitest'
import { signIn, type Client } from '../../demo/client.ts'
import type { demonstrationPeople } from '../../demo/identity/people.ts'
import { prepareEnvironment, type Environment } from '../../demo/environment.ts'
import { openMessage } from '../../keys/open-message.ts'
import { createPersonKey, type ArmoredKeyPair } from '../../keys/openpgp-keys.ts'
import type { Config } from '../../gateway/config.ts'
import { openDatabase, type Database } from '../../gateway/db.ts'
import { freePort } from '../../gateway/embedded-postgres.ts'
import { createLog } from '../../gateway/log.ts'
import { serve } from '../../gateway/serve.ts'
import { wire, type Wiring } from '../../gateway/wire.ts'
import { openHubForAll } from './hub.ts'
import { freshDatabase, type FreshDatabase } from './database.ts'

export interface TestGateway {
  readonly environment: Environment
  readonly wiring: Wiring
  readonly fresh: FreshDatabase
  /** Superuser: to look and to plant faults. */
  readonly owner: Database
  readonly directory: string
  readonly url: string
  /** Signed in over the real provider; the same client each time for the same person. */
  as(subject: Subject): Promise<Client>
  /** Every line of the operator's log so far. */
  logLines(): string[]
  /** Waits for the worker's jobs and brings the ledger up to date. */
  settle(): Promise<void>
  close(): Promise<void>
}

export type Subject = (typeof demonstrationPeople)[number]['subject']

export interface TestGatewayOptions {
  /** Replaces parts of the wiring before it serves: another clock, a broken vault. */
  readonly change?: (wiring: Wiring) => Wiring | Promise<Wiring>
  readonly withWorker?: boolean
  readonly people?: number
  /** With the witnesses of the demonstration. */
  readonly witnessed?: boolean
  /** The bucket that its ledger is published to; a folder when it is left out. */
  readonly ledgerStore?: NonNullable<Config['ledgerStore']>
  /** Whether users of the Performance Hub have yet to accept its conditions; they have when it is left out. */
  readonly hub?: 'closed'
}

export async function startGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const fresh = await freshDatabase()
  const directory = await mkdtemp(path.join(tmpdir(), 'concordat-gateway-'))
  const adminUrl = (database: string) =>
    Object.assign(new URL(inject('adminUrl')), { pathname: `/${database}` }).href
  const sourceDatabase = `source_${randomBytes(6).toString('hex')}`
  const environment = await prepareEnvironment({
    adminUrl, ownerUrl: fresh.ownerUrl, gatewayUrl: fresh.gatewayUrl, ledgerUrl: fresh.ledgerUrl, directory,
    port: await freePort(), identityPort: await freePort(), sourceDatabase, people: options.people ?? 3000, now: new Date(), witnessed: options.witnessed ?? false,
  }) // prettier-ignore
  const written = new PassThrough()
  const lines: string[] = []
  written.on('data', (chunk: Buffer) => lines.push(...chunk.toString('utf8').trimEnd().split('\n')))
  const log = createLog('debug', written)
  const wired = await wire({
    config: { ...environment.config, ledgerStore: options.ledgerStore },
    clock: () => new Date(),
    log,
    version: 'test',
    createMissingKeys: true,
  })
  const wiring = options.change ? await options.change(wired) : wired
  const running = await serve(wiring, { withWorker: options.withWorker ?? true })
  const owner = openDatabase(fresh.ownerUrl, { applicationName: 'test-owner', maxConnections: 2 })
  if (options.hub !== 'closed') await openHubForAll(owner)
  const clients = new Map<Subject, Promise<Client>>()
  return {
    environment, wiring, fresh, owner, directory,
    url: environment.config.publicUrl,
    as: (subject) => {
      const known = clients.get(subject) ?? signIn(environment, subject)
      clients.set(subject, known)
      return known
    },
    logLines: () => lines,
    settle: () => settle(wiring, owner),
    close: async () => {
      await running.stop()
      await environment.identity.close()
      await environment.witnesses?.stop()
      await owner.close()
      await fresh.drop()
      await dropDatabase(sourceDatabase)
      await rm(directory, { recursive: true, force: true })
    },
  } // prettier-ignore
}

async function dropDatabase(name: string): Promise<void> {
  const admin = openDatabase(inject('adminUrl'), { applicationName: 'test-admin', maxConnections: 1 })
  await admin.query(`drop database if exists ${name} with (force)`)
  await admin.close()
}

async function settle(wiring: Wiring, owner: Database): Promise<void> {
  const until = Date.now() + 60_000
  for (;;) {
    const { rows } = await owner.query(
      `select count(*) as busy from pgboss.job where state in ('created', 'retry', 'active')`,
    )
    if (rows[0]?.['busy'] === 0) break
    if (Date.now() > until) throw new Error('the worker did not finish within a minute')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await wiring.ledgerProcess.catchUp()
}

/** A request that is permitted to Ayesha Rahman. */
export function permittedRequest(gateway: TestGateway): Record<string, unknown> {
  const { inspection, establishment } = gateway.environment.seeded
  return {
    inspection,
    dataset: 'self-harm-incidents',
    fields: ['prison_number', 'establishment_code', 'incident_date'],
    establishments: [establishment],
    periodFrom: '2025-01-01',
    periodTo: '2026-12-31',
    purpose: 'safety',
    relevance: 'Levels of self-harm are a line of enquiry.',
    statutoryBasis: 'Prison Act 1952, section 5A',
  }
}

/** Offers a fresh key, answers its challenge, and gives it back. */
export async function enrolKey(
  gateway: TestGateway,
  subject: Subject = 'ayesha.rahman',
): Promise<ArmoredKeyPair> {
  const client = await gateway.as(subject)
  const { email } = (await client.get('/api/v1/me')).json()
  const key = await createPersonKey({
    name: subject,
    email: String(email),
    at: new Date(Date.now() - 60_000),
  })
  const offered = (await client.post('/api/v1/keys', { armored: key.publicArmored })).json()
  const opened = await openMessage(String(offered['message']), {
    privateArmored: key.privateArmored,
    senderArmored: gateway.wiring.signer.publicArmored,
  })
  const answer = /[0-9A-Z-]{20,}/.exec(Buffer.from(opened).toString('utf8'))?.[0]
  const answered = await client.post('/api/v1/keys/answer', { fingerprint: offered['fingerprint'], answer })
  if (answered.status !== 200) throw new Error(`the key was not enrolled: ${answered.bytes.toString('utf8')}`)
  if (answered.json()['state'] === 'waiting')
    await confirmKey(gateway, colleagues[subject] ?? 'gwen.pritchard', key)
  return key
}

const colleagues: Partial<Record<Subject, Subject>> = {
  'gwen.pritchard': 'ayesha.rahman',
  'daniel.okafor': 'nadia.hussain',
  'nadia.hussain': 'daniel.okafor',
}

/** A colleague hears the end of the fingerprint and confirms the change. */
export async function confirmKey(
  gateway: TestGateway,
  colleague: Subject,
  { fingerprint }: Pick<ArmoredKeyPair, 'fingerprint'>,
): Promise<void> {
  const client = await gateway.as(colleague)
  const { changes } = (await client.get('/api/v1/keys/changes')).json() as { changes: { id: string }[] } // as it answers
  const [change] = changes
  const answer = await client.post(`/api/v1/keys/changes/${change?.id ?? ''}/confirm`, {
    heard: fingerprint.slice(-8),
  })
  if (answer.status !== 200) throw new Error(`the change was not confirmed: ${answer.bytes.toString('utf8')}`)
}

/** @returns the id of a request in that state, brought there by the people whose acts they are */
export async function transferIn(
  gateway: TestGateway,
  state: 'requested' | 'approved' | 'available',
): Promise<string> {
  const made = await (await gateway.as('ayesha.rahman')).post('/api/v1/requests', permittedRequest(gateway))
  if (made.status !== 201) throw new Error(made.bytes.toString('utf8'))
  const id = String(made.json()['id'])
  if (state === 'requested') return id
  await (await gateway.as('gwen.pritchard')).post(`/api/v1/requests/${id}/approve`)
  if (state === 'approved') return id
  await (await gateway.as('daniel.okafor')).post(`/api/v1/requests/${id}/supply`, { outcome: 'supply' })
  await gateway.settle()
  return id
}

/** Entries about a transfer, or of a request, oldest first, as the assurance officer sees them. */
export async function entriesOf(gateway: TestGateway, filter: string): Promise<Record<string, unknown>[]> {
  const officer = await gateway.as('marta.kowalczyk')
  const { entries } = (await officer.get(`/api/v1/ledger/entries?${filter}`)).json()
  return (entries as Record<string, unknown>[]).toReversed()
}
