// Verifies one proof offline, step by step, on Web APIs alone, so that the same lines run in a browser. Each step has passed,
// failed or been skipped, with one plain sentence; "verified" is said only when every step passed. A root is only ever
// taken from a checkpoint whose signature was verified: no function here checks a proof against anything else.
import { sameBytes } from './bytes.ts'
import { openCheckpointOf, parseCheckpoint, type SignedCheckpoint } from './checkpoint.ts'
import { opensCommitment, type Opening, valueAt } from './commitment.ts'
import { type Disclosure, parseDisclosure, parseJson } from './disclosure.ts'
import { leafHash, rootOfInclusion } from './merkle-verify.ts'
import { parseNote, type VerifierKey } from './note.ts'
import { type Cosigned, inWords, knowsLog, type Policy, witnessesOf } from './policy.ts'
import { parseTlogProof, type TlogProof } from './tlog-proof.ts'
import { type Step, Steps } from './verify-steps.ts'

export type Verdict =
  | {
      readonly verified: true
      readonly steps: readonly Step[]
      readonly index: number
      readonly checkpoint: SignedCheckpoint
      readonly entry: Uint8Array
      readonly disclosed: readonly Opening[]
      /** Undefined where no policy was given: then nobody asked for witnesses. */
      readonly cosigned: readonly Cosigned[] | undefined
      /** The proof carries a time token, and nobody was given who could check it. */
      readonly isTimeUnasked: boolean
    }
  | { readonly verified: false; readonly steps: readonly Step[] }

export interface ProofToVerify {
  /** Text of a tlog-proof file. */
  readonly proof: string
  /** The log's verifier keys; one at least must have signed. */
  readonly keys: readonly VerifierKey[]
  /** The entry's bytes where the proof file does not carry them; compared with them where it does. */
  readonly entry?: Uint8Array
  /** What the checkpoint's first line must say; without it, the name of the key that signed. */
  readonly origin?: string
  /** Which witnesses must have cosigned the checkpoint. */
  readonly policy?: Policy | undefined
  /** Checks the time token of the checkpoint, which must then be there. Here, because that needs more than Web APIs. */
  readonly checkTime?: ((token: Uint8Array, checkpoint: SignedCheckpoint) => Promise<{ at: Date; authority: string }>) | undefined // prettier-ignore
}

export async function verifyProof(input: ProofToVerify): Promise<Verdict> {
  const steps = new Steps()
  const proof = await steps.take('proof', () => readProof(input.proof))
  const entry = await findEntry(steps, proof, input.entry)
  const checkpoint = proof && (await findCheckpoint(steps, proof, input))
  const cosigned = await findWitnesses(steps, checkpoint, input.policy)
  const isTimeUnasked = input.checkTime === undefined && entry?.timeToken !== undefined
  await findTime(steps, entry?.timeToken, checkpoint, input.checkTime)
  const included = await findPlace(steps, proof, entry, checkpoint)
  const allPassed = steps.taken.every(({ outcome }) => outcome === 'passed')
  if (!allPassed || !proof || !entry || !checkpoint || !included)
    return { verified: false, steps: steps.taken }
  const { bytes, disclosed } = entry
  return {
    verified: true,
    steps: steps.taken,
    index: proof.index,
    checkpoint,
    entry: bytes,
    disclosed,
    cosigned,
    isTimeUnasked,
  }
}

function readProof(text: string): [TlogProof, string] {
  const proof = parseTlogProof(text)
  return [proof, `The file is a c2sp.org/tlog-proof@v1 proof about entry ${proof.index}.`]
}

interface FoundEntry {
  readonly bytes: Uint8Array
  readonly leaf: Uint8Array
  readonly disclosed: readonly Opening[]
  readonly timeToken: Uint8Array | undefined
}

async function findEntry(
  steps: Steps,
  proof: TlogProof | undefined,
  given: Uint8Array | undefined,
): Promise<FoundEntry | undefined> {
  if (proof === undefined) {
    steps.skip('entry', 'There is no proof to take an entry from.')
    return undefined
  }
  let disclosure: Disclosure | undefined
  const { extra } = proof
  if (extra !== undefined) {
    try {
      disclosure = parseDisclosure(extra)
    } catch (error) {
      await steps.take('entry', () => Promise.reject(error as Error))
      return undefined
    }
  }
  const bytes = given ?? disclosure?.entry
  if (bytes === undefined) {
    steps.skip('entry', 'The proof does not carry the entry, and no entry was given to compare it with.')
    return undefined
  }
  const leaf = await steps.take('entry', () => recomputeLeaf(bytes, disclosure))
  if (leaf === undefined) return undefined
  const disclosed = disclosure?.disclosed ?? []
  if (disclosed.length > 0) await steps.take('disclosure', () => checkDisclosed(bytes, disclosed))
  return { bytes, leaf, disclosed, timeToken: disclosure?.timeToken }
}

async function recomputeLeaf(
  bytes: Uint8Array,
  disclosure: Disclosure | undefined,
): Promise<[Uint8Array, string]> {
  if (disclosure !== undefined && !sameBytes(bytes, disclosure.entry))
    throw new Error('The entry that was given is not the entry in the proof.')
  return [await leafHash(bytes), `The leaf hash was computed from the ${bytes.length} bytes of the entry.`]
}

async function checkDisclosed(bytes: Uint8Array, disclosed: readonly Opening[]): Promise<[true, string]> {
  const entry = parseJson(bytes)
  for (const opening of disclosed) {
    if (!(await opensCommitment(opening, valueAt(entry, opening.field))))
      throw new Error(`What is disclosed as ${opening.field} is not what the entry committed to.`)
  }
  if (new Set(disclosed.map(({ field }) => field)).size !== disclosed.length)
    throw new Error('A field is disclosed more than once.')
  return [
    true,
    `The disclosed fields (${disclosed.map(({ field }) => field).join(', ')}) open their commitments.`,
  ]
}

async function findCheckpoint(
  steps: Steps,
  proof: TlogProof,
  { keys, origin }: ProofToVerify,
): Promise<SignedCheckpoint | undefined> {
  const read = await steps.take('checkpoint', () => {
    const checkpoint = parseCheckpoint(parseNote(proof.checkpoint).text)
    return [checkpoint, `The checkpoint says that ${checkpoint.origin} had ${checkpoint.size} entries.`]
  })
  if (read === undefined) {
    steps.skip('signature', 'No signature was checked, because the checkpoint cannot be read.')
    return undefined
  }
  return steps.take('signature', () => checkSignature(proof.checkpoint, keys, origin))
}

async function checkSignature(
  note: string,
  keys: readonly VerifierKey[],
  origin: string | undefined,
): Promise<[SignedCheckpoint, string]> {
  const checkpoint = await openCheckpointOf(note, keys, origin)
  const names = checkpoint.signedBy.map(({ name }) => name)
  return [checkpoint, `The checkpoint is signed by ${names.join(' and ')}.`]
}

async function findWitnesses(
  steps: Steps,
  checkpoint: SignedCheckpoint | undefined,
  policy: Policy | undefined,
): Promise<readonly Cosigned[] | undefined> {
  if (policy === undefined) return undefined
  if (checkpoint) return steps.take('witnesses', () => checkWitnesses(checkpoint, policy))
  steps.skip('witnesses', 'No witness was looked for, because a step before it did not pass.')
  return undefined
}

/** Also for a checkpoint by itself. @throws where the policy is not met */
export async function checkWitnesses(
  checkpoint: SignedCheckpoint,
  policy: Policy,
): Promise<[readonly Cosigned[], string]> {
  if (!knowsLog(policy, checkpoint))
    throw new Error('The policy does not name the log that signed the checkpoint.')
  const witnessed = await witnessesOf(checkpoint, policy)
  if (!witnessed.isMet) throw new Error(`${inWords(witnessed)} That is not what the policy asks for.`)
  return [
    witnessed.cosigned,
    policy.quorum.kind === 'none' ? 'The policy asks for no witness.' : inWords(witnessed),
  ]
}

async function findTime(
  steps: Steps,
  token: Uint8Array | undefined,
  checkpoint: SignedCheckpoint | undefined,
  checkTime: ProofToVerify['checkTime'],
): Promise<void> {
  if (checkTime === undefined) return
  if (!checkpoint) steps.skip('time', 'No time was looked for, because a step before it did not pass.')
  else
    await steps.take('time', async () => {
      if (token === undefined) throw new Error('The proof carries no time token.')
      const { at, authority } = await checkTime(token, checkpoint)
      return [at, `${authority} says that the checkpoint was there on ${at.toISOString()}.`]
    })
}

async function findPlace(
  steps: Steps,
  proof: TlogProof | undefined,
  entry: FoundEntry | undefined,
  checkpoint: SignedCheckpoint | undefined,
): Promise<true | undefined> {
  if (proof && entry && checkpoint)
    return steps.take('inclusion', () => checkInclusion(checkpoint, proof, entry.leaf))
  steps.skip('inclusion', 'The place in the log was not checked, because a step before it did not pass.')
  return undefined
}

async function checkInclusion(
  checkpoint: SignedCheckpoint,
  { index, hashes }: TlogProof,
  leaf: Uint8Array,
): Promise<[true, string]> {
  const root = await rootOfInclusion(leaf, index, checkpoint.size, hashes)
  if (!sameBytes(root, checkpoint.root))
    throw new Error('The entry is not at that place of the log that the checkpoint signs.')
  return [true, `The entry is number ${index} of the ${checkpoint.size} that the checkpoint signs.`]
}

/** Not a step: nobody asked for it. */
export const TIME_SKIPPED =
  'The time token that the proof carries was skipped: there was no time authority to check it with.'

/** One line a step and one for the whole, for a terminal. */
export function printVerdict(verdict: Verdict): string {
  const lines = verdict.steps.map(
    ({ outcome, name, says }) => `${outcome.padEnd(7)}  ${name.padEnd(10)}  ${says}`,
  )
  if (!verdict.verified) return `${[...lines, 'Not verified.'].join('\n')}\n`
  const unasked = verdict.cosigned ? [] : ['No policy was given, so that witnesses were not asked for.']
  const untimed = verdict.isTimeUnasked ? [TIME_SKIPPED] : []
  const last = `Verified: entry ${verdict.index} is in the log ${verdict.checkpoint.origin}.`
  return `${[...lines, ...unasked, ...untimed, last].join('\n')}\n`
}
