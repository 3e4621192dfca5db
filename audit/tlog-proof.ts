// Proof files (C2SP tlog-proof@v1): index, inclusion proof and checkpoint of one entry, with opaque extra data. Byte format:
//   c2sp.org/tlog-proof@v1 | [extra base64] | index n | base64 hash ... | (empty line) | checkpoint, verbatim
import { fromBase64, toBase64 } from './bytes.ts'

const HEADER = 'c2sp.org/tlog-proof@v1'
// RFC 6962 section 2.1.1: a path is never longer than the bits of the tree's size.
const HASH_LIMIT = 64

export interface TlogProof {
  readonly index: number
  readonly hashes: readonly Uint8Array[]
  /** Not authenticated by itself. */
  readonly extra?: Uint8Array
  /** A signed note, not yet verified. */
  readonly checkpoint: string
}

export class TlogProofMalformed extends Error {}

export function formatTlogProof({ index, hashes, extra, checkpoint }: TlogProof): string {
  const lines = [
    HEADER,
    ...(extra === undefined ? [] : [`extra ${toBase64(extra)}`]),
    `index ${index}`,
    ...hashes.map(toBase64),
  ]
  return `${lines.join('\n')}\n\n${checkpoint}`
}

/** @throws {TlogProofMalformed} */
export function parseTlogProof(text: string): TlogProof {
  const end = text.indexOf('\n\n')
  if (end < 0) throw new TlogProofMalformed('It has no empty line before its checkpoint.')
  const lines = text.slice(0, end).split('\n')
  if (lines.shift() !== HEADER) throw new TlogProofMalformed(`It does not begin with ${HEADER}.`)
  const extra = lines[0]?.startsWith('extra ') ? parseExtra(lines.shift() ?? '') : undefined
  const index = parseIndex(lines.shift())
  if (lines.length > HASH_LIMIT) throw new TlogProofMalformed('It has more hashes than any tree needs.')
  const hashes = lines.map(parseHash)
  const checkpoint = text.slice(end + 2)
  if (checkpoint === '') throw new TlogProofMalformed('It holds no checkpoint.')
  return { index, hashes, checkpoint, ...(extra === undefined ? {} : { extra }) }
}

function parseExtra(line: string): Uint8Array {
  const extra = fromBase64(line.slice('extra '.length))
  if (extra === undefined || extra.length === 0) throw new TlogProofMalformed('Its extra data is not base64.')
  return extra
}

function parseIndex(line: string | undefined): number {
  const [, digits] = /^index (0|[1-9][0-9]*)$/.exec(line ?? '') ?? []
  const index = Number(digits)
  if (digits === undefined || !Number.isSafeInteger(index))
    throw new TlogProofMalformed('It does not say which entry it is about.')
  return index
}

function parseHash(line: string): Uint8Array {
  const hash = fromBase64(line)
  if (hash?.length !== 32) throw new TlogProofMalformed('One of its hashes is not 32 bytes in base64.')
  return hash
}
