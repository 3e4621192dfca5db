// What was loaded: every agreement with its paragraphs, clauses, exchanges, duties and rules, the gateway's own rules,
// and the catalogue and schedules that they refer to. Immutable; made by pack.ts alone.
import type { Catalogue } from './dataset.ts'
import type { DutyRule } from './duty.ts'
import type { Place } from './fault.ts'
import type { AgreementFile, ClauseFile, ExampleFile, ExchangeFile, GatewayFile } from './pack-shape.ts'
import type { PartyEntry } from './parties.ts'
import type { Schedule } from './retention.ts'
import type { Rule } from './rules.ts'
import type { YamlFile } from './yaml-file.ts'

/** Which rules decided: both hashes are SHA-256 in hex, as sources.ts makes them. */
export interface PackVersion {
  /** The agreement's key; `local` where no agreement had a say. */
  readonly key: string
  /** Over the files of the agreement's folder, or of the local rules. */
  readonly hash: string
  /** Over the gateway's own rules, the schema, the datasets, the schedules and the parties, which decide beside it. */
  readonly localHash: string
}

export type Clause = ClauseFile & {
  /** The key of the agreement, or `local`. */
  readonly pack: string
  readonly paragraph: string
  readonly place: Place
}

export type Exchange = Readonly<ExchangeFile> & {
  readonly key: string
  readonly agreement: string
  readonly place: Place
}

export type Example = ExampleFile & { readonly pack: string; readonly place: Place }

/** One paragraph or section, as its file has it. */
export interface Paragraph {
  /** Its number or name, as in `16` or `annex-a`. */
  readonly number: string
  readonly title: string
  readonly file: string
  readonly clauses: readonly Clause[]
  readonly exchanges: readonly Exchange[]
  readonly duties: readonly (DutyRule & { readonly place: Place })[]
  readonly rules: readonly Rule[]
  readonly examples: readonly Example[]
}

export interface Pack<Head> {
  readonly key: string
  readonly hash: string
  readonly head: YamlFile<Head>
  /** In the order of the agreement. */
  readonly paragraphs: readonly Paragraph[]
}

export type Agreement = Pack<AgreementFile> &
  AgreementFile & { readonly exchanges: ReadonlyMap<string, Exchange> }

export interface Agreements extends Catalogue {
  readonly agreements: ReadonlyMap<string, Agreement>
  readonly local: Pack<GatewayFile>
  readonly localHash: string
  /** Every clause of every pack, by id. */
  readonly clauses: ReadonlyMap<string, Clause>
  readonly parties: ReadonlyMap<string, PartyEntry>
  readonly schedules: ReadonlyMap<string, Schedule>
  readonly schema: string
}

/** The exchange of an agreement that a transfer is one of. */
export function findExchange(
  agreements: Agreements,
  agreementKey: string,
  exchangeKey: string,
): Exchange | undefined {
  return agreements.agreements.get(agreementKey)?.exchanges.get(exchangeKey)
}

/** The duty of a clause, with its clock. */
export function findDuty(agreements: Agreements, clause: string): DutyRule | undefined {
  const key = agreements.clauses.get(clause)?.pack ?? ''
  const pack = key === agreements.local.key ? agreements.local : agreements.agreements.get(key)
  return pack?.paragraphs.flatMap((paragraph) => paragraph.duties).find((duty) => duty.clause === clause)
}

/** The duties that run between two events of an exchange: those beside it in its paragraph; else those of the whole agreement. */
export function dutiesBetween(
  agreements: Agreements,
  agreementKey: string,
  exchangeKey: string,
  { starts, meets }: Pick<DutyRule, 'starts' | 'meets'>,
): DutyRule[] {
  const paragraphs = agreements.agreements.get(agreementKey)?.paragraphs ?? []
  const of = (some: readonly Paragraph[]) =>
    some.flatMap(({ duties }) => duties.filter((duty) => duty.starts === starts && duty.meets === meets))
  const own = of(paragraphs.filter(({ exchanges }) => exchanges.some(({ key }) => key === exchangeKey)))
  return own.length > 0 ? own : of(paragraphs.filter(({ exchanges }) => exchanges.length === 0))
}

/** Whether anything new can be done under it; its dates say on which days. The gateway's own rules always stand. */
export function takesNewTransfers({ head }: Pack<AgreementFile | GatewayFile>): boolean {
  return !('standing' in head.value) || head.value.standing.value === 'in-force'
}

/** All rules of a pack, in the order of the agreement. */
export function rulesOf(pack: Pack<unknown>): Rule[] {
  return pack.paragraphs.flatMap((paragraph) => paragraph.rules)
}
