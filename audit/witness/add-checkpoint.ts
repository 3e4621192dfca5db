// The request of C2SP tlog-witness. Byte format, each line ended by a newline:
//   old <size> | base64 hash ... | (empty line) | checkpoint, verbatim
// No Node API.
import { fromBase64, toBase64 } from '../bytes.ts'

export interface AddCheckpoint {
  /** The size that the client believes the witness to have cosigned last. */
  readonly oldSize: number
  /** RFC 6962 section 2.1.2, from the old size to the checkpoint's. */
  readonly proof: readonly Uint8Array[]
  /** A signed note, not yet verified. */
  readonly note: string
}

export class AddCheckpointMalformed extends Error {}

/** C2SP tlog-witness: no consistency proof has more. */
const HASH_LIMIT = 63

export function formatAddCheckpoint({ oldSize, proof, note }: AddCheckpoint): string {
  return `${[`old ${oldSize}`, ...proof.map(toBase64)].join('\n')}\n\n${note}`
}

/** @throws {AddCheckpointMalformed} */
export function parseAddCheckpoint(text: string): AddCheckpoint {
  const end = text.indexOf('\n\n')
  if (end < 0) throw new AddCheckpointMalformed('There is no empty line before the checkpoint.')
  const [first = '', ...lines] = text.slice(0, end).split('\n')
  const digits = /^old (0|[1-9][0-9]*)$/.exec(first)?.[1]
  const oldSize = Number(digits)
  if (digits === undefined || !Number.isSafeInteger(oldSize))
    throw new AddCheckpointMalformed('It does not begin with "old" and a tree size.')
  if (lines.length > HASH_LIMIT) throw new AddCheckpointMalformed(`It has more than ${HASH_LIMIT} hashes.`)
  return { oldSize, proof: lines.map(parseHash), note: text.slice(end + 2) }
}

function parseHash(line: string): Uint8Array {
  const hash = fromBase64(line)
  if (hash?.length !== 32) throw new AddCheckpointMalformed('A hash of the proof is not 32 bytes in base64.')
  return hash
}
