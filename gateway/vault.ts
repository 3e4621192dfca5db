// Where sealed items lie: ciphertext only, under innocuous random names, on a disk that the database's backups do not
// include. Files here; an object store behind the same interface where an item outgrows a disk.
import { createReadStream, createWriteStream } from 'node:fs'
import { constants, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export interface Vault {
  /** Stores the whole stream durably or nothing. Refuses a name that exists. */
  write(name: string, ciphertext: Readable): Promise<void>
  read(name: string): Readable
  /** Succeeds when the object is gone, also when it was gone before. */
  remove(name: string): Promise<void>
  has(name: string): Promise<boolean>
}

const objectName = /^[0-9a-f]{32,64}$/

/** @param directory made with mode 0700 when missing */
export async function openFileVault(directory: string): Promise<Vault> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const file = (name: string) => {
    if (!objectName.test(name)) throw new Error('a vault name is 32 to 64 hexadecimal digits')
    return path.join(directory, name)
  }
  return {
    write: (name, ciphertext) => writeWhole(directory, file(name), ciphertext),
    read: (name) => createReadStream(file(name), { highWaterMark: 1024 * 1024 }),
    remove: async (name) => {
      await rm(file(name), { force: true })
      await syncDirectory(directory)
    },
    has: (name) =>
      stat(file(name)).then(
        () => true,
        (error: unknown) => {
          if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
          throw error
        },
      ),
  }
}

async function writeWhole(directory: string, target: string, ciphertext: Readable): Promise<void> {
  const unfinished = `${target}.part`
  try {
    // `flush` forces the bytes to the disk before the file is closed.
    await pipeline(ciphertext, createWriteStream(unfinished, { mode: 0o600, flush: true }))
    await refuseExisting(target)
    await rename(unfinished, target)
    await syncDirectory(directory)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

async function refuseExisting(target: string): Promise<void> {
  const found = await stat(target).catch(() => undefined)
  if (found) throw new Error('the vault already holds an object of this name')
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY)
  await handle.sync().finally(() => handle.close())
}
