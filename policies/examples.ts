// The examples in the packs, run: from an exchange's sample, with what the example changes, the act must be permitted, or
// refused by exactly the clauses that the example names. They are the packs' tests, written by those who draft them.
import { findExchange, rulesOf, type Agreements, type Example, type Exchange } from './agreements.ts'
import { decide, type Decision, type Refusal } from './decide.ts'
import { factsShape, governedBy, type Act, type Facts } from './facts.ts'
import type { Fault, Place } from './fault.ts'
import type { Rule } from './rules.ts'

/** What became of one example. */
export interface Run {
  readonly example: Example
  readonly decision: Decision
}

/** Runs every example of every pack. A fault for each that does not hold, and for each rule that none tests. */
export function lintExamples(all: Agreements): Fault[] {
  const faults: Fault[] = []
  const packs = [all.local, ...all.agreements.values()]
  const runs = runExamples(all, faults)
  for (const { example, decision } of runs) check(example, decision, faults)
  for (const rule of packs.flatMap(rulesOf)) faults.push(...untested(rule, all, runs))
  return faults
}

/** A fault for each example of some acts that does not hold. */
export function exampleFaults(all: Agreements, acts: readonly Act[]): Fault[] {
  const faults: Fault[] = []
  const asked = examplesIn(all).filter(({ when }) => acts.includes(when))
  const runs = runEach(all, asked, faults)
  for (const { example, decision } of runs) check(example, decision, faults)
  return faults
}

/** Every example, decided; those whose facts cannot be are faults. */
export function runExamples(all: Agreements, faults: Fault[] = []): Run[] {
  return runEach(all, examplesIn(all), faults)
}

function runEach(all: Agreements, examples: readonly Example[], faults: Fault[]): Run[] {
  const views = new Map<string, Agreements>()
  return examples.flatMap((example) => run(all, views, example, faults) ?? [])
}

function examplesIn(all: Agreements): Example[] {
  const packs = [all.local, ...all.agreements.values()]
  return packs.flatMap((pack) => pack.paragraphs.flatMap((paragraph) => paragraph.examples))
}

/**
 * What an example is decided by: its own agreement and the one whose sample it takes, so that no other agreement between the
 * same parties, added later, can make it say anything else.
 */
function viewFor(all: Agreements, views: Map<string, Agreements>, { pack, of }: Example): Agreements {
  const keys = new Set([pack, of?.split('/')[0] ?? pack])
  const name = [...keys].toSorted().join(' ')
  const known = views.get(name)
  if (known) return known
  const view = { ...all, agreements: new Map([...all.agreements].filter(([key]) => keys.has(key))) }
  views.set(name, view)
  return view
}

function run(
  all: Agreements,
  views: Map<string, Agreements>,
  example: Example,
  faults: Fault[],
): Run | undefined {
  const unknown = (example.refuses ?? []).filter((id) => !all.clauses.has(id))
  const complaints = unknown.map((id): Complaint => ({
    message: `There is no clause ${id}.`,
    remedy: 'Mend the id.',
  }))
  const facts = factsOf(all, example)
  if ('message' in facts) complaints.push(facts)
  for (const { message, remedy } of complaints)
    faults.push({ code: 'example', ...example.place, message: `"${example.name}": ${message}`, remedy })
  if ('message' in facts) return undefined
  return { example, decision: decide(viewFor(all, views, example), example.when, facts) }
}

type Complaint = Pick<Fault, 'message' | 'remedy'>

/** The facts of an example: the sample's, with what the example changes. Null in it takes a fact of the sample away. */
function factsOf(all: Agreements, example: Example): Facts | Complaint {
  const sample = exchangeOf(all, example)?.sample
  if (sample === undefined)
    return {
      message: 'It is not clear which exchange is meant.',
      remedy: 'Say it with "of", as agreement/exchange.',
    }
  const { now, people, ...thing } = sample
  const person = people[example.as]
  if (person === undefined)
    return {
      message: `The sample has nobody called ${example.as}.`,
      remedy: "Name somebody of the exchange's sample.",
    }
  const facts: Facts = { now, person, ...thing }
  const parsed = factsShape.safeParse(patched(facts, example.given ?? {}))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  return {
    message: `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}.`,
    remedy: 'Give facts that can be.',
  }
}

function exchangeOf(all: Agreements, { of, pack }: Example): Exchange | undefined {
  if (of !== undefined) {
    const [agreement = '', exchange = ''] = of.split('/')
    return findExchange(all, agreement, exchange)
  }
  const own = [...(all.agreements.get(pack)?.exchanges.values() ?? [])]
  return own.length === 1 ? own[0] : undefined
}

function patched(base: unknown, change: unknown): unknown {
  if (!isRecord(change)) return change
  const result: Record<string, unknown> = isRecord(base) ? { ...base } : {}
  for (const [key, value] of Object.entries(change)) {
    if (value === null) Reflect.deleteProperty(result, key)
    else if (value !== undefined) result[key] = patched(result[key], value)
  }
  return result
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function check({ name, place, refuses }: Example, decision: Decision, faults: Fault[]): void {
  const wanted =
    refuses === undefined ? 'permitted' : `refused by ${[...new Set(refuses)].toSorted().join(', ')}`
  const got =
    decision.outcome === 'permit' ? 'permitted' : `refused by ${refusing(decision).toSorted().join(', ')}`
  if (wanted !== got)
    faults.push({ code: 'example', ...place, message: `"${name}" should be ${wanted}, and is ${got}.`, remedy: 'Mend the rule, or the example.' }) // prettier-ignore
}

function refusing(decision: Decision): string[] {
  return decision.outcome === 'permit' ? [] : [...new Set(decision.refusals.map(({ clause }) => clause))]
}

function untested(rule: Rule, all: Agreements, runs: readonly Run[]): Fault[] {
  const { permits, refusals } = evidenceFor(rule, runs)
  const place = all.clauses.get(rule.clause ?? '')?.place ?? rule.place
  return [
    ...(permits.length > 0 ? [] : [untestedFault(rule.id, place, 'permit')]),
    ...(refusals.length > 0 ? [] : [untestedFault(rule.id, place, 'refusal')]),
  ]
}

/**
 * The examples that a rule had a say in: those that it let pass, or opened, and those that it stopped, or left closed. One of
 * each shows that it is neither true nor false whatever the facts are, which Cedar sees of the plainest rules alone.
 */
export function evidenceFor(
  rule: Rule,
  runs: readonly Run[],
): { readonly permits: readonly Example[]; readonly refusals: readonly Example[] } {
  const { id, acts, effect, clause = '', within } = rule
  const forbids = effect === 'forbid'
  const isAsked = ({ permit }: Extract<Decision, { outcome: 'permit' }>) =>
    permit.tested.includes(clause) &&
    acts.includes(permit.act) &&
    (within?.includes(governedBy(permit.act, permit.facts)?.exchange ?? '') ?? true)
  const hasFired = (refusal: Refusal) => refusal.clause === clause && refusal.reason === rule.refusal
  const permits = runs.filter(
    ({ decision }) =>
      decision.outcome === 'permit' &&
      (forbids ? isAsked(decision) : decision.permit.determining.includes(id)),
  )
  const refusals = runs.filter(
    ({ example, decision }) =>
      decision.outcome === 'refusal' &&
      acts.includes(example.when) &&
      (forbids ? decision.refusals.some(hasFired) : refusing(decision).includes('local/default-deny')),
  )
  return { permits: permits.map(({ example }) => example), refusals: refusals.map(({ example }) => example) }
}

function untestedFault(id: string, place: Place, what: string): Fault {
  return { code: 'example', ...place, message: `${id} has no example of a ${what}.`, remedy: 'Write one. Where none can be written, the rule says the same whatever the facts are: mend it.' } // prettier-ignore
}
