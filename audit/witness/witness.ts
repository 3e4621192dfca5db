// A witness (C2SP tlog-witness) without its network and its disk: it cosigns a checkpoint only when the log's own key signed it
// and it extends the one that was cosigned last. It never cosigns a smaller tree or another history, and keeps both notes of
// whoever asks it to. One request of a log at a time; the state moves by compare-and-swap before any answer. No Node API.
import { sameBytes } from '../bytes.ts'
import { type CheckpointText, checkpointOfOwnNote, CheckpointMalformed, openCheckpointOf, parseCheckpoint, type SignedCheckpoint } from '../checkpoint.ts' // prettier-ignore
import { parseTimestamped } from '../cosignature.ts'
import { ProofMalformed, rootsOfConsistency } from '../merkle-verify.ts'
import { NoteRefused, parseNote, type VerifierKey } from '../note.ts'
import type { Cosigner } from '../note-signer.ts'
import { sha256 } from '../web-crypto.ts'
import { type AddCheckpoint, AddCheckpointMalformed, parseAddCheckpoint } from './add-checkpoint.ts'

export interface WitnessedLog {
  /** First line of its checkpoints. */
  readonly origin: string
  /** Several while its key is being changed. */
  readonly keys: readonly VerifierKey[]
}

export interface Held {
  readonly move: number
  /** The checkpoint that was cosigned last, with the log's signatures and ours. */
  readonly text: string
}

/** What a witness remembers; what it has said is there before it is said. */
export interface WitnessMemory {
  read(origin: string): Promise<Held | undefined>
  /** @returns false, having changed nothing, when it has moved since it was read */
  swap(origin: string, from: Held | undefined, note: string): Promise<boolean>
  /** Keeps notes that do not fit together. */
  keepEvidence(origin: string, notes: readonly [held: string, offered: string]): Promise<void>
}

export interface WitnessDeps {
  readonly logs: readonly WitnessedLog[]
  /** Several while the witness's own key is being changed: each gives a line. */
  readonly cosigners: readonly [Cosigner, ...Cosigner[]]
  readonly memory: WitnessMemory
  readonly clock: () => Date
}

export type WitnessAnswer = Cosigned | Refused

export interface Cosigned {
  readonly status: 200
  readonly origin: string
  readonly size: number
  /** Signature lines, for the note of the checkpoint. */
  readonly lines: string
}

export type Refused = Conflict | { readonly status: 400 | 403 | 404 | 422 | 503; readonly says: string; readonly isEvidence?: boolean } // prettier-ignore

interface Conflict {
  readonly status: 409
  /** That was cosigned last. */
  readonly size: number
  readonly says: string
  readonly isEvidence: boolean
}

export type Witness = (request: string) => Promise<WitnessAnswer>

export function createWitness(deps: WitnessDeps): Witness {
  const logs = new Map(deps.logs.map((log) => [log.origin, log]))
  const turns = new Map<string, Promise<unknown>>()
  return async (text) => {
    const offered = await readRequest(text, logs)
    if ('status' in offered) return offered
    const { origin } = offered.checkpoint
    const turn = (turns.get(origin) ?? Promise.resolve()).then(() => consider(deps, offered))
    turns.set(origin, turn.catch(() => undefined)) // prettier-ignore
    return turn
  }
}

interface Offered {
  readonly request: AddCheckpoint
  readonly checkpoint: SignedCheckpoint
}

/** The checks that need no memory, in the order that C2SP tlog-witness gives them. */
async function readRequest(
  text: string,
  logs: ReadonlyMap<string, WitnessedLog>,
): Promise<Offered | WitnessAnswer> {
  try {
    const request = parseAddCheckpoint(text)
    const { origin, size } = parseCheckpoint(parseNote(request.note).text)
    const log = logs.get(origin)
    if (!log) return { status: 404, says: `The log ${origin} is not one that is witnessed here.` }
    const checkpoint = await openCheckpointOf(request.note, log.keys, origin)
    if (request.oldSize > size) return { status: 400, says: 'The old size is larger than the checkpoint’s.' }
    return { request, checkpoint }
  } catch (error) {
    if (error instanceof NoteRefused && error.reason !== 'malformed')
      return { status: 403, says: error.message }
    if ([AddCheckpointMalformed, CheckpointMalformed, NoteRefused].some((kind) => error instanceof kind))
      return { status: 400, says: error instanceof Error ? error.message : '' }
    throw error
  }
}

async function consider(deps: WitnessDeps, { request, checkpoint }: Offered): Promise<WitnessAnswer> {
  const { memory, clock, cosigners } = deps
  const { origin, size, note } = checkpoint
  const held = await memory.read(origin)
  const last = held && checkpointOfOwnNote(held.text)
  const refused = await refusal(last, request, checkpoint)
  if (refused) {
    if (held && refused.isEvidence === true) await memory.keepEvidence(origin, [held.text, note])
    return refused
  }
  const now = clock()
  if (held && now < timeOf(held.text, cosigners))
    return {
      status: 503,
      says: 'The clock of this witness went back. It signs nothing until that is mended.',
    }
  const text = note.slice(0, note.lastIndexOf('\n\n') + 1)
  const lines = (await Promise.all(cosigners.map((cosigner) => cosigner.cosign(text, now)))).join('')
  if (!(await memory.swap(origin, held, withLines(checkpoint, lines))))
    return { status: 503, says: 'Another process moved the state of this witness. Try again.' }
  return { status: 200, origin, size, lines }
}

async function refusal(
  last: CheckpointText | undefined,
  { oldSize, proof }: AddCheckpoint,
  { size, root }: SignedCheckpoint,
): Promise<Refused | undefined> {
  const held = last?.size ?? 0
  const isFork = last?.size === size && !sameBytes(last.root, root)
  if (isFork)
    return { status: 409, size: held, isEvidence: true, says: 'Another root was cosigned for this size. Both notes are kept as evidence.' } // prettier-ignore
  if (oldSize !== held)
    return { status: 409, size: held, isEvidence: false, says: `The checkpoint that was cosigned last has size ${held}.` } // prettier-ignore
  if (held === 0) return firstRefusal(proof, size, root)
  try {
    const before = last?.root ?? root
    const roots = await rootsOfConsistency(held, size, proof, before)
    if (sameBytes(roots.first, before) && sameBytes(roots.second, root)) return undefined
  } catch (error) {
    if (!(error instanceof ProofMalformed)) throw error
  }
  // A wrong proof may be a slip; but both notes are signed, and one of them may be of another history.
  return { status: 422, isEvidence: true, says: 'The proof does not lead from the checkpoint that was cosigned last to this one.' } // prettier-ignore
}

/** C2SP tlog-witness: from size 0 there is no proof; the root of no entries is known. */
async function firstRefusal(
  proof: readonly Uint8Array[],
  size: number,
  root: Uint8Array,
): Promise<Refused | undefined> {
  if (proof.length > 0) return { status: 422, says: 'From size 0 there is no proof.' }
  if (size > 0 || sameBytes(root, await sha256(new Uint8Array()))) return undefined
  return { status: 422, says: 'This is not the root of an empty tree.' }
}

/** When the newest of our own lines was made. */
function timeOf(note: string, cosigners: readonly Cosigner[]): Date {
  const seconds = parseNote(note).signatures.flatMap(({ name, signature }) =>
    cosigners.some(({ key }) => key.name === name) ? (parseTimestamped(signature)?.seconds ?? []) : [],
  )
  return new Date(Math.max(0, ...seconds) * 1000)
}

/** The log's own note, without lines that others may have put there, and ours. */
function withLines({ note, signedBy }: SignedCheckpoint, lines: string): string {
  const split = note.lastIndexOf('\n\n')
  const own = note
    .slice(split + 2)
    .split(/(?<=\n)/)
    .filter((line) => signedBy.some(({ name }) => line.startsWith(`— ${name} `)))
  return `${note.slice(0, split + 2)}${own.join('')}${lines}`
}
