// One PostgreSQL for the whole run: embedded, or TEST_DATABASE_URL (a superuser's). It holds one migrated template
// database, from which each test file copies its own.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '../../gateway/embedded-postgres.ts'
import { openDatabase } from '../../gateway/db.ts'
import { migrate } from '../../gateway/migrate.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    adminUrl: string
    template: string
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer()
  const template = `concordat_template_${process.pid}`
  const admin = openDatabase(server.url('postgres'), { applicationName: 'test-setup', maxConnections: 1 })
  await admin.query(`create database ${template}`)
  await migrate(server.url(template))
  project.provide('adminUrl', server.url('postgres'))
  project.provide('template', template)
  return async () => {
    await admin.query(`drop database ${template} with (force)`)
    await admin.close()
    await server.stop()
  }
}

async function startServer(): Promise<{ url(database: string): string; stop(): Promise<void> }> {
  const given = process.env['TEST_DATABASE_URL']
  if (given) {
    const url = (database: string) => Object.assign(new URL(given), { pathname: `/${database}` }).href
    return { url, stop: () => Promise.resolve() }
  }
  const directory = await mkdtemp(path.join(tmpdir(), 'concordat-test-'))
  const server = await startEmbeddedPostgres({
    directory,
    settings: { fsync: 'off', full_page_writes: 'off' },
  })
  return {
    url: (database) => server.url(database),
    stop: async () => {
      await server.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
