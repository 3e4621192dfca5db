// What the gateway of a benchmark stands in: the demonstration's own parts, with a PostgreSQL that waits for the disk at
// every commit, in a folder that is gone afterwards.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { signInHeadless } from '../demo/identity/sign-in.ts'
import { prepareEnvironment, scopes, type Environment } from '../demo/environment.ts'
import { systemClock } from '../gateway/clock.ts'
import { startEmbeddedDatabase } from '../gateway/embedded-database.ts'
import { openDatabase, type Database } from '../gateway/db.ts'
import { freePort } from '../gateway/embedded-postgres.ts'
import { createLog } from '../gateway/log.ts'
import { version } from '../gateway/version.ts'
import { wire, type Wiring } from '../gateway/wire.ts'

export interface Surroundings {
  readonly environment: Environment
  readonly ownerUrl: string
  /** An access token of that demonstration person. */
  tokenOf(person: string): Promise<string>
  end(): Promise<void>
}

export async function surround(): Promise<Surroundings> {
  const directory = await mkdtemp(path.join(tmpdir(), 'concordat-bench-'))
  // In a folder of its own: as root, the account that runs PostgreSQL has to reach it, and nothing else should.
  const cluster = await mkdtemp(path.join(tmpdir(), 'concordat-bench-postgres-'))
  const database = await startEmbeddedDatabase(cluster)
  const environment = await prepareEnvironment({
    adminUrl: (name) => database.server.url(name),
    ownerUrl: database.ownerUrl,
    gatewayUrl: database.gatewayUrl,
    ledgerUrl: database.ledgerUrl,
    directory,
    port: await freePort(),
    identityPort: await freePort(),
    sourceDatabase: 'case_system',
    people: 2_000,
    now: systemClock(),
  })
  return {
    environment,
    ownerUrl: database.ownerUrl,
    tokenOf: async (person) => {
      const { accessToken } = await signInHeadless({
        ...environment.commandLine,
        issuer: environment.identity.issuer,
        resource: environment.config.apiAudience,
        scope: ['openid', ...scopes].join(' '),
        person,
      })
      return accessToken
    },
    end: async () => {
      await environment.identity.close()
      await database.server.stop()
      for (const folder of [directory, cluster])
        await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** The parts of a gateway in this process, and the owner's login beside them. */
export async function withWiring<T>(
  work: (around: { readonly wiring: Wiring; readonly owner: Database }) => Promise<T>,
): Promise<T> {
  const around = await surround()
  const owner = openDatabase(around.ownerUrl, { applicationName: 'bench-owner', maxConnections: 1 })
  const log = createLog('error', process.stderr)
  const { config } = around.environment
  const wiring = await wire({ config, clock: systemClock, log, version, createMissingKeys: true })
  try {
    return await work({ wiring, owner })
  } finally {
    await wiring.close()
    await owner.close()
    await around.end()
  }
}

/** A request that is permitted to the analyst of the demonstration's open inspection. */
export function permittedRequest({ seeded }: Environment): Readonly<Record<string, unknown>> {
  return {
    inspection: seeded.inspection,
    dataset: 'self-harm-incidents',
    fields: ['prison_number', 'establishment_code', 'incident_date'],
    establishments: [seeded.establishment],
    periodFrom: '2025-12-01',
    periodTo: '2026-10-31',
    purpose: 'safety',
    relevance: 'Levels of self-harm are a line of enquiry under safety at this inspection.',
    statutoryBasis: 'Prison Act 1952, section 5A',
  }
}
