// Golden files: what people read and agree to, compared byte for byte. UPDATE_GOLDEN=1 writes them anew; the change is then
// reviewed like any other.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'vitest'

const directory = path.join(import.meta.dirname, '..', 'golden')

export async function expectGolden(name: string, text: string): Promise<void> {
  const file = path.join(directory, name)
  if (process.env['UPDATE_GOLDEN'] === '1') {
    await mkdir(directory, { recursive: true })
    await writeFile(file, text)
  }
  const golden = await readFile(file, 'utf8').catch(() => '')
  expect(text, `test/golden/${name} says otherwise; if the change is meant, run with UPDATE_GOLDEN=1`).toBe(
    golden,
  )
}
