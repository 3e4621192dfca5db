// What a package says about itself inside the encryption: datapackage.json (Frictionless Data Package, v1) for programs
// and HANDLING.txt for people. Both are made from the same manifest, and each value that the agreement's text does not
// give is said to be a local default (hmpps-2025/16, 17, 19).
import { neutralisationRule } from './csv.ts'
import type { CsvField } from './csv.ts'

/** A field as the dataset describes it; policies' DatasetField fits. */
export interface PackageField extends CsvField {
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly constraints?: object | undefined
  readonly sensitivity?: string | undefined
}

export interface PackageManifest {
  /** The transfer's reference, as people say it. */
  readonly reference: string
  /** The exchange's key: a package is named after what it is. */
  readonly name: string
  readonly dataset: { readonly key: string; readonly title: string; readonly primaryKey: readonly string[] }
  /** The parties by their full names. */
  readonly from: string
  readonly to: string
  readonly agreement: { readonly key: string; readonly title: string }
  /** The clauses that were put to the test. */
  readonly clauses: readonly string[]
  readonly purpose: string
  readonly lawfulBasis?: string
  readonly establishments: readonly string[]
  readonly periodFrom: string
  readonly periodTo: string
  readonly marking: string
  readonly handlingInstruction: string
  /** The day ('YYYY-MM-DD') by which it is destroyed, or the rule in words where no day is known yet. */
  readonly destroyBy: { readonly date: string } | { readonly rule: string }
  readonly retentionClass: string
  /** Values that are local choices and not the agreement's words. */
  readonly localDefaults: readonly { readonly what: string; readonly value: string }[]
  /** Whom a recipient asks or tells: a mailbox or telephone number. */
  readonly contact: string
  /** ISO instant, UTC. */
  readonly packedAt: string
}

export interface CsvFacts {
  readonly rowCount: number
  readonly csvBytes: number
  /** Hexadecimal. */
  readonly csvSha256: string
}

export function dataPackage(
  manifest: PackageManifest,
  fields: readonly PackageField[],
  csv: CsvFacts,
): string {
  const descriptor = {
    profile: 'tabular-data-package',
    name: manifest.name,
    id: manifest.reference,
    title: manifest.dataset.title,
    created: manifest.packedAt,
    sources: [{ title: manifest.from }],
    resources: [csvResource('data', fields, csv, manifest.dataset.primaryKey)],
    concordat: {
      marking: manifest.marking,
      handlingInstruction: manifest.handlingInstruction,
      from: manifest.from,
      to: manifest.to,
      agreement: manifest.agreement,
      clauses: manifest.clauses,
      purpose: manifest.purpose,
      ...(manifest.lawfulBasis !== undefined && { lawfulBasis: manifest.lawfulBasis }),
      dataset: manifest.dataset.key,
      establishments: manifest.establishments,
      period: { from: manifest.periodFrom, to: manifest.periodTo },
      retentionClass: manifest.retentionClass,
      destroyBy: manifest.destroyBy,
      localDefaults: manifest.localDefaults,
      neutralisation: neutralisationRule,
    },
  }
  return `${JSON.stringify(descriptor, null, 2)}\n`
}

/** One file of rows, as Frictionless has it (Tabular Data Resource, v1). */
export function csvResource(
  name: string,
  fields: readonly PackageField[],
  csv: CsvFacts,
  primaryKey: readonly string[],
) {
  const names = new Set(fields.map((field) => field.name))
  return {
    profile: 'tabular-data-resource',
    name,
    path: `${name}.csv`,
    format: 'csv',
    mediatype: 'text/csv',
    encoding: 'utf-8',
    bytes: csv.csvBytes,
    hash: `sha256:${csv.csvSha256}`,
    rowCount: csv.rowCount,
    dialect: { delimiter: ',', lineTerminator: '\r\n', quoteChar: '"', doubleQuote: true, header: true },
    schema: {
      fields: fields.map(({ name: field, title, description, type, constraints, sensitivity }) => ({
        name: field,
        title,
        description,
        type,
        constraints,
        sensitivity,
      })),
      missingValues: [''],
      // The key is only one where all of it was asked for.
      ...(primaryKey.every((field) => names.has(field)) && { primaryKey }),
    },
  }
}

/** For whoever opens the archive; Windows line ends, because most do it there. */
export function handlingText(manifest: PackageManifest, csv: CsvFacts): string {
  const destroyBy =
    'date' in manifest.destroyBy ? `By ${inWords(manifest.destroyBy.date)}.` : manifest.destroyBy.rule
  const lines = [
    `${manifest.marking} - ${manifest.handlingInstruction}`,
    '',
    `Reference ${manifest.reference}`,
    `${manifest.dataset.title}: ${csv.rowCount} ${csv.rowCount === 1 ? 'row' : 'rows'} in data.csv`,
    `From ${manifest.from} to ${manifest.to}`,
    `Under ${manifest.agreement.title}`,
    `For ${manifest.purpose}`,
    '',
    'What you must do',
    '',
    '1. Keep this data to the people it was supplied to. Do not forward it.',
    '2. Use it for the purpose above and for nothing else.',
    '3. Keep it encrypted when you store it or move it. Do not print it unless you must, and register what you print in the service.',
    '4. Confirm in the service that you have received it and could open it.',
    '5. Destroy every copy, then confirm in the service that you have.',
    '6. If it is lost, or seen by somebody who should not see it, say so at once.',
    '',
    'When to destroy it',
    '',
    destroyBy,
    `Retention class: ${manifest.retentionClass}`,
    '',
    'Who to ask or tell',
    '',
    manifest.contact,
    '',
    'What is in this archive',
    '',
    'data.csv          the data',
    'datapackage.json  what each column means, how much there is, and the clauses that it was supplied under',
    'HANDLING.txt      this text',
    '',
    'Text in data.csv that a spreadsheet could take for a formula starts with an apostrophe.',
    'datapackage.json says how to undo that.',
    ...localLines(manifest),
  ]
  return `${lines.join('\r\n')}\r\n`
}

/** What was chosen here, for the end of a handling text. */
export function localLines({ localDefaults }: Pick<PackageManifest, 'localDefaults'>): string[] {
  if (localDefaults.length === 0) return []
  const lines = localDefaults.map(({ what, value }) => `- ${what}: ${value}`)
  return ['', 'Set locally', '', 'The agreement does not say these. They are local choices:', '', ...lines]
}

/** '2026-04-01' → '1 April 2026' */
export function inWords(day: string): string {
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })
  return format.format(new Date(`${day}T00:00:00Z`))
}
