// Runs the command as a person does, in a process of its own.
import { execFile } from 'node:child_process'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')
const command = path.join(root, 'gateway/cli/concordat.ts')

/** Half of a short command's time is the reading of its own source: Node keeps what it made of it. */
export const compileCache = { NODE_COMPILE_CACHE: path.join(root, 'node_modules/.cache/node-compile') }

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** @param env the whole environment of the command, but for the cache */
export function concordat(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [command, ...args],
      { env: { ...compileCache, ...env } },
      (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code), out, err })
      },
    )
  })
}
