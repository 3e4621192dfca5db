// The one place where an act is permitted. Every rule that has a say is asked; what nothing permits, what any clause
// forbids, and what could not be established is refused, with every clause that refused and what would change it. Pure:
// the same packs, act and facts give the same answer.
import type { Agreements, PackVersion } from './agreements.ts'
import { londonDate } from './calendar.ts'
import { evaluate, resourceOf, type Evaluation } from './evaluate.ts'
import { governedBy, type Act, type Facts } from './facts.ts'
import { governingAgreements, ruleSetFor, situationOf, type RuleSet } from './rule-set.ts'
import type { Rule } from './rules.ts'

export type { Agreements, PackVersion } from './agreements.ts'

/** One clause that refuses, in words for the person who is refused. */
export interface Refusal {
  readonly clause: string
  /** The agreement's own words; a local rule quotes nothing. */
  readonly says?: string
  readonly reason: string
  readonly remedy: string
  readonly whoCanDecide: string
  /** The gateway's own rule, and not the agreement's. */
  readonly local: boolean
}

export type Decision<A extends Act = Act> =
  | { readonly outcome: 'permit'; readonly permit: Permit<A> }
  | {
      readonly outcome: 'refusal'
      readonly refusals: readonly [Refusal, ...Refusal[]]
      /** The clauses whose rules were put to the test. */
      readonly tested: readonly string[]
      readonly pack: PackVersion
      /** What could not be established, for the operator: not for the person who is refused. Empty when all went well. */
      readonly errors: readonly string[]
    }

const earned = Symbol('earned by a decision')

/** That an act was permitted, and by what. Only `decide` can make one, so a store that asks for one has been decided. */
export class Permit<A extends Act = Act> {
  readonly act: A
  readonly tested: readonly string[]
  /** The permits that opened, by their rule ids: an exchange, or a local right. */
  readonly determining: readonly string[]
  readonly pack: PackVersion
  readonly facts: Facts
  readonly #earned = true

  constructor(proof: symbol, granted: Pick<Permit<A>, 'act' | 'tested' | 'determining' | 'pack' | 'facts'>) {
    if (proof !== earned) throw new TypeError('Only a decision makes a permit.')
    this.act = granted.act
    this.tested = granted.tested
    this.determining = granted.determining
    this.pack = granted.pack
    this.facts = granted.facts
  }

  /** Whether something is a permit that a decision made. */
  static is(something: object): something is Permit {
    return #earned in something && something.#earned
  }
}

/**
 * Decides one act. Never throws: facts that make no sense are refused.
 *
 * @returns a permit with the clauses that were put to the test, or every clause that refuses
 */
export function decide<A extends Act>(agreements: Agreements, act: A, facts: Facts): Decision<A> {
  const now = new Date(facts.now)
  if (Number.isNaN(now.getTime()))
    return notEstablished(agreements, act, ruleSetFor(agreements, [], act), [
      `now: ${facts.now} is no instant`,
    ])
  const subject = governedBy(act, facts)
  const governing = governingAgreements(agreements, subject, londonDate(now))
  const set = ruleSetFor(agreements, governing, act, subject?.exchange)
  const resource = resourceOf(act, facts)
  if (resource === undefined) return refusal(set, [defaultRefusal(agreements, 'local/default-deny', act)], [])
  const situation = situationOf(agreements, governing, subject, now)
  const found = evaluate(set.prepared, act, facts, resource, situation)
  if (found.allowed) {
    const { tested, pack } = set
    return {
      outcome: 'permit',
      permit: new Permit(earned, { act, tested, determining: openedBy(set, found), pack, facts }),
    }
  }
  if (found.errors.length > 0 && found.erring.length === 0)
    return notEstablished(agreements, act, set, found.errors)
  const refusals = refusalsOf(agreements, act, set, found)
  return refusal(
    set,
    refusals.length > 0 ? refusals : [defaultRefusal(agreements, 'local/default-deny', act)],
    found.errors,
  )
}

/** Cedar names what decided in no order of its own. */
function openedBy({ rules }: RuleSet, { determining }: Evaluation): string[] {
  return rules.map((rule) => rule.id).filter((id) => determining.includes(id))
}

function notEstablished<A extends Act>(
  agreements: Agreements,
  act: A,
  set: RuleSet,
  errors: readonly string[],
): Decision<A> {
  return refusal(set, [defaultRefusal(agreements, 'local/not-established', act)], errors)
}

function refusal<A extends Act>(
  set: RuleSet,
  refusals: readonly Refusal[],
  errors: readonly string[],
): Decision<A> {
  const [first, ...others] = refusals
  if (first === undefined) throw new Error('A refusal without a clause.')
  return { outcome: 'refusal', refusals: [first, ...others], tested: set.tested, pack: set.pack, errors }
}

/** Every forbid that fired and every rule that could not be evaluated, in the order of the agreement. */
function refusalsOf(agreements: Agreements, act: Act, set: RuleSet, found: Evaluation): Refusal[] {
  const fired = new Set(found.determining)
  const erring = new Set(found.erring)
  return set.rules.flatMap((rule) => {
    if (erring.has(rule.id)) return unreadRefusal(agreements, act, rule)
    return rule.effect === 'forbid' && fired.has(rule.id) ? ruleRefusal(agreements, rule) : []
  })
}

function ruleRefusal(agreements: Agreements, { clause = '', refusal: reason, remedy, who }: Rule): Refusal {
  return { ...quoted(agreements, clause), reason, remedy, whoCanDecide: who }
}

/** A rule that could not be evaluated refuses in the name of its clause; a permit that could not, in nobody's. */
function unreadRefusal(agreements: Agreements, act: Act, { clause }: Rule): Refusal {
  const unknown = defaultRefusal(agreements, 'local/not-established', act)
  return clause === undefined ? unknown : { ...unknown, ...quoted(agreements, clause) }
}

function quoted(agreements: Agreements, id: string): Pick<Refusal, 'clause' | 'says' | 'local'> {
  const clause = agreements.clauses.get(id)
  const says = clause?.kind === 'default' ? undefined : clause?.says
  return { clause: id, ...(says !== undefined && { says }), local: clause?.pack === agreements.local.key }
}

function defaultRefusal(
  agreements: Agreements,
  id: 'local/default-deny' | 'local/not-established',
  act: Act,
): Refusal {
  const clause = agreements.clauses.get(id)
  if (clause?.kind !== 'default') throw new Error(`${id} is not loaded.`) // lint sees to it
  const { refusal: reason, remedy, who } = clause.acts?.[act] ?? clause
  return { clause: id, reason, remedy, whoCanDecide: who, local: true }
}
