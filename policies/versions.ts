// The versions of agreements that were activated, and which of them decides on a day: of one agreement the version whose first
// day is the latest that has come, and of two with the same day the one that was activated last (S50).
import type { Agreements } from './agreements.ts'
import { assemble } from './pack.ts'
import { agreementShape, type AgreementFile } from './pack-shape.ts'
import type { Fault } from './fault.ts'
import { hashOf, type Sources } from './sources.ts'
import { parseYaml } from './yaml-file.ts'

/** One version of an agreement: what is in its folder, by path below it. */
export interface AgreementVersion {
  readonly key: string
  readonly hash: string
  readonly files: ReadonlyMap<string, string>
}

/** A version that was activated. `from` is the first day that it decides for; one of an undated agreement decides for any. */
export interface Activated extends AgreementVersion {
  readonly from?: string
}

/** Every version that ever decided, by the number under which the last of them was activated. */
export interface Standing {
  readonly number: number
  readonly activated: readonly Activated[]
  /** What decides on a day, YYYY-MM-DD in London. @throws {PackFault} */
  on(day: string): Agreements
}

/** @param loaded what was put together before, by the hashes that went into it; added to */
export function standingOf(
  number: number,
  beside: Sources,
  activated: readonly Activated[],
  loaded: Map<string, Agreements>,
): Standing {
  const days = new Map<string, Agreements>()
  return {
    number,
    activated,
    on: (day) => {
      const known = days.get(day)
      if (known) return known
      const found = loadedFrom(beside, versionsOn(activated, day), loaded)
      if (days.size > 400) days.clear()
      days.set(day, found)
      return found
    },
  }
}

function loadedFrom(
  beside: Sources,
  versions: readonly Activated[],
  loaded: Map<string, Agreements>,
): Agreements {
  const name = nameOf(versions)
  const known = loaded.get(name)
  if (known) return known
  const made = assemble(sourcesOf(beside, versions), { tryExamples: false }) // they were, before it was activated
  loaded.set(name, made)
  return made
}

/** What a set of versions goes by, in any order. */
export function nameOf(versions: readonly Pick<AgreementVersion, 'key' | 'hash'>[]): string {
  return versions
    .map(({ key, hash }) => `${key}@${hash}`)
    .toSorted()
    .join(' ')
}

/** One version of each agreement: the one that decides on the day. */
export function versionsOn<V extends Pick<Activated, 'key' | 'from'>>(
  activated: readonly V[],
  day: string,
): V[] {
  const byKey = Map.groupBy(activated, ({ key }) => key)
  return [...byKey.values()].flatMap((versions) => {
    const inOrder = versions.toSorted((a, b) =>
      firstDay(a) < firstDay(b) ? -1 : firstDay(a) > firstDay(b) ? 1 : 0,
    )
    return inOrder.findLast((version) => firstDay(version) <= day) ?? inOrder.slice(0, 1)
  })
}

/** The days on which another set of versions begins to decide, the first of all included. */
export function turningDays(activated: readonly Pick<Activated, 'from'>[]): string[] {
  return [...new Set(activated.map(firstDay))].toSorted()
}

function firstDay({ from }: Pick<Activated, 'from'>): string {
  return from ?? ''
}

/** What would be in the policies folder. */
export function sourcesOf(beside: Sources, versions: readonly AgreementVersion[]): Sources {
  const inside = versions.flatMap(({ key, files }) =>
    [...files].map(([path, text]) => [`agreements/${key}/${path}`, text] as const),
  )
  return new Map([...beside, ...inside].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** The other way round: the agreements in the policies folder, and what decides beside them. */
export function versionsIn(sources: Sources): {
  readonly beside: Sources
  readonly versions: AgreementVersion[]
} {
  const folders = Map.groupBy(sources, ([path]) => /^agreements\/([^/]+)\//.exec(path)?.[1])
  const beside = new Map(folders.get(undefined))
  folders.delete(undefined)
  const versions = [...folders].map(([key = '', files]) =>
    versionOf(
      key,
      files.map(([path, text]) => [path.slice(`agreements/${key}/`.length), text] as const),
    ),
  )
  return { beside, versions }
}

/** @param files texts by path below the agreement's folder */
export function versionOf(
  key: string,
  files: Iterable<readonly [path: string, text: string]>,
): AgreementVersion {
  const own = new Map(files)
  const inFolder = new Map([...own].map(([path, text]) => [`${key}/${path}`, text]))
  return { key, hash: hashOf(inFolder, key), files: own }
}

/** The head of a version, where it can be read; what cannot goes to `faults`. */
export function headOf(
  { key, files }: Pick<AgreementVersion, 'key' | 'files'>,
  faults: Fault[] = [],
): AgreementFile | undefined {
  const file = `agreements/${key}/agreement.yaml`
  return parseYaml(file, files.get('agreement.yaml') ?? '', agreementShape, faults)?.value
}

/** The first day that a version decides for: its own, where it is an amendment that says one, or the agreement's. */
export function firstDayOf({
  appliesFrom,
  inForce,
}: Pick<AgreementFile, 'appliesFrom' | 'inForce'>): string | undefined {
  return (appliesFrom ?? inForce.from)?.value
}
