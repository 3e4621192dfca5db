// What a backup is: a folder of its own, with the database's rows (one gzipped file of PostgreSQL's COPY text format a table), the
// sealed objects of the vault, and this manifest, which is written last and names every file with its hash:
//   manifest.json | database/<schema>.<table>.copy.gz | vault/<object>
// No key is in it. Whoever has it alone can open nothing, and what was destroyed since it was taken nobody can.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'

const fileShape = z.strictObject({
  path: z.string().regex(/^(database|vault)\/[a-z0-9_]+(\.[a-z0-9_]+)*$/, 'a file of the backup'),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})
const identifier = z.string().regex(/^[a-z_][a-z0-9_]*$/)

const shape = z.strictObject({
  format: z.literal('concordat-backup/1'),
  id: z.uuid(),
  takenAt: z.iso.datetime(),
  lapsesOn: z.iso.date(),
  version: z.string(),
  /** What the database's shape was made by: it can be put back into the same shape alone. */
  migrations: z.array(z.string()).min(1),
  tables: z.array(
    z.strictObject({
      schema: identifier,
      table: identifier,
      columns: z.array(identifier).min(1),
      file: z.string(),
    }),
  ),
  files: z.array(fileShape),
})

/** What is not hashed is not put back: each table's file is one of the files. */
const manifestShape = shape.refine(
  ({ tables, files }) => tables.every(({ file }) => files.some(({ path: hashed }) => hashed === file)),
  'a table has a file that is not among the files',
)

export type Manifest = z.output<typeof shape>
export type BackupFile = z.output<typeof fileShape>
export type BackupTable = Manifest['tables'][number]

/** A backup that cannot be taken or put back, in the words of whoever can mend it. */
export class BackupFault extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'BackupFault'
  }
}

/**
 * Reads the manifest and hashes every file that it names.
 *
 * @throws {BackupFault} where one is missing or is not what was written
 */
export async function readBackup(directory: string): Promise<Manifest> {
  const manifest = parseManifest(await readManifest(directory), directory)
  for (const file of manifest.files) {
    const found = await hashFile(path.join(directory, file.path))
    if (found === undefined) throw new BackupFault(`${file.path} is missing from the backup ${directory}. Nothing was changed.`) // prettier-ignore
    if (found !== file.sha256)
      throw new BackupFault(`${file.path} is not what was written: the backup ${directory} was altered or is damaged. Nothing was changed.`) // prettier-ignore
  }
  return manifest
}

async function readManifest(directory: string): Promise<string> {
  return readFile(path.join(directory, 'manifest.json'), 'utf8').catch((cause: unknown) => {
    throw new BackupFault(`${directory} is no whole backup: it has no manifest.json, which is written last.`, { cause }) // prettier-ignore
  })
}

function parseManifest(text: string, directory: string): Manifest {
  try {
    return manifestShape.parse(JSON.parse(text))
  } catch (cause) {
    throw new BackupFault(`The manifest of ${directory} has another form than this version knows. Nothing was changed.`, { cause }) // prettier-ignore
  }
}

async function hashFile(file: string): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer) // a stream without encoding gives Buffers
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  return hash.digest('hex')
}
