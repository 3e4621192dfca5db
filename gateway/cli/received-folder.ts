// Where deliveries are kept on the receiving side: a folder each, whole or not there, and `received.json`, which says what came
// last. The folder stands before the state moves on, so that whatever is interrupted is done again and nothing is skipped.
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { isErrno, writeOver } from '../../keys/durable-file.ts'
import { UsageFault } from './failure.ts'
import type { Files, Received } from './received-delivery.ts'

const stateShape = z.strictObject({
  delivery: z.int().min(1),
  manifestSha256: z.string().regex(/^[0-9a-f]{64}$/),
})

/** @throws {UsageFault} where the state cannot be read: what was received is not guessed */
export async function readReceived(folder: string): Promise<Received | undefined> {
  const file = path.join(folder, 'received.json')
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
  try {
    return stateShape.parse(JSON.parse(text))
  } catch {
    throw new UsageFault(
      `${file} does not say which delivery came last. Restore it, or start in an empty folder.`,
    )
  }
}

/** @returns the delivery's own folder */
export async function keepDelivery(folder: string, received: Received, files: Files): Promise<string> {
  const target = path.join(folder, `delivery-${received.delivery}`)
  const partial = `${target}.partial`
  await rm(partial, { recursive: true, force: true })
  await mkdir(partial, { recursive: true, mode: 0o700 })
  for (const [name, bytes] of files) await writeOver(path.join(partial, path.basename(name)), bytes)
  await rm(target, { recursive: true, force: true })
  await rename(partial, target)
  await keepReceived(folder, received)
  return target
}

export async function keepReceived(folder: string, received: Received): Promise<void> {
  const file = path.join(folder, 'received.json')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeOver(file, Buffer.from(`${JSON.stringify(received)}\n`))
}
