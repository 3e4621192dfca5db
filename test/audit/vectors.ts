// Vectors that others wrote lie beside the project, not in it. Where they are absent their tests are skipped, and say so.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe } from 'vitest'

const root = path.resolve(import.meta.dirname, '../../../shared/vectors')
export const vectorsThere = existsSync(root)

export function describeVectors(title: string, body: () => void): void {
  describe.skipIf(!vectorsThere)(
    `${title} (others' vectors${vectorsThere ? '' : ': skipped, ../shared/vectors is absent'})`,
    body,
  )
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller states the form of the file
export function readVector<T>(file: string): T {
  return JSON.parse(readFileSync(path.join(root, file), 'utf8')) as T
}

export function readVectorText(file: string): string {
  return readFileSync(path.join(root, file), 'utf8')
}

/** Every file under a folder, by its path from it. */
export function vectorFiles(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => path.join(folder, name))
    .sort()
}
