// What a version changes, to be read: paragraph by paragraph and clause by clause, with the words, rules, clocks and local
// defaults before and after. Made from every difference that pack-diff.ts found, so that none can be left out.
import type { Agreements, Paragraph } from '../../policies/agreements.ts'
import type { Difference } from '../../policies/pack-diff.ts'
import { writeKey } from '../http/filters.ts'
import { listed } from './acts.ts'
import { headingOf } from './document.ts'
import { valuesOf, type Shown } from './shown-values.ts'
import { wordRuns, type Run } from './word-runs.ts'

/** One thing about a clause that is not as it was: a text word by word, or a value before and after. */
export interface ChangedField {
  readonly name: string
  readonly runs?: readonly Run[]
  /** Of a text: it is Cedar, whose line ends mean something to the eye. */
  readonly isRule?: true
  readonly before?: Shown
  readonly after?: Shown
}

export interface ChangedItem {
  readonly id: string
  readonly change: Difference['change']
  readonly fields: readonly ChangedField[]
}

export interface ChangedPart {
  readonly heading: string
  readonly title: string
  readonly items: readonly ChangedItem[]
}

/** @param differences between the two sets, in the order of the later one */
export function changesBetween(
  differences: readonly Difference[],
  before: Agreements,
  after: Agreements,
): ChangedPart[] {
  const homes = homesIn(before, after)
  const items = Map.groupBy(differences, (each) => `${each.pack} ${subjectOf(each)}`)
  const placed = [...items.values()].flatMap((own) => {
    const [first] = own
    if (!first) return []
    const home = homes.get(subjectOf(first)) ?? elsewhere(first)
    return [{ home, item: itemOf(subjectOf(first), own, { before, after }) }]
  })
  const parts = Map.groupBy(placed, ({ home }) => home)
  return [...parts].map(([home, own]) => ({ ...home, items: own.map(({ item }) => item) }))
}

/** A rule goes with its clause, or with the exchange that it opens: '16-media#2' is the second one. */
function subjectOf({ what, id }: Difference): string {
  return what === 'rule' ? id.replace(/#\d+$/, '') : id
}

type Home = Pick<ChangedPart, 'heading' | 'title'>

function homesIn(before: Agreements, after: Agreements): Map<string, Home> {
  const homes = new Map<string, Home>()
  for (const all of [before, after])
    for (const pack of [...all.agreements.values(), all.local])
      for (const paragraph of pack.paragraphs) {
        const home = { heading: headingOf(pack.key, paragraph.number), title: paragraph.title }
        for (const name of namesIn(paragraph)) homes.set(name, home)
      }
  return homes
}

function namesIn({ clauses, exchanges }: Paragraph): string[] {
  return [...clauses.map(({ id }) => id), ...exchanges.map(({ key }) => key)]
}

const head: Home = { heading: 'Head', title: 'Parties, dates and contacts' }
const besides: Home = { heading: 'Beside it', title: 'Parties, datasets and schedules that it brings' }

function elsewhere({ what }: Difference): Home {
  return what === 'beside' ? besides : head
}

interface Both {
  readonly before: Agreements
  readonly after: Agreements
}

function itemOf(id: string, differences: readonly Difference[], both: Both): ChangedItem {
  const whole = differences.find(({ what }) => what !== 'rule' && what !== 'words' && what !== 'duty')
  const fields = differences.flatMap((difference) => fieldsOf(difference, both))
  return { id, change: whole?.change ?? 'changed', fields }
}

function fieldsOf(difference: Difference, { before, after }: Both): ChangedField[] {
  const { what, id, before: then, after: now } = difference
  switch (what) {
    case 'words':
      return [textField('Words', then, now)]
    case 'rule':
      return [{ ...textField('Rule', then, now), isRule: true }]
    case 'clause':
      return difference.change === 'changed'
        ? valueFields('', then, now)
        : [textField('Words', saysIn(before, id), saysIn(after, id)), ...valueFields('', then, now)]
    case 'duty':
      return valueFields('Clock: ', then, now)
    case 'agreement':
      return []
    case 'head':
    case 'exchange':
      return valueFields('', then, now)
    case 'beside':
      return id.includes('/') ? valueFields('', then, now) : [textField('Text', then, now)]
  }
}

function saysIn({ clauses }: Agreements, id: string): string | undefined {
  const clause = clauses.get(id)
  return clause === undefined || clause.kind === 'default' ? undefined : clause.says
}

function textField(name: string, before = '', after = ''): ChangedField {
  return { name, runs: wordRuns(before, after) }
}

function valueFields(prefix: string, before = '{}', after = '{}'): ChangedField[] {
  const [then, now] = [valuesOf(JSON.parse(before)), valuesOf(JSON.parse(after))]
  return [...new Set([...now.keys(), ...then.keys()])].flatMap((path): ChangedField[] => {
    const [old, young] = [then.get(path), now.get(path)]
    if (old?.text === young?.text && old?.local === young?.local) return []
    return [{ name: prefix + nameOf(path), ...(old && { before: old }), ...(young && { after: young }) }]
  })
}

/** 'form.states' → 'Form: states' */
function nameOf(path: string): string {
  const [first = '', ...rest] = path.split('.').map(writeKey)
  return rest.length === 0 ? first : `${first}: ${listed([rest.join(' ').toLowerCase()])}`
}
