// Where the ledger is published and where its anchor is: LEDGER_DIRECTORY, or a bucket (LEDGER_STORE_URL), in the two profiles.
// In a bucket everything lies under the ledger's name, so that a ledger that was closed stays where it is.
import { mkdir, rename } from 'node:fs/promises'
import path from 'node:path'
import { type Anchor, fileAnchor } from '../audit/anchor.ts'
import { folderStore } from '../audit/folder-store.ts'
import type { LogStore } from '../audit/log-store.ts'
import { objectStore, storeAnchor } from '../audit/object-store.ts'
import type { Publication } from '../audit/published-files.ts'
import type { Config } from './config.ts'
import { openBucket } from './s3.ts'

export interface LedgerPlace {
  readonly anchor: Anchor
  readonly publications: readonly Publication[]
  /** The publication with the entries. */
  readonly full: LogStore
  /** What was published of a ledger that was closed makes room for the next. */
  readonly setAside: (epoch: number) => Promise<void>
  /** Where a ledger that was closed is published now. */
  readonly closed: (epoch: number, origin: string) => readonly Publication[]
  /** In words, for an operator. */
  readonly asideOf: (epoch: number) => string
}

export function ledgerPlace({ ledgerDirectory, ledgerStore, ledgerOrigin }: Pick<Config, 'ledgerDirectory' | 'ledgerStore' | 'ledgerOrigin'>): LedgerPlace {
  return ledgerStore ? inBucket(ledgerStore, ledgerOrigin) : inFolder(ledgerDirectory)
} // prettier-ignore

function inFolder(directory: string): LedgerPlace {
  const full = folderStore(path.join(directory, 'full'))
  return {
    anchor: fileAnchor(path.join(directory, 'anchor')),
    publications: profiles(folderStore(path.join(directory, 'hashes')), full),
    full,
    setAside: (epoch) => setAside(directory, epoch),
    closed: (epoch) => {
      const aside = path.join(directory, `closed-${epoch}`)
      return profiles(folderStore(path.join(aside, 'hashes')), folderStore(path.join(aside, 'full')))
    },
    asideOf: (epoch) => `LEDGER_DIRECTORY/closed-${epoch}`,
  }
}

function inBucket(settings: NonNullable<Config['ledgerStore']>, origin: string): LedgerPlace {
  const bucket = openBucket(settings)
  const full = objectStore(bucket, `${origin}/full/`)
  return {
    anchor: storeAnchor(objectStore(bucket, `${origin}/`)),
    publications: profiles(objectStore(bucket, `${origin}/hashes/`), full),
    full,
    setAside: () => Promise.resolve(),
    closed: (_, closed) =>
      profiles(objectStore(bucket, `${closed}/hashes/`), objectStore(bucket, `${closed}/full/`)),
    asideOf: () => `${bucket.name}/${origin}`,
  }
}

function profiles(hashes: LogStore, full: LogStore): readonly Publication[] {
  return [
    { profile: 'hashes', store: hashes },
    { profile: 'full', store: full },
  ]
}

async function setAside(directory: string, epoch: number): Promise<void> {
  const aside = path.join(directory, `closed-${epoch}`)
  await mkdir(aside, { recursive: true, mode: 0o700 })
  for (const name of ['hashes', 'full', 'anchor']) await moveIfThere(path.join(directory, name), path.join(aside, name)) // prettier-ignore
}

async function moveIfThere(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return
    throw error
  })
}
