// What sort of place each establishment is, which sets who the synthetic people held there are. The establishments are
// those of policies/datasets; which of them are open prisons or train without a category is not there and is named here.

export type Kind =
  'local' | 'training' | 'high-security' | 'open' | 'women' | 'women-open' | 'young-adults' | 'children'

/** What policies/establishments.ts knows of an establishment; its Establishment fits. */
export interface ListedEstablishment {
  readonly code: string
  readonly types: readonly string[]
  readonly categories: readonly string[]
  readonly female: boolean
  readonly active: boolean
}

export interface Place {
  readonly code: string
  readonly kind: Kind
  /** The security categories of adult men that it holds, where the list says. */
  readonly categories: readonly string[]
  readonly holdsYoungAdults: boolean
}

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

/** @returns the active prisons and young offender institutions, in the order given; secure training centres are neither */
export function placesOf(establishments: Iterable<ListedEstablishment>): Place[] {
  return [...establishments]
    .filter(({ active, types }) => active && !types.includes('STC'))
    .map((establishment) => ({
      code: establishment.code,
      kind: kindOf(establishment),
      categories: establishment.categories,
      holdsYoungAdults: establishment.types.includes('YOI'),
    }))
}

function kindOf({ code, types, categories, female }: ListedEstablishment): Kind {
  if (types.includes('YCS')) return 'children'
  if (types.includes('YOI') && !types.includes('HMP')) return 'young-adults'
  if (womenOpen.has(code)) return 'women-open'
  if (female) return 'women'
  if (open.has(code)) return 'open'
  if (categories.includes('A')) return 'high-security'
  const isTraining = categories.includes('C') && !categories.includes('B')
  return isTraining || trainingWithoutCategory.has(code) ? 'training' : 'local'
}
