// The real policies, read once for the tests beside this, and the sample's facts to start from.
import { join } from 'node:path'
import { findExchange, type Agreements } from '../../policies/agreements.ts'
import type { Act, Facts, PersonFacts, TransferFacts } from '../../policies/facts.ts'
import { PackFault, type Fault } from '../../policies/fault.ts'
import { assemble } from '../../policies/pack.ts'
import { readSources, type Sources } from '../../policies/sources.ts'

export const policiesDir = join(import.meta.dirname, '../../policies')
/** Agreement texts and the clause register; not in this repository. */
export const sharedDir = join(import.meta.dirname, '../../../shared')
export const { sources } = await readSources(policiesDir)
export const all: Agreements = assemble(sources)

/** The policies with some files changed, added, or taken away (undefined). */
export function changed(files: Readonly<Record<string, string | undefined>>): Sources {
  const texts = new Map(sources)
  for (const [path, text] of Object.entries(files)) {
    if (text === undefined) texts.delete(path)
    else texts.set(path, text)
  }
  return texts
}

/** One file's text with a part replaced; the part must be there. */
export function replaced(path: string, part: string, by: string): Record<string, string> {
  const text = sources.get(path) ?? ''
  if (!text.includes(part)) throw new Error(`${path} does not hold "${part}"`)
  return { [path]: text.replace(part, () => by) }
}

export function faultsOf(texts: Sources): readonly Fault[] {
  try {
    assemble(texts)
    return []
  } catch (error) {
    if (error instanceof PackFault) return error.faults
    throw error
  }
}

const sample = findExchange(all, 'hmpps-2025', 'case-level-data')?.sample

/** Facts in which `as` may do what is theirs to do. */
export function facts(
  as: string,
  change: { now?: string; person?: Partial<PersonFacts>; transfer?: Partial<TransferFacts> } = {},
): Facts {
  const person = sample?.people[as]
  if (!sample?.transfer || !person) throw new Error(`the sample has no ${as}`)
  return {
    now: change.now ?? sample.now,
    person: { ...person, ...change.person },
    transfer: { ...sample.transfer, ...change.transfer },
  }
}

/** A keeper of agreements, and a version that the analyst proposed. */
function versionFacts(as: string): Facts {
  return {
    ...facts(as, { person: { roles: ['agreement-keeper'] } }),
    version: {
      ...{ id: 'V-1', agreement: 'hmpps-2025', hash: 'aa', parties: ['hmi-prisons', 'hmpps'] },
      ...{ proposer: 'analyst', missing: [] },
    },
  }
}

/** Every act, done by the person whose act it is. */
export const permitted: readonly (readonly [Act, Facts])[] = [
  ['request', facts('analyst')],
  ['return', facts('approver')],
  ['approve', facts('approver')],
  ['supply', facts('supply-desk')],
  ['part-supply', facts('supply-desk', { transfer: { reasonGiven: true } })],
  ['escalate', facts('supply-desk', { transfer: { reasonGiven: true } })],
  ['seal', facts('gateway')],
  ['collect', facts('analyst')],
  ['acknowledge', facts('analyst')],
  ['attest', facts('analyst')],
  ['register-copy', facts('analyst')],
  ['receive-copy', facts('analyst')],
  ['answer-media', facts('assurance-officer', { transfer: { reasonGiven: true } })],
  ['dispose-copy', facts('analyst')],
  ['destroy', facts('gateway')],
  ['view', facts('analyst')],
  ['read-log', facts('assurance-officer')],
  ['enrol-key', facts('analyst')],
  ['confirm-key', { ...facts('approver'), keyring: { owner: 'analyst', party: 'hmi-prisons' } }],
  ['read-concerns', facts('analyst')],
  ['change-concerns', facts('analyst', { person: { roles: ['concerns-editor'] } })],
  ['see-deliveries', facts('analyst', { person: { roles: ['export-releaser'] } })],
  ['ask-erasure', { ...facts('assurance-officer'), erasure: { id: 'e-1' } }],
  ['authorise-erasure', { ...facts('assurance-officer'), erasure: { id: 'e-1', askedBy: 'analyst' } }],
  ['read-retention', facts('assurance-officer')],
  ['read-figures', facts('analyst')],
  ['register-figures', facts('analyst')],
  ['read-clearance', facts('analyst')],
  ['ask-consent', facts('analyst')],
  ['run-fact-check', facts('analyst', { person: { roles: ['report-owner'] } })],
  [
    'answer-consent',
    facts('analyst', { person: { party: 'moj-data-and-analysis', roles: ['hub-administrator'] } }),
  ],
  ['object-to-figure', facts('supply-desk', { person: { roles: ['scrutiny-team'] } })],
  ['check-draft', facts('analyst')],
  [
    'amend-conditions',
    facts('analyst', { person: { party: 'moj-data-and-analysis', roles: ['hub-administrator'] } }),
  ],
  ['read-hub-use', facts('assurance-officer')],
  ['read-agreements', facts('analyst')],
  ['propose-version', versionFacts('analyst')],
  ['activate-version', versionFacts('approver')],
  ['withdraw-version', versionFacts('approver')],
  ['read-photographs', facts('analyst')],
]
