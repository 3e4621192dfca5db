// Runs the command as a person does, in a process of its own.
import { execFile } from 'node:child_process'
import path from 'node:path'

const command = path.resolve(import.meta.dirname, '../../gateway/cli/concordat.ts')

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** @param env the whole environment of the command */
export function concordat(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [command, ...args], { env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err })
    })
  })
}
