// What every step of the headless journey has: what it is given, how it says what came of it, and how it stops.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { openMessage } from '../keys/open-message.ts'
import { createPersonKey, type ArmoredKeyPair } from '../keys/openpgp-keys.ts'
import type { Answer, Client } from './client.ts'

export interface JourneyDeps {
  signIn(person: string): Promise<Client>
  /** Waits until the worker has done what is waiting for it. */
  settle(): Promise<void>
  /** Lets a worker whose clock stands at noon on that day make one pass. */
  workOn(day: string): Promise<void>
  /** A copy of the database from before the destruction, opened beside the key store as it is now. */
  rehearseRestore(itemId: string): Promise<string>
  readonly seeded: { readonly inspection: string; readonly establishment: string }
  readonly publicUrl: string
  readonly gatewayKey: string
  /** Who must have witnessed the ledger; '' where nobody is asked. */
  readonly policy: string
  readonly output: string
  readonly now: Date
  readonly progress: (line: string) => void
}

export interface Step {
  readonly step: string
  readonly [detail: string]: unknown
}

export type Stepper = <T extends Record<string, unknown>>(name: string, work: () => Promise<T>) => Promise<T>

/** A step did not come out as it should. */
export class StepFailed extends Error {
  constructor(step: string, cause: unknown) {
    super(`${step}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.name = 'StepFailed'
  }
}

export function expectStatus(answer: Answer, status: number): Answer {
  if (answer.status === status) return answer
  throw new Error(
    `the gateway answered ${answer.status}, not ${status}: ${answer.bytes.toString('utf8').slice(0, 500)}`,
  )
}

export async function save(
  { output }: Pick<JourneyDeps, 'output'>,
  name: string,
  content: string | Uint8Array,
): Promise<void> {
  await writeFile(path.join(output, name), content)
}

/** A person's key, whose private half is kept in the file. */
export async function makeKey(
  deps: Pick<JourneyDeps, 'output' | 'now'>,
  { name, email, file }: Readonly<Record<'name' | 'email' | 'file', string>>,
): Promise<ArmoredKeyPair> {
  const key = await createPersonKey({ name, email, at: deps.now })
  await save(deps, file, key.privateArmored)
  return key
}

/** Offers the key and answers the gateway's challenge with it. */
export async function enrolKey(
  { gatewayKey }: Pick<JourneyDeps, 'gatewayKey'>,
  client: Client,
  { publicArmored, privateArmored }: ArmoredKeyPair,
): Promise<{ fingerprint: unknown }> {
  const offered = expectStatus(await client.post('/api/v1/keys', { armored: publicArmored }), 201).json()
  const opened = await openMessage(String(offered['message']), { privateArmored, senderArmored: gatewayKey })
  const answer = /[0-9A-Z-]{20,}/.exec(Buffer.from(opened).toString('utf8'))?.[0]
  const { fingerprint } = offered
  expectStatus(await client.post('/api/v1/keys/answer', { fingerprint, answer }), 200)
  return { fingerprint }
}
