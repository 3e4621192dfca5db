// Files that are either there in full or not there at all, and that are gone when they are deleted:
// temporary file, fsync, rename or link, fsync of the directory; and overwrite, fsync, unlink, fsync of the directory.
import { randomUUID } from 'node:crypto'
import { link, open, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** @returns the permission bits of a directory, or undefined when there is none */
export async function directoryMode(dir: string): Promise<number | undefined> {
  try {
    const found = await stat(dir)
    return found.isDirectory() ? found.mode & 0o777 : undefined
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

/** Writes a file (mode 0600) that must not exist yet. @returns false, with nothing changed, when it does */
export async function writeNew(path: string, bytes: Uint8Array): Promise<boolean> {
  const temporary = await writeTemporary(path, bytes)
  try {
    // link, unlike rename, refuses an existing name, and does so atomically between processes.
    await link(temporary, path)
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false
    throw error
  } finally {
    await unlink(temporary)
    await syncDirectory(dirname(path))
  }
  return true
}

/** Writes a file (mode 0600), in place of one with the same name if there is one. */
export async function writeOver(path: string, bytes: Uint8Array): Promise<void> {
  await rename(await writeTemporary(path, bytes), path)
  await syncDirectory(dirname(path))
}

/** Overwrites the file's bytes, then removes it. Nothing to do when it is gone already. */
export async function shred(path: string): Promise<void> {
  try {
    const file = await open(path, 'r+')
    try {
      const { size } = await file.stat()
      await file.write(Buffer.alloc(size), 0, size, 0)
      await file.sync()
    } finally {
      await file.close()
    }
    await unlink(path)
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
  }
  await syncDirectory(dirname(path))
}

export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

async function writeTemporary(path: string, bytes: Uint8Array): Promise<string> {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`)
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } catch (error) {
    await unlink(temporary) // a disk that is full keeps no part of a key
    throw error
  } finally {
    await file.close()
  }
  return temporary
}

async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
