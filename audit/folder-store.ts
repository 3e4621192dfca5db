// A log that is published to a folder. Whoever holds the publisher's lock is the one that writes it, so that a replacement has
// nothing to compare.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { createDurably, writeDurably } from './durable-file.ts'
import { folderLog } from './fsck/folder-log.ts'
import type { LogStore } from './log-store.ts'

export function folderStore(directory: string): LogStore {
  const log = folderLog(directory)
  const place = (name: string) => path.join(directory, name)
  return {
    ...log,
    look: async (name) => {
      const bytes = await log.read(name)
      return bytes && { bytes, version: '' }
    },
    create: (name, bytes) => createDurably(place(name), bytes),
    replace: async (name, bytes) => {
      await writeDurably(place(name), bytes)
      return true
    },
    remove: (name) => rm(place(name), { force: true }),
    removePartials: (name) => rm(place(`${name}.p`), { recursive: true, force: true }),
  }
}
