// What this page asks of the gateway about keys: only public parts and codes go out, with the session's own token.
import { told } from './elements.ts'

export interface Offered {
  readonly fingerprint: string
  /** Encrypted to the key that was offered. */
  readonly message: string
}

/** @throws {Error} in plain words */
export async function offerKey(armored: string): Promise<Offered> {
  const answer = await send('/keys/offer', { armored })
  const { fingerprint, message } = answer
  if (typeof fingerprint === 'string' && typeof message === 'string') return { fingerprint, message }
  throw new Error(reasonsIn(answer) ?? 'The key was not accepted. Load the page again and start afresh.')
}

/** @throws {Error} in plain words */
export async function proveKey(fingerprint: string, answer: string): Promise<void> {
  const said = await send('/keys/prove', { fingerprint, answer })
  if (said['state'] === undefined)
    throw new Error('The answer was not accepted. Start afresh with a new key.')
}

/** The code that a challenge holds. @throws {Error} where it holds none */
export function codeIn(content: Uint8Array): string {
  const code = /[0-9A-Z]{5}(-[0-9A-Z]{5}){3}/.exec(new TextDecoder().decode(content))?.[0]
  if (code === undefined) throw new Error('The message holds no code. Offer the key again.')
  return code
}

async function send(
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<Record<string, unknown>> {
  const response = await fetch(path, {
    method: 'POST',
    body: new URLSearchParams({ ...fields, _csrf: told('csrf') }),
  })
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
  if (isJson) return (await response.json()) as Record<string, unknown> // what the endpoint says is looked at field by field
  throw new Error(
    response.status === 403
      ? 'Your session has ended. Sign in again; the key is still in this browser.'
      : 'The service did not answer as it should. Try again in a minute.',
  )
}

function reasonsIn({ faults, refusals }: Record<string, unknown>): string | undefined {
  const said = [faults, refusals].flatMap((list) => (Array.isArray(list) ? (list as object[]) : []))
  const sentences = said.flatMap((each) => [
    'message' in each ? String(each.message) : 'reason' in each ? String(each.reason) : '',
    'remedy' in each ? String(each.remedy) : '',
  ])
  return sentences.length === 0 ? undefined : sentences.join(' ')
}
