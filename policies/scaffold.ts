// A new pack to start from: one paragraph with an exchange, the three rules that every exchange needs, and their examples. It
// is whole but for the words that only those who drafted the agreement have; it does not load before they are written.
import type { Agreements } from './agreements.ts'
import { replaceMe } from './left-over.ts'
import type { Sharing } from './pack-shape.ts'
import {
  scaffoldExamples,
  scaffoldRules,
  scaffoldSample,
  type ScaffoldParts,
  type ScaffoldWish,
} from './scaffold-paragraph.ts'

const asked = [
  'purpose', 'roles', 'people', 'legalPower', 'specialCategories', 'lawEnforcement', 'security', 'rights', 'incidents', 'transfersAbroad',
] as const satisfies readonly (keyof Sharing)[] // prettier-ignore

/**
 * The files of a new pack.
 *
 * @returns texts by path below the policies folder, or why there can be none
 */
export function scaffold(
  all: Agreements,
  wish: ScaffoldWish,
): { readonly files: ReadonlyMap<string, string> } | { readonly problem: string } {
  const parts = partsOf(all, wish)
  if (typeof parts === 'string') return { problem: parts }
  const folder = `agreements/${wish.key}`
  const files = new Map([
    [`${folder}/agreement.yaml`, head(parts)],
    [`${folder}/1-data.yaml`, paragraph(parts)],
    [`${folder}/1-data.cedar`, scaffoldRules(parts)],
  ])
  return { files }
}

function partsOf(all: Agreements, wish: ScaffoldWish): ScaffoldParts | string {
  const { key, from, to } = wish
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(key))
    return `${key} is no key: use small letters, figures and hyphens.`
  if (all.agreements.has(key) || key === all.local.key) return `There is an agreement ${key} already.`
  if (from === to) return 'An agreement is between two parties.'
  for (const party of [from, to])
    if (!all.parties.has(party)) return `There is no party ${party}. Add it to parties.yaml first.`
  const roles = all.parties.get(from)?.roles ?? []
  const supplier = roles.find((role) => role === 'supply-desk') ?? roles[0]
  if (supplier === undefined)
    return `${from} gives nobody a role. Add one, such as supply-desk, to parties.yaml first.`
  const [dataset] = all.datasets.values()
  const [purpose] = all.purposes.keys()
  const schedule = all.schedules.get(from) ?? all.schedules.get(to) ?? [...all.schedules.values()][0]
  const retentionClass = schedule?.classes[0]?.key
  if (
    dataset === undefined ||
    purpose === undefined ||
    schedule === undefined ||
    retentionClass === undefined
  )
    return 'Write a dataset, a purpose and a retention schedule first.'
  const approver = all.parties.get(to)?.roles.find((role) => role === 'approver')
  const fields = dataset.fields.slice(0, 2).map(({ name }) => name)
  return {
    ...wish,
    supplier,
    approver,
    dataset: dataset.key,
    fields,
    purpose,
    schedule: schedule.owner,
    retentionClass,
  }
}

function head({ key, from, to, schedule }: ScaffoldParts): string {
  return `# yaml-language-server: $schema=../../pack.schema.json
# Nothing loads before each marked line is written. docs/packs.md explains every part; a value that the text of the agreement
# does not give is marked local.
key: ${key}
title: ${replaceMe} with the title of the agreement
text: ${replaceMe}.txt
parties: [${to}, ${from}]
standing: in-force
# ${replaceMe}: the first day on which it is in force, and where it takes the place of another, supersedes: with its key.
inForce: { from: 2000-01-01 }
# ${replaceMe}: how often it is reviewed, and when next.
review: { every: 12 months, next: { local: 2001-01-01 } }
contacts:
  ${to}: ${replaceMe} with an office, and not a person
  ${from}: ${replaceMe} with an office, and not a person
disposal: destroy
precedence: { local: most-restrictive }
retention:
  # ${replaceMe}: whose schedule governs, and whether the text says so.
  - { from: ${from}, to: ${to}, schedule: { local: ${schedule} } }
# What the data sharing code of the Information Commissioner asks of an agreement: { says, by } with the clauses that say it, or
# local. What is left out blocks an activation.
sharing:
${asked.map((name) => `  ${name}: { local: ${replaceMe} }`).join('\n')}
`
}

function paragraph(parts: ScaffoldParts): string {
  const { key, from, to, supplier, approver, dataset, retentionClass } = parts
  const approvals =
    approver === undefined ? '[]' : `[{ people: 1, of: ${to}/${approver}, differentFrom: requester }]`
  return `# yaml-language-server: $schema=../../pack.schema.json
paragraph: 1
title: ${replaceMe} with the title of the paragraph
clauses:
  - id: ${key}/1
    kind: rule
    says: ${replaceMe} with the words by which the agreement covers the sharing
    summary: Data is shared while the agreement is in force, between its parties.
  - id: ${key}/1-encryption
    kind: rule
    says: ${replaceMe} with the words on encryption
    summary: What is sent is encrypted.
  - id: ${key}/1-retention
    kind: rule
    says: ${replaceMe} with the words on how long data is kept
    summary: What is sent has a retention class, and is destroyed on its date.
exchanges:
  data:
    title: ${replaceMe} with what is shared
    from: ${from}
    to: ${to}
    starts: request
    # In the agreement's own word, what a request is for, such as an inspection or a review.
    asking: { about: ${replaceMe}, legalPower: { local: ${replaceMe} } }
    delivery: { local: copy }
    categories: [${replaceMe}]
    datasets: { local: [${dataset}] }
    marking: { local: OFFICIAL-SENSITIVE }
    lawfulBasis: { local: ${replaceMe} }
    approvals: { local: ${approvals} }
    supplies: { local: ${from}/${supplier} }
    cipherProfiles: { local: [aes-256-gcm-commit-v1] }
    retentionClass: { local: ${retentionClass} }
${scaffoldSample(parts)}${scaffoldExamples(parts)}`
}
