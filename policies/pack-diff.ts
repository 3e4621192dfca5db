// What differs between two versions of the packs: clauses that came, went or changed, and the rules, clocks and exchanges
// that did. Pure; in the order of the later version, what is gone last.
import type { Agreements, Clause, Pack, Paragraph } from './agreements.ts'
import type { AgreementFile, GatewayFile } from './pack-shape.ts'

export interface Difference {
  readonly pack: string
  readonly what: 'agreement' | 'head' | 'clause' | 'words' | 'rule' | 'duty' | 'exchange' | 'beside'
  readonly id: string
  readonly change: 'added' | 'removed' | 'changed'
  /** For a person, such as the words before and after. */
  readonly before?: string
  readonly after?: string
}

type AnyPack = Pack<AgreementFile | GatewayFile>
type Comparable = Pick<Pack<object>, 'key' | 'head' | 'paragraphs'>

/** @returns nothing where the two say the same, whatever the layout of their files */
export function packDifferences(before: Agreements, after: Agreements): Difference[] {
  const [old, young] = [packsOf(before), packsOf(after)]
  const removed = [...old.keys()].filter((key) => !young.has(key))
  return [
    ...[...young].flatMap(([key, pack]) => {
      const earlier = old.get(key)
      const added: Difference = { pack: key, what: 'agreement', id: key, change: 'added' }
      return earlier === undefined ? [added] : packDifference(earlier, pack)
    }),
    ...removed.map((key): Difference => ({ pack: key, what: 'agreement', id: key, change: 'removed' })),
    ...beside(before, after),
  ]
}

/** All that an agreement says, as what a set without it would gain. */
export function contentsOf(agreement: AnyPack): Difference[] {
  const nothing = { ...agreement, head: { ...agreement.head, value: {} }, paragraphs: [] }
  return packDifference(nothing, agreement)
}

function packsOf({ agreements, local }: Agreements): Map<string, AnyPack> {
  return new Map<string, AnyPack>([...agreements, [local.key, local]])
}

function packDifference(before: Comparable, after: Comparable): Difference[] {
  const pack = after.key
  const compare = (
    what: Difference['what'],
    read: (paragraph: Paragraph) => readonly (readonly [string, string])[],
  ) =>
    compared(before.paragraphs.flatMap(read), after.paragraphs.flatMap(read)).map(
      (difference): Difference => ({ pack, what, ...difference }),
    )
  const heads = compared([[pack, text(before.head.value)]], [[pack, text(after.head.value)]])
  return [
    ...heads.map((difference): Difference => ({ pack, what: 'head', ...difference })),
    ...compare('clause', ({ clauses }) => clauses.map((clause) => [clause.id, text(clause, 'says')])),
    ...compare('words', ({ clauses }) => clauses.map((clause) => [clause.id, wordsOf(clause)])).filter(
      ({ change }) => change === 'changed',
    ),
    ...compare('rule', ({ rules }) => rules.map((rule) => [rule.id, rule.text])),
    ...compare('duty', ({ duties }) => duties.map((duty) => [duty.clause, text(duty)])),
    ...compare('exchange', ({ exchanges }) => exchanges.map((each) => [each.key, text(each, 'sample')])),
  ]
}

function wordsOf(clause: Clause): string {
  return clause.kind === 'default' ? '' : (clause.says ?? '')
}

/** What a thing says, wherever it stands. */
function text(value: object, ...leftOut: readonly string[]): string {
  const without = new Set(['place', 'pack', 'paragraph', ...leftOut])
  return JSON.stringify(Object.fromEntries(Object.entries(value).filter(([name]) => !without.has(name))))
}

type Entries = readonly (readonly [id: string, text: string])[]

function compared(before: Entries, after: Entries): Omit<Difference, 'pack' | 'what'>[] {
  const [old, young] = [new Map(before), new Map(after)]
  return [
    ...[...young].flatMap(([id, now]): Omit<Difference, 'pack' | 'what'>[] => {
      const then = old.get(id)
      if (then === undefined) return [{ id, change: 'added', after: now }]
      return then === now ? [] : [{ id, change: 'changed', before: then, after: now }]
    }),
    ...[...old].flatMap(([id, then]) =>
      young.has(id) ? [] : [{ id, change: 'removed' as const, before: then }],
    ),
  ]
}

/** What decides beside the packs: the schema, the datasets, the purposes, the schedules, the parties. */
function beside(before: Agreements, after: Agreements): Difference[] {
  const read = (all: Agreements): Entries => [
    ['concordat.cedarschema', all.schema],
    ...(['datasets', 'purposes', 'schedules', 'parties'] as const).flatMap((name) =>
      [...all[name]].map(([key, value]) => [`${name}/${key}`, text(value)] as const),
    ),
  ]
  return compared(read(before), read(after)).map((difference) => ({
    pack: 'local',
    what: 'beside',
    ...difference,
  }))
}
