// Gathers the cosignatures of the latest checkpoint, as the policy says: every witness at once, each with a proof from what it
// cosigned last. One process at a time does so. A witness that fails is left alone for a while, longer each time, so that it
// holds up nobody; what it missed it gets later, in one step.
import { LedgerFault } from '../fault.ts'
import { insertCosignature, insertWitnessed, readCosignedNote, readLastCosigned } from '../cosignatures.ts'
import { checkpointOfOwnNote } from '../checkpoint.ts'
import { parseNote } from '../note.ts'
import { isMet, type Policy, type PolicyWitness } from '../policy.ts'
import { proveConsistency } from '../proofs.ts'
import type { Queryable, Transactor } from '../queryable.ts'
import { tryLock } from '../sequencer.ts'
import { readLatestCheckpoint, type StoredCheckpoint } from '../tree-store.ts'
import { toHex } from '../bytes.ts'
import { type Asked, askWitness } from './client.ts'

export interface WitnessingDeps {
  readonly policy: Policy
  /** SHA-256 of its text. */
  readonly policyHash: Uint8Array
  readonly fetcher: typeof fetch
  readonly timeoutMs: number
  readonly clock: () => Date
  /** How each witness answered last; kept between calls. */
  readonly standing: Map<string, Standing>
}

export interface Standing {
  readonly failures: number
  readonly says: string
  /** Not asked again before. */
  readonly retryAt: Date
}

const PAUSE_MS = 2000
const PAUSE_LIMIT_MS = 60_000

/** @throws {LedgerFault} `witness-ahead` when one has cosigned more than the database has signed */
export async function gatherCosignatures(db: Transactor, deps: WitnessingDeps): Promise<void> {
  if (deps.policy.witnesses.length === 0) return
  await db.withTransaction(async (tx) => {
    if (!(await tryLock(tx, 'witnesses'))) return
    const latest = await readLatestCheckpoint(tx)
    if (latest === undefined) return
    const cosigned = await namesOf(tx, latest, deps.policy)
    const now = deps.clock()
    const missing = deps.policy.witnesses.filter(
      ({ name }) => !cosigned.has(name) && (deps.standing.get(name)?.retryAt ?? now) <= now,
    )
    for (const name of await askAll(tx, deps, latest, missing)) cosigned.add(name)
    if (isMet(deps.policy.quorum, cosigned)) await insertWitnessed(tx, latest.size, deps.policyHash, now)
  })
}

/** Names, in the policy, of those whose line is there already. */
async function namesOf(tx: Queryable, latest: StoredCheckpoint, { witnesses }: Policy): Promise<Set<string>> {
  const { signatures } = parseNote(await readCosignedNote(tx, latest))
  const there = new Set(signatures.map(({ name, keyId }) => `${name}+${toHex(keyId)}`))
  return new Set(
    witnesses.filter(({ key }) => there.has(`${key.name}+${toHex(key.id)}`)).map(({ name }) => name),
  )
}

interface Question {
  readonly witness: PolicyWitness
  readonly oldSize: number
}

async function askAll(
  tx: Queryable,
  deps: WitnessingDeps,
  latest: StoredCheckpoint,
  missing: readonly PolicyWitness[],
): Promise<string[]> {
  const questions: Question[] = []
  for (const witness of missing)
    questions.push({ witness, oldSize: (await readLastCosigned(tx, witness.key))?.size ?? 0 })
  const first = await ask(tx, deps, latest, questions)
  const second = first.flatMap(({ witness, asked }) =>
    asked.outcome === 'conflict' ? { witness, oldSize: asked.size } : [],
  )
  await refuseAhead(tx, latest, second)
  // Once: a witness that gives another size twice is not to be followed.
  const again = await ask(tx, deps, latest, second.filter(({ oldSize }) => oldSize <= latest.size)) // prettier-ignore
  const names: string[] = []
  for (const { witness, asked } of [...first.filter((each) => each.asked.outcome !== 'conflict'), ...again]) {
    keepStanding(deps, witness, asked)
    if (asked.outcome !== 'cosigned') continue
    await insertCosignature(tx, { key: witness.key, size: latest.size, line: asked.line, at: asked.at })
    names.push(witness.name)
  }
  return names
}

interface Answered {
  readonly witness: PolicyWitness
  readonly asked: Asked
}

/** The proofs are read one after the other; the witnesses are asked at once. */
async function ask(
  tx: Queryable,
  deps: WitnessingDeps,
  { size, note }: StoredCheckpoint,
  questions: readonly Question[],
): Promise<Answered[]> {
  const requests = []
  for (const { witness, oldSize } of questions)
    requests.push({ witness, request: { oldSize, proof: await proveConsistency(tx, oldSize, size), note } })
  return Promise.all(
    requests.map(async ({ witness, request }) => ({
      witness,
      asked: await askWitness(witness, request, deps),
    })),
  )
}

/** Only checkpoints that the database holds are ever sent: one that is unknown to it was sent before it lost something. */
async function refuseAhead(
  tx: Queryable,
  latest: StoredCheckpoint,
  conflicts: readonly Question[],
): Promise<void> {
  const ahead = conflicts.find(({ oldSize }) => oldSize > latest.size)
  const newest = ahead && (await readLatestCheckpoint(tx))
  if (ahead && ahead.oldSize > (newest?.size ?? 0))
    throw new LedgerFault(
      'witness-ahead',
      `${ahead.witness.key.name} has cosigned ${ahead.oldSize} entries, the database has signed ${checkpointOfOwnNote(latest.note).size}: an older state was put back.`,
    )
}

function keepStanding({ standing, clock }: WitnessingDeps, { name }: PolicyWitness, asked: Asked): void {
  if (asked.outcome === 'cosigned') {
    standing.delete(name)
    return
  }
  const failures = (standing.get(name)?.failures ?? 0) + 1
  const pauseMs = Math.min(PAUSE_MS * 2 ** (failures - 1), PAUSE_LIMIT_MS)
  const says = asked.outcome === 'conflict' ? `It says that it cosigned size ${asked.size} last.` : asked.says
  standing.set(name, { failures, says, retryAt: new Date(clock().getTime() + pauseMs) })
}
