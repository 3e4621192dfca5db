// Who witnesses the ledger, as its policy says: read once at the start; how each stands, for the operator and the assurance
// officer. Without a policy nobody is asked.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { readLastCosigned, readLatestWitnessed } from '../audit/cosignatures.ts'
import { formatVerifierKey } from '../audit/note.ts'
import { parsePolicy, type Policy } from '../audit/policy.ts'
import { readLatestCheckpoint } from '../audit/tree-store.ts'
import type { WitnessingDeps } from '../audit/witness/gather.ts'
import type { Queryable } from './db.ts'
import type { Clock } from './clock.ts'

/** A witness that does not answer within this is asked again later. */
const TIMEOUT_MS = 1000

/** @throws {PolicyMalformed} and the file system's errors: a policy that cannot be read must not be taken for none */
export async function openWitnessing(
  policyFile: string | undefined,
  clock: Clock,
): Promise<WitnessingDeps | undefined> {
  if (policyFile === undefined) return undefined
  const text = await readFile(policyFile, 'utf8')
  return {
    policy: await parsePolicy(text),
    policyHash: createHash('sha256').update(text).digest(),
    fetcher: fetch,
    timeoutMs: TIMEOUT_MS,
    clock,
    standing: new Map(),
  }
}

/** Whether receipts of the evidence class have to wait for anybody. */
export function asksWitnesses(policy: Policy | undefined): boolean {
  return policy !== undefined && policy.quorum.kind !== 'none'
}

export interface WitnessStanding {
  readonly name: string
  readonly verifierKey: string
  readonly last: { readonly size: number; readonly at: Date } | undefined
}

export interface Witnessing {
  /** Entries that are signed, and entries that are also witnessed as the policy asks. */
  readonly signed: number
  readonly witnessed: number
  readonly isMet: boolean
  readonly witnesses: readonly WitnessStanding[]
}

/** @returns undefined where nobody has to witness */
export async function readWitnessing(
  db: Queryable,
  policy: Policy | undefined,
): Promise<Witnessing | undefined> {
  if (!policy || !asksWitnesses(policy)) return undefined
  const signed = (await readLatestCheckpoint(db))?.size ?? 0
  const witnessed = (await readLatestWitnessed(db))?.size ?? 0
  const witnesses: WitnessStanding[] = []
  for (const { key } of policy.witnesses)
    witnesses.push({
      name: key.name,
      verifierKey: formatVerifierKey(key),
      last: await readLastCosigned(db, key),
    })
  return { signed, witnessed, isMet: witnessed === signed, witnesses }
}
