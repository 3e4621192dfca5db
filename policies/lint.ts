// What does not fit together in the packs: a clause without what should enforce it, a rule without its clause, a name that
// nobody has. All of it is found in one pass, so that a person mends a pack once and not ten times.
import { takesNewTransfers } from './agreements.ts'
import type { Agreement, Agreements, Exchange, Pack, Paragraph } from './agreements.ts'
import type { Add, Fault, Place } from './fault.ts'
import { lintMechanism, lintPastMechanism, lintWords } from './lint-clause.ts'
import { lintStanding } from './lint-standing.ts'
import type { AgreementFile, GatewayFile } from './pack-shape.ts'
import type { Rule } from './rules.ts'

type AnyPack = Pack<AgreementFile | GatewayFile>

const defaults = ['local/default-deny', 'local/not-established']

/** Every fault that lies between files. Examples are run elsewhere, once nothing else is wrong. */
export function lint(all: Agreements): Fault[] {
  const faults: Fault[] = []
  const add: Add = (code, place, message, remedy) => faults.push({ code, ...place, message, remedy })
  const packs: AnyPack[] = [all.local, ...all.agreements.values()]
  for (const agreement of all.agreements.values()) {
    lintHead(agreement, all, add)
    for (const exchange of agreement.exchanges.values()) lintExchange(exchange, agreement, all, add)
  }
  lintStanding(all, add)
  lintIds(packs, add)
  for (const pack of packs) for (const paragraph of pack.paragraphs) lintParagraph(paragraph, pack, all, add)
  for (const id of defaults)
    if (all.clauses.get(id)?.kind !== 'default')
      add(
        'missing-mechanism',
        all.local.head.place([]),
        `There is no clause ${id}.`,
        'Write it with kind: default.',
      )
  return faults
}

function lintHead(agreement: Agreement, all: Agreements, add: Add): void {
  const { key, head, parties, contacts, retention, sharing = {} } = agreement
  if (head.file !== `agreements/${key}/agreement.yaml`)
    add(
      'unknown-name',
      head.place(['key']),
      `The agreement ${key} is not in agreements/${key}.`,
      'Rename the folder or the key.',
    )
  const named = [
    ...parties.map((party, index) => ({ party, at: ['parties', index] })),
    ...Object.keys(contacts).map((party) => ({ party, at: ['contacts', party] })),
    ...retention.flatMap(({ from, to, schedule }, index) =>
      [from, to, schedule.value].map((party) => ({ party, at: ['retention', index] })),
    ),
  ]
  for (const { party, at } of named) if (!all.parties.has(party)) unknownParty(party, head.place(at), add)
  for (const [index, { schedule }] of retention.entries())
    if (!all.schedules.has(schedule.value))
      add(
        'unknown-name',
        head.place(['retention', index]),
        `${schedule.value} has no schedule.`,
        'Write one under schedules/.',
      )
  for (const [name, statement] of Object.entries(sharing))
    for (const id of statement?.by ?? [])
      if (all.clauses.get(id)?.pack !== key)
        add(
          'unknown-clause',
          head.place(['sharing', name]),
          `${key} has no clause ${id}.`,
          'Name a clause of this agreement that says it, or mark the words local.',
        )
}

function unknownParty(party: string, place: Place, add: Add): void {
  add(
    'unknown-name',
    place,
    `There is no party ${party}.`,
    'Use a key of parties.yaml, or add the party there.',
  )
}

function lintExchange(exchange: Exchange, agreement: Agreement, all: Agreements, add: Add): void {
  const { place, from, to } = exchange
  for (const party of [from, to]) {
    if (!all.parties.has(party)) unknownParty(party, place, add)
    else if (!agreement.parties.includes(party))
      add('unknown-name', place, `${party} is no party to ${agreement.key}.`, 'Use a party of the agreement.')
  }
  const { noRefusal } = exchange.asking ?? {}
  if (noRefusal !== undefined && all.clauses.get(noRefusal)?.pack !== agreement.key)
    add('unknown-clause', place, `${agreement.key} has no clause ${noRefusal}.`, 'Name the clause of this agreement by which nobody can refuse, or leave noRefusal out.') // prettier-ignore
  for (const role of [exchange.supplies.value, ...exchange.approvals.value.map((approval) => approval.of)]) {
    const [party = '', name = ''] = role.split('/')
    if (!(all.parties.get(party)?.roles.includes(name) ?? false))
      add('unknown-name', place, `There is no role ${role}.`, 'Use a role of parties.yaml, or add it there.')
  }
  for (const dataset of exchange.datasets.value)
    if (!all.datasets.has(dataset))
      add('unknown-name', place, `There is no dataset ${dataset}.`, 'Use a key of datasets/.')
  const direction = agreement.retention.find((each) => each.from === from && each.to === to)
  if (direction === undefined) {
    add(
      'missing-mechanism',
      place,
      `No schedule governs what goes from ${from} to ${to}.`,
      'Add the direction to retention in agreement.yaml.',
    )
    return
  }
  const retentionClass = exchange.retentionClass.value
  if (!(
    all.schedules.get(direction.schedule.value)?.classes.some(({ key }) => key === retentionClass) ?? false
  ))
    add(
      'unknown-name',
      place,
      `${direction.schedule.value}'s schedule has no class ${retentionClass}.`,
      'Use a class of the schedule.',
    )
}

function lintIds(packs: readonly Pack<unknown>[], add: Add): void {
  const seen = new Map<string, Place>()
  for (const pack of packs) {
    const exchanges = new Set<string>()
    for (const { clauses, exchanges: own } of pack.paragraphs) {
      for (const { id, place } of clauses) {
        const first = seen.get(id)
        if (first)
          add(
            'duplicate',
            place,
            `The clause ${id} is also at ${first.file}:${first.line}.`,
            'Give each clause its own id.',
          )
        else seen.set(id, place)
      }
      for (const { key, place } of own) {
        if (exchanges.has(key))
          add('duplicate', place, `The exchange ${key} is there twice.`, 'Give each exchange its own key.')
        exchanges.add(key)
      }
    }
  }
}

function lintParagraph(paragraph: Paragraph, pack: AnyPack, all: Agreements, add: Add): void {
  for (const clause of paragraph.clauses) {
    lintWords(clause, add)
    if (takesNewTransfers(pack)) lintMechanism(clause, paragraph, add)
    else lintPastMechanism(clause, paragraph, add)
  }
  for (const rule of paragraph.rules) lintRule(rule, paragraph, pack, all, add)
  for (const { clause, place } of paragraph.duties) {
    const owner = paragraph.clauses.find(({ id }) => id === clause)
    if (owner === undefined) unknownClause(clause, place, all, add)
    else if (owner.kind !== 'duty' && owner.kind !== 'rule')
      add(
        'wrong-kind',
        place,
        `${clause} is of kind ${owner.kind}, and a clock is for a duty or a rule.`,
        'Change the kind, or remove the clock.',
      )
  }
  for (const exchange of paragraph.exchanges)
    if (!paragraph.rules.some((rule) => rule.effect === 'permit' && rule.exchange === exchange.key))
      add(
        'missing-mechanism',
        exchange.place,
        `Nothing permits the exchange ${exchange.key}.`,
        'Write its permit, with @exchange.',
      )
}

function lintRule(rule: Rule, paragraph: Paragraph, pack: AnyPack, all: Agreements, add: Add): void {
  const { place, effect, clause, exchange } = rule
  const opens = effect === 'permit' && pack.key !== 'local'
  if (opens) {
    if (exchange === undefined || !paragraph.exchanges.some(({ key }) => key === exchange))
      add(
        'annotation',
        place,
        `This permit opens no exchange of ${paragraph.file}.`,
        'Name one with @exchange.',
      )
    if (clause !== undefined)
      add('annotation', place, 'A permit of an agreement enforces no clause.', 'Remove @clause.')
    return
  }
  if (exchange !== undefined || (pack.key === 'local' && rule.within !== undefined))
    add('annotation', place, 'Only a rule of an agreement is for an exchange.', 'Remove @exchange.')
  else lintWithin(rule, pack, add)
  if (clause === undefined) {
    add('annotation', place, 'This rule names no clause.', 'Name the clause that it enforces with @clause.')
    return
  }
  const owner = paragraph.clauses.find(({ id }) => id === clause)
  if (owner === undefined) unknownClause(clause, place, all, add, paragraph)
  else if (!['rule', 'attestation', 'duty'].includes(owner.kind))
    add(
      'wrong-kind',
      place,
      `${clause} is of kind ${owner.kind}, and a rule is for a rule, an attestation or a duty.`,
      'Change the kind, or remove the rule.',
    )
  const texts = { refusal: rule.refusal, remedy: rule.remedy, who: rule.who }
  for (const [name, text] of Object.entries(texts))
    if (effect === 'forbid' && text.trim() === '')
      add(
        'annotation',
        place,
        `This rule has no @${name}.`,
        'Say what is refused, what would change it, and who can decide otherwise.',
      )
}

function lintWithin({ within = [], also, place }: Rule, pack: AnyPack, add: Add): void {
  const supersedes = 'supersedes' in pack.head.value ? pack.head.value.supersedes : undefined
  if (also !== undefined && also !== supersedes)
    add('annotation', place, `${pack.key} did not take the place of ${also}.`, 'Mend @also, or remove it.')
  const known = new Set(pack.paragraphs.flatMap(({ exchanges }) => exchanges.map(({ key }) => key)))
  for (const exchange of within)
    if (!known.has(exchange))
      add(
        'annotation',
        place,
        `${pack.key} has no exchange ${exchange}.`,
        'Mend @exchange, or write the exchange.',
      )
}

function unknownClause(clause: string, place: Place, all: Agreements, add: Add, paragraph?: Paragraph): void {
  const elsewhere = all.clauses.get(clause)
  if (elsewhere)
    add(
      'unknown-clause',
      place,
      `The clause ${clause} is in ${elsewhere.place.file}.`,
      'Keep a clause and what enforces it side by side.',
    )
  else
    add(
      'unknown-clause',
      place,
      `There is no clause ${clause}.`,
      `Write it${paragraph ? ` in ${paragraph.file}` : ''}, or mend the id.`,
    )
}
