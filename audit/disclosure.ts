// What our proof files carry as extra data: the entry's bytes, so that the leaf can be recomputed offline, and the openings of
// chosen personal fields; where there is one, the time token of its checkpoint (RFC 3161, DER). Format: RFC 8785 JSON
// {"disclosed":[{"field","salt","value"}],"entry":base64,"format":"…@v1","timeToken":base64}, the last one where there is one.
// Nothing in it is trusted: the entry must hash to the leaf that the proof is about, and each opening must open its commitment.
import { canonicalBytes } from './canonical.ts'
import { decodeText, fromBase64, toBase64 } from './bytes.ts'
import type { Opening } from './commitment.ts'

const FORMAT = 'concordat/disclosure@v1'

export class DisclosureMalformed extends Error {}

export interface Disclosure {
  readonly entry: Uint8Array
  readonly disclosed: readonly Opening[]
  readonly timeToken?: Uint8Array | undefined
}

export function formatDisclosure({ entry, disclosed, timeToken }: Disclosure): Uint8Array {
  return canonicalBytes({
    format: FORMAT,
    entry: toBase64(entry),
    disclosed: disclosed.map(({ field, salt, value }) => ({ field, salt: toBase64(salt), value })),
    ...(timeToken && { timeToken: toBase64(timeToken) }),
  })
}

/**
 * @returns undefined when the extra data is not in this format: another log may put there what it likes
 * @throws {DisclosureMalformed} when it says that it is in this format and is not
 */
export function parseDisclosure(extra: Uint8Array): Disclosure | undefined {
  const json = parseJson(extra)
  if (!isRecord(json) || json['format'] !== FORMAT) return undefined
  const entry = bytesOf(json['entry'])
  const { disclosed } = json
  if (entry === undefined || !Array.isArray(disclosed))
    throw new DisclosureMalformed('The extra data of the proof is damaged.')
  const timeToken = bytesOf(json['timeToken'])
  if (timeToken === undefined && json['timeToken'] !== undefined)
    throw new DisclosureMalformed('The time token of the proof is damaged.')
  return { entry, disclosed: disclosed.map(parseOpening), ...(timeToken && { timeToken }) }
}

function parseOpening(json: unknown): Opening {
  if (isRecord(json)) {
    const { field, value } = json
    const salt = bytesOf(json['salt'])
    if (typeof field === 'string' && typeof value === 'string' && salt !== undefined)
      return { field, salt, value }
  }
  throw new DisclosureMalformed('A disclosed field of the proof is damaged.')
}

export function parseJson(bytes: Uint8Array): unknown {
  try {
    const json: unknown = JSON.parse(decodeText(bytes))
    return json
  } catch {
    return undefined
  }
}

function bytesOf(text: unknown): Uint8Array | undefined {
  return typeof text === 'string' ? fromBase64(text) : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
