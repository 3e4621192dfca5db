// The past decided again, under another version of the packs: what an amendment would have refused or let through. Pure over
// decisions as they were kept. What cannot be decided again is reported and never passed over.
import { z } from 'zod'
import type { Agreements } from './agreements.ts'
import { decide } from './decide.ts'
import { acts, factsShape } from './facts.ts'

/** A decision as it was kept. */
export interface StoredDecision {
  readonly id: string
  /** ISO instant. */
  readonly decidedAt: string
  readonly act: string
  readonly outcome: string
  /** The clauses that refused; empty for a permit. */
  readonly refusals: readonly string[]
  /** As JSON gave them: parsed again here. */
  readonly facts: unknown
}

/** One decision that would not be the same: refused by nothing is permitted. */
export interface Changed {
  readonly id: string
  readonly decidedAt: string
  readonly act: string
  readonly change: 'now-refused' | 'now-permitted' | 'refused-by-others'
  /** The clauses that would refuse and did not. */
  readonly nowRefusing: readonly string[]
  /** The clauses that refused and would not. */
  readonly noLongerRefusing: readonly string[]
}

export interface ReplayReport {
  /** How many were looked at. */
  readonly decisions: number
  readonly unchanged: number
  /** Oldest first. */
  readonly changed: readonly Changed[]
  /** The clauses that make the difference, by id. */
  readonly byClause: readonly {
    readonly clause: string
    readonly nowRefuses: number
    readonly noLongerRefuses: number
  }[]
  /** What could not be decided again, and why. */
  readonly undecided: readonly { readonly id: string; readonly decidedAt: string; readonly why: string }[]
}

/** The act and the facts of a decision, as `decide` takes them. */
export function readAgain(stored: StoredDecision): z.output<typeof storedShape> | { readonly why: string } {
  const parsed = storedShape.safeParse(stored)
  if (parsed.success) return parsed.data
  const why = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  return { why: why.join('; ') }
}

const storedShape = z.object({
  act: z.enum(acts, 'there is no such act any more'),
  outcome: z.enum(['permit', 'refusal'], 'must be permit or refusal'),
  facts: factsShape,
})

/** The same decisions in any order, and in parts of any size, give the same report. */
export function startReplay(all: Agreements): {
  readonly add: (stored: StoredDecision) => void
  readonly report: () => ReplayReport
} {
  const changed: Changed[] = []
  const undecided: ReplayReport['undecided'][number][] = []
  let decisions = 0
  return {
    add: (stored) => {
      decisions += 1
      const { id, decidedAt } = stored
      const again = decideAgain(all, stored)
      if ('why' in again) undecided.push({ id, decidedAt, why: again.why })
      else if (again.changed !== undefined) changed.push(again.changed)
    },
    report: () => ({
      decisions,
      unchanged: decisions - changed.length - undecided.length,
      changed: changed.toSorted(inTime),
      byClause: countByClause(changed),
      undecided: undecided.toSorted(inTime),
    }),
  }
}

function decideAgain(
  all: Agreements,
  stored: StoredDecision,
): { readonly why: string } | { readonly changed: Changed | undefined } {
  const read = readAgain(stored)
  if ('why' in read) return read
  const { id, decidedAt } = stored
  const { act, facts, outcome } = read
  const decision = decide(all, act, facts)
  const before = new Set(stored.refusals)
  const after = new Set(decision.outcome === 'permit' ? [] : decision.refusals.map(({ clause }) => clause))
  const nowRefusing = [...after].filter((clause) => !before.has(clause)).toSorted()
  const noLongerRefusing = [...before].filter((clause) => !after.has(clause)).toSorted()
  if (decision.outcome === outcome && nowRefusing.length + noLongerRefusing.length === 0)
    return { changed: undefined }
  const change =
    decision.outcome === outcome
      ? 'refused-by-others'
      : decision.outcome === 'permit'
        ? 'now-permitted'
        : 'now-refused'
  return { changed: { id, decidedAt, act, change, nowRefusing, noLongerRefusing } }
}

function countByClause(changed: readonly Changed[]): ReplayReport['byClause'] {
  const clauses = new Set(changed.flatMap((each) => [...each.nowRefusing, ...each.noLongerRefusing]))
  return [...clauses].toSorted().map((clause) => ({
    clause,
    nowRefuses: changed.filter((each) => each.nowRefusing.includes(clause)).length,
    noLongerRefuses: changed.filter((each) => each.noLongerRefusing.includes(clause)).length,
  }))
}

type InTime = Pick<StoredDecision, 'id' | 'decidedAt'>

function inTime(a: InTime, b: InTime): number {
  const [first, second] = [`${a.decidedAt} ${a.id}`, `${b.decidedAt} ${b.id}`]
  return first < second ? -1 : first > second ? 1 : 0
}
