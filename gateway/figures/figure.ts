// A figure: one number that came from the Performance Hub, or that official statistics already give, with what it takes to say
// exactly which number it is. A change of anything that a reader would see makes a new version; consent is for one version
// (hub-2023/1.1, hub-2023/4.3).
import { createHash } from 'node:crypto'
import { canonicalJson } from '../../audit/canonical.ts'

export const provenances = ['performance-hub', 'official-statistics'] as const
export type Provenance = (typeof provenances)[number]
export const figureMarkings = ['OFFICIAL', 'OFFICIAL-SENSITIVE'] as const
export type FigureMarking = (typeof figureMarkings)[number]

export interface Figure {
  /** Its id, as the extract gives it. It never changes and is never used again. */
  readonly reference: string
  /** What it counts or measures. */
  readonly measure: string
  readonly sourceReport: string
  readonly extractedAt: Date
  readonly unit: string
  readonly filters: string
  /** A decimal in its shortest form: '12.5', '1204', '-3'. */
  readonly value: string
  readonly marking: FigureMarking
  readonly provenance: Provenance
  /** Where anybody can find it; of official statistics alone. */
  readonly publicSource: string | null
}

export interface StoredFigure extends Figure {
  readonly version: number
  /** SHA-256, hex: see `hashOf`. */
  readonly valueHash: string
  readonly registeredAt: Date
}

/** What `hub-2023/3.6-caveat` has us say wherever a Hub figure is shown or leaves. */
export const managementInformation =
  'Management information from the HMPPS Performance Hub. It is not official statistics, may not tally with them, and its accuracy cannot be guaranteed.'

/**
 * SHA-256 over RFC 8785 JSON of all that makes it this number and no other. When it was extracted is not in it: the same number
 * taken out again is the same number.
 */
export function hashOf(figure: Figure): string {
  const { reference, measure, sourceReport, unit, filters, value, marking, provenance, publicSource } = figure
  const identity = canonicalJson({ reference, measure, sourceReport, unit, filters, value, marking, provenance, publicSource }) // prettier-ignore
  return createHash('sha256').update(identity).digest('hex')
}

/** '1,204.50' → '1204.5'; '-0' → '0'. @returns undefined for what is no plain decimal */
export function decimalOf(text: string): string | undefined {
  const found = /^([-−+]?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?$/.exec(text.trim())
  if (!found) return undefined
  const [, sign = '', whole = '', fraction = ''] = found
  const digits = whole.replaceAll(',', '').replace(/^0+(?=\d)/, '')
  const rest = fraction.replace(/0+$/, '')
  const size = rest === '' ? digits : `${digits}.${rest}`
  return (sign === '-' || sign === '−') && size !== '0' ? `-${size}` : size
}
