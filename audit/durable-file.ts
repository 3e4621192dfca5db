// Files that survive a power cut whole or not at all: written beside their place, synced, put there in one step, and the
// directory synced.
import { randomUUID } from 'node:crypto'
import { link, mkdir, open, rename, unlink } from 'node:fs/promises'
import path from 'node:path'

const READABLE_MODE = 0o640

/** Replaces what is there. */
export async function writeDurably(file: string, bytes: Uint8Array | string): Promise<void> {
  const draft = await writeDraft(file, bytes, READABLE_MODE)
  await rename(draft, file)
  await syncDirectory(path.dirname(file))
}

/** @returns false, having changed nothing, when the name is taken */
export async function createDurably(
  file: string,
  bytes: Uint8Array | string,
  mode = READABLE_MODE,
): Promise<boolean> {
  const draft = await writeDraft(file, bytes, mode)
  try {
    await link(draft, file)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    await unlink(draft)
  }
  await syncDirectory(path.dirname(file))
  return true
}

async function writeDraft(file: string, bytes: Uint8Array | string, mode: number): Promise<string> {
  const directory = path.dirname(file)
  await makeDirectory(directory)
  const draft = path.join(directory, `.draft-${randomUUID()}`)
  const handle = await open(draft, 'wx', mode)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } catch (error) {
    await unlink(draft)
    throw error
  } finally {
    await handle.close()
  }
  return draft
}

async function makeDirectory(directory: string): Promise<void> {
  const firstMade = await mkdir(directory, { recursive: true })
  if (firstMade === undefined) return
  const top = path.dirname(path.resolve(firstMade))
  for (let made = path.resolve(directory); made !== top; made = path.dirname(made))
    await syncDirectory(path.dirname(made))
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
