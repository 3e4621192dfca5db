// Where each clause is, what makes it happen, and which examples show it: from the packs themselves, so that it cannot say
// what is not so. `gaps` says what is missing; a pack that loads has none.
import {
  takesNewTransfers,
  type Agreements,
  type Clause,
  type Example,
  type Paragraph,
} from './agreements.ts'
import { evidenceFor, runExamples, type Run } from './examples.ts'
import type { Act } from './facts.ts'
import type { Place } from './fault.ts'
import type { AgreementFile } from './pack-shape.ts'
import { clockInWords } from './duty.ts'

export type Standing = AgreementFile['standing']['value'] | 'local'

/** What makes a clause happen, or what is left of it where its agreement is over. */
export type Mechanism =
  | { readonly kind: 'rule'; readonly place: Place; readonly acts: readonly Act[]; readonly refusal: string }
  | { readonly kind: 'clock'; readonly place: Place; readonly words: string }
  | { readonly kind: 'form'; readonly words: string }
  | { readonly kind: 'record'; readonly words: string }
  | { readonly kind: 'why'; readonly words: string }
  | { readonly kind: 'says'; readonly words: string }
  | { readonly kind: 'still'; readonly words: string }
  | { readonly kind: 'was'; readonly words: string }

export interface Coverage {
  readonly clause: Clause
  readonly paragraph: Paragraph
  /** The key of its agreement, or `local`. */
  readonly pack: string
  readonly standing: Standing
  readonly mechanisms: readonly Mechanism[]
  readonly permits: readonly Example[]
  readonly refusals: readonly Example[]
  /** What a clause in force lacks, in words. */
  readonly gaps: readonly string[]
}

/** Every clause of every pack, in the order of the agreements; the gateway's own last. */
export function coverageOf(all: Agreements): Coverage[] {
  const runs = runExamples(all)
  const packs = [...all.agreements.values(), all.local]
  return packs.flatMap((pack) => {
    const standing: Standing = 'standing' in pack ? pack.standing.value : 'local'
    return pack.paragraphs.flatMap((paragraph) =>
      paragraph.clauses.map((clause) => {
        const covered = {
          clause,
          paragraph,
          pack: pack.key,
          standing,
          ...mechanismsOf(clause, paragraph, runs),
        }
        return { ...covered, gaps: takesNewTransfers(pack) ? gapsOf(covered) : [] }
      }),
    )
  })
}

type Covered = Pick<Coverage, 'clause' | 'mechanisms' | 'permits' | 'refusals'>

function mechanismsOf(
  clause: Clause,
  { rules, duties }: Paragraph,
  runs: readonly Run[],
): Pick<Coverage, 'mechanisms' | 'permits' | 'refusals'> {
  const own = rules.filter((rule) => rule.clause === clause.id)
  const evidence = own.map((rule) => evidenceFor(rule, runs))
  const clocks = duties.filter((duty) => duty.clause === clause.id)
  return {
    mechanisms: [
      ...own.map(({ place, acts, refusal }): Mechanism => ({ kind: 'rule', place, acts, refusal })),
      ...clocks.map((duty): Mechanism => ({ kind: 'clock', place: duty.place, words: clockInWords(duty) })),
      ...writtenMechanisms(clause),
    ],
    permits: [...new Set(evidence.flatMap(({ permits }) => permits))],
    refusals: [...new Set(evidence.flatMap(({ refusals }) => refusals))],
  }
}

/** What the clause itself says makes it happen. */
function writtenMechanisms(clause: Clause): Mechanism[] {
  switch (clause.kind) {
    case 'rule':
      return clause.stillBinds === undefined ? [] : [{ kind: 'still', words: clause.stillBinds }]
    case 'duty':
      return pastClock(clause.clock)
    case 'attestation':
      return [{ kind: 'form', words: `${clause.form.by.join(', ')}: ${clause.form.states}` }]
    case 'record': {
      const keeps = clause.keeps?.join(', ')
      return [
        ...(keeps === undefined ? [] : [{ kind: 'record', words: keeps } as const]),
        ...pastClock(clause.clock),
      ]
    }
    case 'outside':
      return [{ kind: 'why', words: clause.why }]
    case 'default':
      return [{ kind: 'says', words: clause.refusal }]
  }
}

function pastClock(clock: Extract<Clause, { kind: 'duty' }>['clock']): Mechanism[] {
  if (clock === undefined) return []
  const { starts, ...rest } = clock
  const words = Object.entries(rest).flatMap(([name, value]) =>
    value === undefined ? [] : `${name} ${value}`,
  )
  return [{ kind: 'was', words: [`from ${starts}`, ...words].join('; ') }]
}

function gapsOf({ clause, mechanisms, permits, refusals }: Covered): string[] {
  const { id, kind } = clause
  const examples = [
    ...(permits.length > 0 ? [] : [`${id} has no example of a permit.`]),
    ...(refusals.length > 0 ? [] : [`${id} has no example of a refusal.`]),
  ]
  return [
    ...(mechanisms.some((mechanism) => mechanism.kind === mechanismOf[kind])
      ? []
      : [`Nothing makes ${id} happen.`]),
    ...(kind === 'rule' ? examples : []),
  ]
}

const mechanismOf = {
  rule: 'rule',
  duty: 'clock',
  attestation: 'form',
  record: 'record',
  outside: 'why',
  default: 'says',
} as const
