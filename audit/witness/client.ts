// The log's side of C2SP tlog-witness: asks one witness to cosign one checkpoint. Whatever comes back is verified before it is
// believed; a witness that is slow or wrong is told apart from one that refuses. No Node API.
import { parseTimestamped } from '../cosignature.ts'
import { formatSignatureLine, openNote } from '../note.ts'
import type { PolicyWitness } from '../policy.ts'
import { type AddCheckpoint, formatAddCheckpoint } from './add-checkpoint.ts'

export type Asked =
  /** @property line with its newline, verified */
  | { readonly outcome: 'cosigned'; readonly line: string; readonly at: Date }
  /** It cosigned another size last. */
  | { readonly outcome: 'conflict'; readonly size: number }
  | { readonly outcome: 'refused'; readonly says: string }
  | { readonly outcome: 'silent'; readonly says: string }

export interface AskDeps {
  readonly fetcher: typeof fetch
  readonly timeoutMs: number
}

const ANSWER_LIMIT_CHARACTERS = 65_536

export async function askWitness(
  witness: PolicyWitness,
  request: AddCheckpoint,
  { fetcher, timeoutMs }: AskDeps,
): Promise<Asked> {
  if (witness.url === undefined) return { outcome: 'silent', says: 'The policy gives no address.' }
  try {
    const response = await fetcher(`${witness.url.replace(/\/+$/, '')}/add-checkpoint`, {
      method: 'POST',
      body: formatAddCheckpoint(request),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const text = (await response.text()).slice(0, ANSWER_LIMIT_CHARACTERS)
    if (response.status === 200) return await accept(witness, request.note, text)
    const size = /^(0|[1-9][0-9]{0,15})\n$/.exec(text)?.[1]
    if (response.status === 409 && size !== undefined) return { outcome: 'conflict', size: Number(size) }
    return { outcome: 'refused', says: `It answered with ${response.status}.` }
  } catch (error) {
    return { outcome: 'silent', says: error instanceof Error ? error.message : String(error) }
  }
}

/** C2SP tlog-witness: the client ignores lines of unknown keys. */
async function accept({ key }: PolicyWitness, note: string, lines: string): Promise<Asked> {
  try {
    const [found] = (await openNote(`${note}${lines}`, [key])).lines
    const stamped = found && parseTimestamped(found.line.signature)
    if (!stamped) return { outcome: 'refused', says: 'It gave no time.' }
    return {
      outcome: 'cosigned',
      line: formatSignatureLine(found.line),
      at: new Date(stamped.seconds * 1000),
    }
  } catch (error) {
    return { outcome: 'refused', says: error instanceof Error ? error.message : String(error) }
  }
}
