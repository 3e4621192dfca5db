// The body of `concordat ledger verify --proof FILE --vkey FILE`: reads the files, verifies, and says how to exit.
import { readFile } from 'node:fs/promises'
import { decodeText } from './bytes.ts'
import { NoteRefused, type VerifierKey } from './note.ts'
import { parsePolicy, type Policy } from './policy.ts'
import type { CheckTime } from './time/check.ts'
import { parseVerifierKeys } from './verifier-keys.ts'
import { printVerdict, type Verdict, verifyProof } from './verify.ts'

export { parseVerifierKeys }

/** What is trusted: the log's keys, the policy, or both. */
export interface TrustFiles {
  /** One verifier key a line; empty lines and lines that begin with # are left out. */
  readonly vkeyFile?: string | undefined
  /** C2SP tlog-policy; its logs are the keys where there is no `vkeyFile`. */
  readonly policyFile?: string | undefined
  /** PEM: the certificates that time tokens' chains have to end with; tokens are not looked at without. */
  readonly timeAuthorityFile?: string | undefined
}

export interface Trust {
  readonly keys: readonly VerifierKey[]
  readonly policy: Policy | undefined
  readonly checkTime: CheckTime | undefined
}

export interface ProofFiles extends TrustFiles {
  readonly proofFile: string
  readonly entryFile?: string
  readonly origin?: string
}

/**
 * @returns the verdict, its text, and 0 when it is verified, 1 when it is not
 * @throws {NoteRefused} `bad-key`, {PolicyMalformed}, or the file system's error, when there is nothing to verify with
 */
export async function verifyProofFiles(
  files: ProofFiles,
): Promise<{ verdict: Verdict; text: string; exitCode: 0 | 1 }> {
  const trust = await readTrust(files)
  const verdict = await verifyProof({
    proof: decodeText(await readFile(files.proofFile)),
    ...trust,
    ...(files.entryFile === undefined ? {} : { entry: await readFile(files.entryFile) }),
    ...(files.origin === undefined ? {} : { origin: files.origin }),
  })
  return { verdict, text: printVerdict(verdict), exitCode: verdict.verified ? 0 : 1 }
}

/** @throws {NoteRefused} `bad-key`, {PolicyMalformed}, or the file system's error */
export async function readTrust({ vkeyFile, policyFile, timeAuthorityFile }: TrustFiles): Promise<Trust> {
  const policy = policyFile === undefined ? undefined : await readPolicy(policyFile)
  const keys = vkeyFile === undefined ? policy?.logs.map(({ key }) => key) : await readVerifierKeys(vkeyFile)
  if (!keys || keys.length === 0)
    throw new NoteRefused('bad-key', 'Say whose log it is: --vkey, or a policy that names the log.')
  return { keys, policy, checkTime: timeAuthorityFile === undefined ? undefined : await readTimeAuthority(timeAuthorityFile) } // prettier-ignore
}

/** Loaded here alone: what reads certificates is large, and most who verify need none of it. */
async function readTimeAuthority(file: string): Promise<CheckTime> {
  const { parseTimeChain } = await import('./time/token.ts')
  const { timeChecker } = await import('./time/check.ts')
  return timeChecker(parseTimeChain(await readFile(file, 'utf8')))
}

/** @throws {NoteRefused} `bad-key`, or the file system's error */
async function readVerifierKeys(file: string): Promise<VerifierKey[]> {
  return parseVerifierKeys(decodeText(await readFile(file)))
}

/** @throws {PolicyMalformed}, or the file system's error */
export async function readPolicy(file: string): Promise<Policy> {
  return parsePolicy(decodeText(await readFile(file)))
}
