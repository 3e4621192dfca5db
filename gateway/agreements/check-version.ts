// Whether a version of an agreement can stand: it is put among those that decide beside it, on every day on which it would, and
// the whole of that is loaded as at a start. What is found stops it; the version in force stays in force.
import { missingFrom } from '../../policies/annex-a-check.ts'
import { takesNewTransfers, type Agreement, type Agreements } from '../../policies/agreements.ts'
import { inOrder, PackFault, type Fault } from '../../policies/fault.ts'
import { assemble } from '../../policies/pack.ts'
import { packDifferences, type Difference } from '../../policies/pack-diff.ts'
import type { Sources } from '../../policies/sources.ts'
import {
  firstDayOf,
  headOf,
  nameOf,
  sourcesOf,
  turningDays,
  versionsOn,
  type Activated,
  type AgreementVersion,
} from '../../policies/versions.ts'
import { Problem } from '../http/problem.ts'
import type { Policies } from './policies.ts'

export const packLimits = { files: 200, bytes: 4 * 2 ** 20 } as const
const pathShape = /^([a-z]+\/)?[a-z0-9][a-z0-9.-]*\.(yaml|cedar)$/

export interface Checked {
  readonly agreement: Agreement
  /** Everything that decides on the version's first day, with it in its place. */
  readonly set: Agreements
  /** What would decide on that day without it. */
  readonly before: Agreements
  /** What Annex A of the ICO's code asks for and is not there: it stops an activation, and not a proposal. */
  readonly missing: readonly string[]
  readonly differences: readonly Difference[]
}

/** Names and sizes alone: what no version can have, before anything in it is read. */
export function lintFiles({ key, files }: Pick<AgreementVersion, 'key' | 'files'>): Fault[] {
  const faults: Fault[] = []
  const add = (path: string, message: string, remedy: string) =>
    faults.push({ code: 'file', file: `agreements/${key}/${path}`, line: 1, message, remedy })
  let bytes = 0
  for (const [path, text] of files) {
    bytes += Buffer.byteLength(text)
    if (!pathShape.test(path) || path.includes('..'))
      add(
        path,
        'This is no file of a pack.',
        'Name it in small letters, figures and hyphens, inside the folder, ending in .yaml or .cedar.',
      )
  }
  if (files.size > packLimits.files)
    add('agreement.yaml', `There are ${files.size} files.`, `Send at most ${packLimits.files}.`)
  if (bytes > packLimits.bytes)
    add('agreement.yaml', `The files have ${bytes} bytes.`, `Send at most ${packLimits.bytes}.`)
  return faults
}

/** @throws {PackFault} with every fault of the version, and of what it would stand beside */
export function checkVersion(
  { standing, beside, loaded }: Pick<Policies, 'standing' | 'beside' | 'loaded'>,
  version: AgreementVersion,
  today: string,
): Checked {
  const faults = lintFiles(version)
  const head = faults.length === 0 ? headOf(version, faults) : undefined
  if (head === undefined) throw new PackFault(inOrder(faults))
  if (head.key !== version.key) throw new PackFault([otherKey(version.key, head.key)])
  const from = firstDayOf(head)
  const activated = [...standing.activated, { ...version, ...(from !== undefined && { from }) }]
  const first = from === undefined || from < today ? today : from
  const days = [first, ...turningDays(activated).filter((day) => day > first)]
  const sets = days.map((day) => tried(beside, versionsOn(activated, day), loaded))
  const [set] = sets
  const agreement = set?.agreements.get(version.key)
  if (set === undefined || agreement === undefined) throw new Error('a version that is loaded and not there')
  if (agreement.hash !== version.hash) throw new PackFault([neverDecides(version.key, agreement)])
  const before = standing.on(first)
  return {
    agreement,
    ...{ set, before },
    missing: takesNewTransfers(agreement) ? missingFrom(agreement) : [],
    differences: packDifferences(before, set),
  }
}

/** Put together as at a start, with every example. Kept, because it decides when the version is activated. */
function tried(beside: Sources, versions: readonly Activated[], loaded: Map<string, Agreements>): Agreements {
  const made = assemble(sourcesOf(beside, versions))
  loaded.set(nameOf(versions), made)
  return made
}

function otherKey(key: string, given: string): Fault {
  return { code: 'unknown-name', file: `agreements/${key}/agreement.yaml`, line: 1, message: `This is ${given}, and not ${key}.`, remedy: 'Mend the key, or propose it under its own.' } // prettier-ignore
}

/** Of the versions of an agreement the one with the latest first day decides (S50): one that starts before it comes too late. */
function neverDecides(key: string, deciding: Agreement): Fault {
  const since = firstDayOf(deciding) ?? 'any day'
  return { code: 'shape', file: `agreements/${key}/agreement.yaml`, line: 1, message: `This version would never decide: the one that decides from ${since} on starts later.`, remedy: 'Give it the same first day, or a later one as appliesFrom.' } // prettier-ignore
}

/** Faults as the answer to whoever sent them: each with file, line, what is wrong and what to do. */
export function asProblem(error: unknown): unknown {
  if (!(error instanceof PackFault)) return error
  const { faults } = error
  const fields = faults
    .slice(0, 200)
    .map(({ file, line, message, remedy }) => ({ field: `${file}:${line}`, message: `${message} ${remedy}` }))
  const count = `${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`
  const says = `It has ${count}. Mend what is named here and propose it again. The version in force stays in force.`
  return Object.assign(new Problem('pack.refused', says, fields), { cause: error })
}
