// A published log in a folder.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { PublishedLog } from './published-log.ts'

export function folderLog(directory: string): PublishedLog {
  return {
    name: directory,
    read: (name) => readFile(path.join(directory, name)).catch(absent),
    partialWidths: async (name) => {
      const names = (await readdir(path.join(directory, `${name}.p`)).catch(absent)) ?? []
      return names.filter((width) => /^[1-9][0-9]{0,2}$/.test(width)).map(Number)
    },
  }
}

function absent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
    return undefined
  throw error
}
