import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { z } from 'zod'

const printed = z.object({
  plaintextBytes: z.number(),
  packageBytes: z.number(),
  mostResidentMiB: z.number(),
})

test('Sealing, opening and packaging 300 MiB in one go holds less than 256 MiB of memory.', async () => {
  const script = new URL('long-package.ts', import.meta.url).pathname
  const { stdout } = await promisify(execFile)(process.execPath, [script, '300'])
  const { plaintextBytes, packageBytes, mostResidentMiB } = printed.parse(JSON.parse(stdout))
  expect(plaintextBytes).toBe(300 * 1024 * 1024)
  expect(packageBytes).toBeGreaterThan(plaintextBytes)
  expect(mostResidentMiB).toBeLessThan(256)
})
