// The establishments that the synthetic people are spread over, and what sort of place each is: that sets who is held
// there. The list is policies/datasets/establishments.csv; which places are open is not in it and is named here.
import Papa from 'papaparse'
import { z } from 'zod'

export type Kind =
  'local' | 'training' | 'high-security' | 'open' | 'women' | 'women-open' | 'young-adults' | 'children'

export interface Establishment {
  readonly code: string
  readonly kind: Kind
  /** The security categories of adult men that it holds, where the list says. */
  readonly categories: readonly string[]
  readonly holdsYoungAdults: boolean
}

const rowSchema = z.object({
  code: z.string(),
  types: z.string(),
  categories: z.string(),
  male: z.enum(['t', 'f']),
  female: z.enum(['t', 'f']),
  active: z.enum(['t', 'f']),
})

const open = new Set([
  'EHI',
  'FDI',
  'HBI',
  'HDI',
  'HVI',
  'KMI',
  'KVI',
  'LYI',
  'NSI',
  'SPI',
  'SUI',
  'TCI',
  'UPI',
])
const womenOpen = new Set(['AGI', 'ESI'])
const trainingWithoutCategory = new Set(['CLI', 'DTI', 'HCI', 'MHI', 'MSI', 'VEI'])

/** @returns the active prisons and young offender institutions, in the order of the list; secure training centres have no three-letter code */
export function parseEstablishments(csv: string): Establishment[] {
  const { data } = Papa.parse<Record<string, string>>(csv, { header: true, skipEmptyLines: true })
  return data
    .map((row) => rowSchema.parse(row))
    .filter((row) => row.active === 't' && row.code.length === 3)
    .map((row) => ({
      code: row.code,
      kind: kindOf(row),
      categories: row.categories === '' ? [] : row.categories.split('|'),
      holdsYoungAdults: row.types.includes('YOI'),
    }))
}

function kindOf(row: z.infer<typeof rowSchema>): Kind {
  if (row.types === 'YCS') return 'children'
  if (row.types === 'YOI') return 'young-adults'
  if (womenOpen.has(row.code)) return 'women-open'
  if (row.female === 't') return 'women'
  if (open.has(row.code)) return 'open'
  if (row.categories.includes('A')) return 'high-security'
  return row.categories === 'C' || trainingWithoutCategory.has(row.code) ? 'training' : 'local'
}
