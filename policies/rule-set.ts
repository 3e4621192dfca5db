// Which rules have a say in an act, and what the packs tell them: those of the agreement that governs the transfer, and
// the gateway's own. Only rules for the act are consulted, because Cedar's cost grows with the set.
import { createHash } from 'node:crypto'
import {
  findExchange,
  rulesOf,
  takesNewTransfers,
  type Agreement,
  type Agreements,
  type Exchange,
  type PackVersion,
} from './agreements.ts'
import { londonDate } from './calendar.ts'
import { prepare, type PreparedSet, type Situation } from './evaluate.ts'
import type { Act, Governed } from './facts.ts'
import { resolveRetention } from './retention.ts'
import type { Rule } from './rules.ts'

export interface RuleSet {
  readonly prepared: PreparedSet
  /** In the order of the agreement, the local ones last. */
  readonly rules: readonly Rule[]
  /** The clauses that the rules enforce, each once. */
  readonly tested: readonly string[]
  readonly pack: PackVersion
}

const setsOf = new WeakMap<Agreements, Map<string, RuleSet>>()

/** The rules for an act, of the exchange that is asked about and of every exchange; parsed by Cedar when first asked for. */
export function ruleSetFor(all: Agreements, governing: readonly Agreement[], act: Act, asked = ''): RuleSet {
  const exchange = governing.some(({ exchanges }) => exchanges.has(asked)) ? asked : ''
  const sets = setsOf.get(all) ?? new Map<string, RuleSet>()
  setsOf.set(all, sets)
  const name = [...governing.map((agreement) => agreement.key), act, exchange].join(' ')
  const known = sets.get(name)
  if (known) return known
  const made = makeRuleSet(all, governing, act, exchange)
  sets.set(name, made)
  return made
}

function makeRuleSet(all: Agreements, governing: readonly Agreement[], act: Act, exchange: string): RuleSet {
  const ofAgreements = governing
    .flatMap(rulesOf)
    .filter((rule) => rule.acts.includes(act) && (rule.within?.includes(exchange) ?? true))
  const others = [...all.agreements.values()].filter((agreement) => !governing.includes(agreement))
  const keys = new Set(governing.map(({ key }) => key))
  const ofOthers = others
    .flatMap(rulesOf)
    .filter((rule) => rule.also !== undefined && keys.has(rule.also) && rule.acts.includes(act))
  const ofLocal = rulesOf(all.local).filter((rule) => rule.acts.includes(act))
  const rules = [...ofAgreements, ...ofOthers, ...ofLocal]
  const tested = new Set(rules.flatMap((rule) => rule.clause ?? []))
  // Made from what is parsed, so that two versions of a pack can be asked side by side, and share what they have in common.
  const prepared = prepare(digest(JSON.stringify(rules.map(({ id, text }) => [id, text]))), all.schema, rules)
  const [first] = ofAgreements.length > 0 ? governing : []
  const pack = {
    key: first?.key ?? all.local.key,
    hash: first?.hash ?? all.local.hash,
    localHash: all.localHash,
  }
  return { prepared, rules, tested: [...tested], pack }
}

/**
 * The agreement that a transfer cites. Where it cites none that there is, every agreement that is in force between the two
 * parties has its say, so that one of them can refuse it.
 */
export function governingAgreements(
  all: Agreements,
  transfer: Governed | undefined,
  today: string,
): Agreement[] {
  if (transfer === undefined) return []
  const cited = all.agreements.get(transfer.agreement)
  if (cited) return [cited]
  return [...all.agreements.values()].filter(
    (agreement) =>
      takesNewTransfers(agreement) &&
      agreement.parties.includes(transfer.from) &&
      agreement.parties.includes(transfer.to) &&
      isDated(agreement, today),
  )
}

function isDated({ inForce: { from, until } }: Agreement, today: string): boolean {
  return from !== undefined && from.value <= today && (until === undefined || today <= until.value)
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

const markings = ['OFFICIAL', 'OFFICIAL-SENSITIVE']

/** What the packs say about an act at an instant: the `context` that the schema declares. `today` is the date in London. */
export function situationOf(
  all: Agreements,
  governing: readonly Agreement[],
  transfer: Governed | undefined,
  now: Date,
): Situation {
  const today = londonDate(now)
  const purposes = [...all.purposes.keys()]
  const nothing = {
    now: now.toISOString(),
    today,
    purposes,
    markings,
    cipherProfiles: [],
    datasets: [],
    retentionClasses: [],
  }
  if (transfer === undefined) return nothing
  const cited = all.agreements.get(transfer.agreement)
  const [agreement] = governing
  const exchange = agreement && findExchange(all, agreement.key, transfer.exchange)
  const retention =
    agreement && resolveRetention(all, agreement.key, transfer.from, transfer.to, transfer.retentionClass)
  return {
    ...nothing,
    ...(cited && { ...citedOf(cited), standing: cited.standing.value }),
    ...(exchange && saidOf(exchange)),
    ...(retention && { retentionClasses: [retention.class] }),
  }
}

/** An agreement that nobody dated cannot be in force, so no rule hears of its dates. */
function citedOf({ key, parties, inForce: { from, until } }: Agreement): Situation {
  if (from === undefined) return {}
  return {
    agreement: { key, parties, inForceFrom: from.value, ...(until && { inForceUntil: until.value }) },
  }
}

function saidOf({ cipherProfiles, datasets, supplies, approvals }: Exchange): Situation {
  const [approval] = approvals.value
  return {
    cipherProfiles: cipherProfiles.value,
    datasets: datasets.value,
    sender: deskOf(supplies.value),
    ...(approval && { approver: deskOf(approval.of) }),
  }
}

function deskOf(name: string): { readonly party: string; readonly role: string } {
  const [party = '', role = ''] = name.split('/')
  return { party, role }
}
