// What a delivery says about itself inside the encryption: datapackage.json (Frictionless Data Package, v1) for programs and
// HANDLING.txt for people, both from the same facts as the manifest.
import type { DeliveryManifest } from '../../keys/delivery-manifest.ts'
import { neutralisationRule } from '../packages/csv.ts'
import { csvResource, inWords, localLines } from '../packages/manifest.ts'
import { changeFields, concernFields } from './package-fields.ts'

/** What only the package says, and people read. */
export interface DeliveryWords {
  readonly from: string
  readonly to: string
  readonly agreementTitle: string
  readonly clauses: readonly string[]
  readonly lawfulBasis: string
  readonly retention: {
    readonly class: string
    readonly title: string
    readonly demonstration: boolean
    readonly version: string
  }
  readonly destroyOn: string
  readonly localDefaults: readonly { readonly what: string; readonly value: string }[]
  readonly amendsReason?: string
}

type Known = Omit<DeliveryManifest, 'files'>

interface Table {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
  readonly rows: number
}

const handlingInstruction = 'RECIPIENTS ONLY'

export function dataPackage(known: Known, words: DeliveryWords, tables: readonly Table[]): string {
  const [concerns, changes] = tables
  if (!concerns || !changes) throw new Error('A delivery has two tables.')
  const facts = ({ rows, bytes, sha256 }: Table) => ({ rowCount: rows, csvBytes: bytes, csvSha256: sha256 })
  const descriptor = {
    profile: 'tabular-data-package',
    name: 'concerns',
    id: `delivery-${known.delivery}`,
    title: `Concerns of HMI Prisons, delivery ${known.delivery}`,
    created: known.releasedAt,
    sources: [{ title: words.from }],
    resources: [
      csvResource('concerns', concernFields, facts(concerns), ['concern_id']),
      csvResource('changes', changeFields, facts(changes), ['concern_id', 'column']),
    ],
    concordat: {
      ...known,
      handlingInstruction,
      lawfulBasis: words.lawfulBasis,
      clauses: words.clauses,
      retention: words.retention,
      destroyBy: { date: words.destroyOn },
      localDefaults: localDefaultsOf(words),
      neutralisation: neutralisationRule,
    },
  }
  return `${JSON.stringify(descriptor, null, 2)}\n`
}

/** For whoever opens the archive; Windows line ends, because most do it there. */
export function handlingText(known: Known, words: DeliveryWords): string {
  const { delivery, quarter, amends, follows, rows, changes, nil } = known
  const lines = [
    `${known.marking} - ${handlingInstruction}`,
    '',
    `Delivery ${delivery}, ${quarter.label} (${inWords(quarter.startsOn)} to ${inWords(quarter.endsOn)})`,
    ...(amends === null ? [] : [`It amends delivery ${amends}: ${words.amendsReason ?? ''}`]),
    `From ${words.from} to ${words.to}`,
    `Under ${words.agreementTitle}`,
    '',
    nil
      ? 'A nil export: the concerns database is empty.'
      : `${rows} ${rows === 1 ? 'concern' : 'concerns'} in concerns.csv`,
    `Since the delivery before: ${changes.new} new, ${changes.changed} changed, ${changes.closed} closed, ${changes.reopened} reopened`,
    follows === null
      ? 'It is the first delivery.'
      : `It follows delivery ${follows.delivery}, whose manifest has the SHA-256 ${follows.manifestSha256}`,
    '',
    'What you must do',
    '',
    '1. Keep this data to the people it was sent to. Do not forward it.',
    '2. Where is_opinion is true, the words are an opinion of the inspectorate. Keep that mark when you load them.',
    '3. Keep it encrypted when you store it or move it. Do not print it unless you must.',
    '4. Confirm in the service that you have received it and could open it.',
    `5. Destroy every copy by ${inWords(words.destroyOn)}.`,
    '6. If it is lost, or seen by somebody who should not see it, say so at once.',
    '',
    `Retention class: ${words.retention.title}, of the schedule of ${words.from}`,
    '',
    'What is in this archive',
    '',
    'concerns.csv      every concern',
    'changes.csv       what differs from the delivery before',
    'datapackage.json  what each column means, and the clauses that it was sent under',
    'HANDLING.txt      this text',
    'manifest.jws      the signed list of these files, with their hashes',
    '',
    'Text that a spreadsheet could take for a formula starts with an apostrophe.',
    'datapackage.json says how to undo that.',
    ...localLines({ localDefaults: localDefaultsOf(words) }),
  ]
  return `${lines.join('\r\n')}\r\n`
}

function localDefaultsOf({ localDefaults, retention }: DeliveryWords) {
  // No clause says how long what HMI Prisons sends is kept (S3).
  const kept = {
    what: 'Retention',
    value: `${retention.title}, by the originator's schedule; no clause says so`,
  }
  const invented = {
    what: 'Retention schedule',
    value: `${retention.version}: a demonstration, not a real schedule`,
  }
  return [...localDefaults, kept, ...(retention.demonstration ? [invented] : [])]
}
