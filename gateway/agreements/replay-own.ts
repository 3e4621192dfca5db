// Each decision that was kept, decided again under the very rules that made it: the answer must be the same, byte for byte. What
// it shows is that nobody changed a decision, its facts or its rules since, and that nothing but they decides.
import { canonicalJson } from '../../audit/canonical.ts'
import { decide, type Decision } from '../../policies/decide.ts'
import { readAgain } from '../../policies/replay.ts'
import type { Database } from '../db.ts'
import { policyHash } from '../decisions/judge.ts'
import { readDecisions, type Answer, type KeptDecision } from '../decisions/stored.ts'
import { openPast, PastLost } from './past.ts'

interface Named {
  readonly id: string
  readonly decidedAt: string
  readonly act: string
}

export interface OwnReport {
  readonly decisions: number
  readonly same: number
  /** Oldest first, with the parts of the answer that are not what they were. */
  readonly different: readonly (Named & { readonly parts: readonly string[] })[]
  readonly undecided: readonly (Named & { readonly why: string })[]
}

/** Reads and changes nothing. */
export async function replayOwn(db: Database, since: Date): Promise<OwnReport> {
  const past = openPast()
  const different: OwnReport['different'][number][] = []
  const undecided: OwnReport['undecided'][number][] = []
  let decisions = 0
  await readDecisions(db, since, async (kept) => {
    decisions += 1
    const { id, decidedAt, act } = kept
    const again = await decideAgain((made) => past(db, made), kept)
    if ('why' in again) undecided.push({ id, decidedAt, act, why: again.why })
    else if (again.parts.length > 0) different.push({ id, decidedAt, act, parts: again.parts })
  })
  return { decisions, same: decisions - different.length - undecided.length, different, undecided }
}

type Past = (made: Parameters<ReturnType<typeof openPast>>[1]) => ReturnType<ReturnType<typeof openPast>>

async function decideAgain(
  past: Past,
  kept: KeptDecision,
): Promise<{ readonly why: string } | { readonly parts: readonly string[] }> {
  const read = readAgain(kept)
  if ('why' in read) return read
  const { standing, answer } = kept
  try {
    const made = { standing, packHash: answer.packHash, at: new Date(read.facts.now) }
    return { parts: differing(answer, answerOf(decide(await past(made), read.act, read.facts))) }
  } catch (error) {
    if (error instanceof PastLost) return { why: error.message }
    throw error
  }
}

function answerOf(decision: Decision): Answer {
  const { tested, pack } = decision.outcome === 'permit' ? decision.permit : decision
  return {
    outcome: decision.outcome,
    pack: pack.key,
    packHash: policyHash(pack),
    tested,
    refusals: decision.outcome === 'permit' ? [] : decision.refusals,
  }
}

function differing(kept: Answer, again: Answer): string[] {
  const parts = ['outcome', 'pack', 'packHash', 'tested', 'refusals'] as const
  return parts.filter((part) => canonicalJson(kept[part]) !== canonicalJson(again[part]))
}
