// Which figures the numbers of a draft are, and how those stand. A number is matched by its value alone, so that one is rather
// looked at once too often: what is in the register twice is shown as the one that must wait longest.
import type { StoredFigure } from '../figures/figure.ts'
import type { FigureStanding } from './facts.ts'

export const categories = ['without-consent', 'changed', 'embargoed', 'unknown', 'public', 'clear'] as const
export type Category = (typeof categories)[number]

export interface Finding {
  readonly value: string
  readonly category: Category
  readonly figures: readonly { readonly reference: string; readonly version: number }[]
  /** A figure of the report from which this number differs in one digit. */
  readonly near?: string
}

/** A figure that consent was asked for, and how it stands. */
export type Asked = Pick<FigureStanding, 'standing'> & { readonly figure: StoredFigure }

/** What a number can be. */
export interface Known {
  /** The figures that consent was asked for, in this report. */
  readonly requests: readonly Asked[]
  /** Every version in the register with one of the values, as `current` or as one that was replaced. */
  readonly versions: readonly (StoredFigure & { readonly current: boolean })[]
}

export function matcher({ requests, versions }: Known): (value: string) => Finding {
  const asked = grouped(requests, ({ figure }) => figure.value)
  const registered = grouped(versions, ({ value }) => value)
  return (value) => {
    const own = asked.get(value) ?? []
    if (own.length > 0)
      return { value, category: worst(own.map(categoryOf)), figures: own.map(({ figure }) => named(figure)) }
    const known = registered.get(value) ?? []
    const standing = known.filter(({ current }) => current)
    if (standing.length > 0)
      return { value, category: worst(standing.map(({ provenance }) => (provenance === 'official-statistics' ? 'public' : 'without-consent'))), figures: standing.map(named) } // prettier-ignore
    if (known.length > 0) return { value, category: 'changed', figures: known.map(named) }
    const near = requests.find(({ figure }) => differsInOneDigit(figure.value, value))
    return { value, category: 'unknown', figures: [], ...(near && { near: near.figure.reference }) }
  }
}

function categoryOf({ standing }: Asked): Category {
  if (standing === 'clear' || standing === 'changed' || standing === 'embargoed') return standing
  return 'without-consent'
}

/** They are listed with the worst first. */
function worst(found: readonly Category[]): Category {
  return categories.find((category) => found.includes(category)) ?? 'unknown'
}

function differsInOneDigit(one: string, other: string): boolean {
  return one.length > 1 && one.length === other.length && Array.from(one).filter((digit, at) => digit !== other[at]).length === 1 // prettier-ignore
}

function named({ reference, version }: StoredFigure) {
  return { reference, version }
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  return Map.groupBy(items, keyOf)
}
