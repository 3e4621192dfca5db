// What a decision costs with every pack loaded, beside Cedar alone on one policy: once told the same facts and
// checking none of them, and once with two empty entities, the least that asking it anything can cost. All in this process,
// in rounds, in turn; and how long loading the packs takes.
import type { Agreements } from '../policies/agreements.ts'
import * as cedar from '../policies/cedar.ts'
import { decide } from '../policies/decide.ts'
import { resourceOf } from '../policies/evaluate.ts'
import { governedBy, type Act, type Facts } from '../policies/facts.ts'
import { loadAgreements } from '../policies/pack.ts'
import { governingAgreements, situationOf } from '../policies/rule-set.ts'
import { percentile, rounded, spreadOf, type Spread } from './statistics.ts'

export interface DecideOptions {
  readonly rounds: number
  /** Decisions of each kind in a round. */
  readonly decisions: number
  readonly say: (line: string) => void
}

interface Measured {
  readonly perSecond: Spread
  readonly medianMs: Spread
  readonly p99Ms: Spread
}

export interface DecideResult {
  readonly benchmark: 'decide'
  readonly node: string
  readonly rounds: number
  readonly decisionsEach: number
  readonly packs: readonly string[]
  readonly loadMs: Spread
  readonly least: Measured
  readonly acts: readonly (Measured & {
    readonly act: Act
    readonly of: string
    /** Its median over that of Cedar alone on one policy and the same facts, round by round. */
    readonly timesCedarAlone: Spread
    /** Over that of Cedar on one policy and nothing else. */
    readonly timesTheLeast: Spread
  })[]
}

/** Asking and answering of the main job, looking, and what other agreements decide. */
const cases = [
  { of: 'hmpps-2025/case-level-data', act: 'request', as: 'analyst' },
  { of: 'hmpps-2025/case-level-data', act: 'collect', as: 'analyst' },
  { of: 'hmpps-2025/case-level-data', act: 'view', as: 'analyst' },
  { of: 'hub-2023/hub-data', act: 'open', as: 'analyst' },
  { of: 'hub-2023/hub-publication', act: 'publish', as: 'publisher' },
  { of: 'imb-2024/intelligence-to-hmi-prisons', act: 'open', as: 'inspector' },
  { of: 'probation-2023/probation-report', act: 'publish', as: 'publisher' },
] as const satisfies readonly { of: string; act: Act; as: string }[]

export async function measureDecide({ rounds, decisions, say }: DecideOptions): Promise<DecideResult> {
  say('Loading the packs …')
  const loads: number[] = []
  for (let round = 0; round < 3; round += 1) loads.push(await elapsed(() => loadAgreements()))
  const all = await loadAgreements()
  const least = leastOfCedar()
  const contenders = cases.map(({ of, act, as }) => {
    const facts = sampleOf(all, of, as)
    return { of, act, run: decision(all, act, facts), alone: cedarAlone(all, act, facts) }
  })
  say(`Deciding: ${rounds} rounds of ${decisions} decisions of each kind …`)
  const bases: Times[] = []
  const measured = contenders.map((): { decided: Times; alone: Times }[] => [])
  for (let round = -1; round < rounds; round += 1) {
    const base = times(least, decisions)
    const each = contenders.map(({ run, alone }) => ({
      decided: times(run, decisions),
      alone: times(alone, decisions),
    }))
    if (round < 0) continue // to warm up
    bases.push(base)
    each.forEach((time, index) => measured[index]?.push(time))
  }
  return {
    benchmark: 'decide',
    node: process.version,
    rounds,
    decisionsEach: decisions,
    packs: [...all.agreements.keys()],
    loadMs: spreadOf(loads),
    least: figures(bases),
    acts: contenders.map(({ of, act }, index) => {
      const own = measured[index] ?? []
      return {
        of,
        act,
        ...figures(own.map(({ decided }) => decided)),
        timesCedarAlone: spreadOf(own.map(({ decided, alone }) => decided.median / alone.median)),
        timesTheLeast: spreadOf(
          own.map(({ decided }, round) => decided.median / (bases[round]?.median ?? Number.NaN)),
        ),
      }
    }),
  }
}

function sampleOf(all: Agreements, of: string, as: string): Facts {
  const [agreement = '', exchange = ''] = of.split('/')
  const sample = all.agreements.get(agreement)?.exchanges.get(exchange)?.sample
  const person = sample?.people[as]
  if (!sample || !person) throw new Error(`There is no sample of ${of} with ${as}.`)
  const { now, transfer, document } = sample
  return { now, person, ...(transfer && { transfer }), ...(document && { document }) }
}

function decision(all: Agreements, act: Act, facts: Facts): () => void {
  if (decide(all, act, facts).outcome !== 'permit') throw new Error(`${act} is refused in its sample.`)
  return () => void decide(all, act, facts)
}

const only = { only: 'permit (principal, action, resource);' }

/** One permit, told the same facts, which nothing checks. */
function cedarAlone(all: Agreements, act: Act, facts: Facts): () => void {
  const set = 'bench-alone'
  cedar.keepPolicies(set, only)
  const subject = governedBy(act, facts)
  const governing = governingAgreements(all, subject, facts.now.slice(0, 10))
  const context = situationOf(all, governing, subject, new Date(facts.now))
  const resource = resourceOf(act, facts)
  if (!resource) throw new Error(`There is nothing that ${act} is done to.`)
  const { id, ...attrs } = facts.person
  const person: cedar.EntityJson = {
    uid: { type: 'Person', id },
    attrs: JSON.parse(JSON.stringify(attrs)) as cedar.EntityJson['attrs'],
    parents: [],
  } // facts are JSON
  return asking({
    principal: person.uid, action: { type: 'Action', id: act }, resource: resource.uid, context, preparsedPolicySetId: set,
    entities: [person, resource],
  }) // prettier-ignore
}

/** One permit, two entities with no attributes: no schema, nothing to check. */
function leastOfCedar(): () => void {
  const set = 'bench-least'
  cedar.keepPolicies(set, only)
  const [principal, action, resource] = [{ type: 'Person', id: 'p' }, { type: 'Action', id: 'view' }, { type: 'Thing', id: 't' }] as const // prettier-ignore
  const entities = [principal, resource].map((uid) => ({ uid, attrs: {}, parents: [] }))
  return asking({ principal, action, resource, context: {}, preparsedPolicySetId: set, entities })
}

function asking(call: cedar.StatefulAuthorizationCall): () => void {
  return () => {
    const answer = cedar.ask(call)
    if (answer.type === 'failure' || answer.response.decision !== 'allow')
      throw new Error('Cedar did not allow it.')
  }
}

interface Times {
  readonly perSecond: number
  readonly median: number
  readonly p99: number
}

function times(run: () => void, count: number): Times {
  const each: number[] = []
  const started = performance.now()
  for (let done = 0; done < count; done += 1) {
    const from = performance.now()
    run()
    each.push(performance.now() - from)
  }
  const total = performance.now() - started
  each.sort((a, b) => a - b)
  return { perSecond: (count / total) * 1000, median: percentile(each, 50), p99: percentile(each, 99) }
}

async function elapsed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}

function figures(rounds: readonly Times[]): Measured {
  const spread = (of: (times: Times) => number) => spreadOf(rounds.map((each) => rounded(of(each))))
  return {
    perSecond: spread((t) => t.perSecond),
    medianMs: spread((t) => t.median),
    p99Ms: spread((t) => t.p99),
  }
}

export function decideTable(result: DecideResult): string {
  const line = (name: string, { perSecond, medianMs, p99Ms }: Measured, ...ratios: readonly string[]) =>
    [
      name.padEnd(52),
      ...[perSecond, medianMs, p99Ms].map(({ median }) => String(median).padStart(9)),
      ...ratios.map((ratio) => ratio.padStart(22)),
    ].join(' ')
  const shown = ({ median, min, max }: Spread) => `${median} (${min} to ${max})`
  return [
    `${result.rounds} rounds of ${result.decisionsEach} decisions each, ${result.packs.length} packs, loaded in ${shown(result.loadMs)} ms`,
    [
      ''.padEnd(52),
      ' a second',
      'median ms',
      '   p99 ms',
      'times Cedar, one policy'.padStart(22),
      'times the least'.padStart(22),
    ].join(' '),
    line('Cedar, one policy and nothing else (the least)', result.least),
    ...result.acts.map((each) =>
      line(`${each.act}, ${each.of}`, each, shown(each.timesCedarAlone), shown(each.timesTheLeast)),
    ),
    '',
  ].join('\n')
}
