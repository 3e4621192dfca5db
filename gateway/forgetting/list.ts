// The list of what was forgotten, outside the database: one file for each erasure, beside the ledger's anchor, so that a
// restored backup is made to forget again before it is served. It holds no identifier: how many words one has and a keyed
// hash of them; the key is in the key directory, so that a copy of the list cannot be guessed at. What is listed is to be
// forgotten: a file is written before the commit, and an erasure whose commit was lost is carried out by the next start.
import { createHmac } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { createDurably } from '../../audit/durable-file.ts'
import type { Secret } from '../../keys/secret.ts'
import type { Erasure } from './erasure.ts'
import { wordsOf } from './erasure.ts'

const listedShape = z.strictObject({
  v: z.literal(1),
  erasure: z.uuid(),
  scope: z.enum(['person', 'fields']),
  basis: z.string(),
  person: z.uuid().exactOptional(),
  /** Keyed hashes of the words of each identifier, with how many words those are. */
  hashes: z.array(z.strictObject({ words: z.int().min(1), hmac: z.string() })),
  fields: z.array(z.strictObject({ entry: z.uuid(), field: z.string() })),
  askedBy: z.uuid(),
  authorisedBy: z.uuid(),
  at: z.iso.datetime(),
})
export type Listed = z.output<typeof listedShape>

export interface ForgottenList {
  /** Durable when it resolves; the same erasure again changes nothing. */
  add(erasure: Erasure, identifiers: readonly string[], authorisedBy: string, at: Date): Promise<void>
  /** @throws when a file of it cannot be read: a list that is damaged must not be taken for a short one */
  all(): Promise<Listed[]>
  /** Whether a run of words is one of the hashed identifiers. */
  matches(listed: Listed, words: readonly string[]): boolean
}

export function openForgottenList(directory: string, key: Secret): ForgottenList {
  const hash = (words: readonly string[]) =>
    createHmac('sha256', key.reveal()).update(words.join(' ')).digest('base64url')
  return {
    add: async (erasure, identifiers, authorisedBy, at) => {
      const { id, scope, basis, personId, fields, askedBy } = erasure
      const hashes = identifiers.map((identifier) => {
        const words = wordsOf(identifier)
        return { words: words.length, hmac: hash(words) }
      })
      const listed: Listed = { v: 1, erasure: id, scope, basis, hashes, fields: [...fields], askedBy, authorisedBy, at: at.toISOString(), ...(personId !== undefined && { person: personId }) } // prettier-ignore
      await createDurably(path.join(directory, `${id}.json`), `${JSON.stringify(listed)}\n`)
    },
    all: async () => {
      const names = (await namesIn(directory)).filter((name) => name.endsWith('.json')).toSorted()
      return Promise.all(names.map((name) => readListed(path.join(directory, name))))
    },
    matches: ({ hashes }, words) =>
      hashes.some((each) => each.words === words.length) && hashes.some(({ hmac }) => hmac === hash(words)),
  }
}

async function readListed(file: string): Promise<Listed> {
  try {
    return listedShape.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (cause) {
    throw new Error(`${file} of the list of what was forgotten cannot be read.`, { cause })
  }
}

async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
}
