// What a package says of itself: made from the decision and the agreement, so that the paper cannot drift from the rules.
import type { Permit } from '../../policies/decide.ts'
import type { Dataset } from '../../policies/dataset.ts'
import type { ResolvedRetention } from '../../policies/retention.ts'
import { writeKey } from '../http/filters.ts'
import type { PackageField, PackageManifest } from '../packages/manifest.ts'
import type { ActDeps } from './act.ts'
import type { Exchange } from '../../policies/exchange.ts'
import type { Transfer } from './transfer.ts'

export interface Described {
  readonly transfer: Transfer
  readonly permit: Permit
  readonly retention: ResolvedRetention
  readonly destroyOn: string
  readonly packedAt: Date
  readonly exchange: Exchange
}

export function describePackage(
  deps: Pick<ActDeps, 'purposes' | 'parties'>,
  dataset: Dataset,
  scope: { readonly fields: readonly string[]; readonly establishments: readonly string[] },
  { transfer, permit, retention, destroyOn, packedAt, exchange }: Described,
): { fields: PackageField[]; manifest: PackageManifest } {
  const title = (party: string) => deps.parties.get(party)?.title ?? party
  const schedule = retention.demonstration
    ? [{ what: 'Retention schedule', value: `${retention.version}: a demonstration, not a real schedule` }]
    : []
  const manifest: PackageManifest = {
    reference: transfer.reference,
    name: transfer.exchange,
    dataset: { key: dataset.key, title: dataset.title, primaryKey: dataset.schema.primaryKey },
    from: title(transfer.from),
    to: title(transfer.to),
    agreement: { key: transfer.agreement, title: exchange.agreementTitle },
    clauses: permit.tested,
    purpose: deps.purposes.get(transfer.purpose)?.title ?? transfer.purpose,
    lawfulBasis: transfer.lawfulBasis,
    establishments: scope.establishments,
    periodFrom: transfer.periodFrom,
    periodTo: transfer.periodTo,
    marking: transfer.marking,
    handlingInstruction: 'RECIPIENTS ONLY',
    destroyBy: { date: destroyOn },
    retentionClass: retention.title,
    localDefaults: [...exchange.localDefaults, ...schedule],
    contact: `${writeKey(exchange.supplies.role)}, ${title(exchange.supplies.party)}. Quote ${transfer.reference}.`,
    packedAt: packedAt.toISOString(),
  }
  const fields = scope.fields.map((name) => {
    const field = dataset.fields.find((each) => each.name === name)
    if (!field) throw new Error('a field of the approved request is not in its dataset any more')
    return field
  })
  return { fields, manifest }
}
