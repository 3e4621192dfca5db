// Verifier keys as they are handed over: one a line, in a file or pasted. No Node API.
import { parseVerifierKey, type VerifierKey } from './note.ts'

/** Empty lines and lines that begin with # are left out. @throws {NoteRefused} `bad-key` */
export async function parseVerifierKeys(text: string): Promise<VerifierKey[]> {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  return Promise.all(lines.map(parseVerifierKey))
}
