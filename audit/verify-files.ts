// The body of `concordat ledger verify --proof FILE --vkey FILE`: reads the files, verifies, and says how to exit.
import { readFile } from 'node:fs/promises'
import { decodeText } from './bytes.ts'
import type { VerifierKey } from './note.ts'
import { parseVerifierKeys } from './verifier-keys.ts'
import { printVerdict, type Verdict, verifyProof } from './verify.ts'

export { parseVerifierKeys }

export interface ProofFiles {
  readonly proofFile: string
  /** One verifier key a line; empty lines and lines that begin with # are left out. */
  readonly vkeyFile: string
  readonly entryFile?: string
  readonly origin?: string
}

/**
 * @returns the verdict, its text, and 0 when it is verified, 1 when it is not
 * @throws {NoteRefused} `bad-key`, or the file system's error, when there is nothing to verify with
 */
export async function verifyProofFiles(
  files: ProofFiles,
): Promise<{ verdict: Verdict; text: string; exitCode: 0 | 1 }> {
  const keys = await readVerifierKeys(files.vkeyFile)
  const verdict = await verifyProof({
    proof: decodeText(await readFile(files.proofFile)),
    keys,
    ...(files.entryFile === undefined ? {} : { entry: await readFile(files.entryFile) }),
    ...(files.origin === undefined ? {} : { origin: files.origin }),
  })
  return { verdict, text: printVerdict(verdict), exitCode: verdict.verified ? 0 : 1 }
}

/** @throws {NoteRefused} `bad-key`, or the file system's error */
export async function readVerifierKeys(file: string): Promise<VerifierKey[]> {
  return parseVerifierKeys(decodeText(await readFile(file)))
}
