// Which cells of a table stay hidden: those that give somebody away, and as many more as it takes that none of them can be worked out
// from the totals. Each small cell is put on a ring of hidden cells along which at least five can move, so that a reader is left
// with at least six values for every hidden cell; the cheapest ring is taken, totals last. What comes out is checked with exact bounds.
import { boundsOf, networkOf, type Arc, type Network } from './network.ts'
import { largestShare, smallestCount, type Count, type CountTable, type Hidden, type Why } from './table.ts'

export interface Suppressed {
  readonly hidden: Hidden
  /** The smallest count that is shown; undefined where nothing is. */
  readonly smallestShown: number | undefined
}

/** Nothing that could be hidden would keep a small count from being worked out: the table is not published. */
export class NotProtectable extends Error {}

/**
 * @param also keys of cells that something published before would give away
 * @throws {NotProtectable} where no ring protects a cell
 */
export function suppress(table: CountTable, also: readonly string[] = []): Suppressed {
  const network = networkOf(table)
  const hidden = new Map<string, Why>(primary(table, network))
  for (const key of also) if (!hidden.has(key)) hidden.set(key, 'differencing')
  const isHidden = (arc: Arc) => hidden.has(arc.key) || !arc.isPrinted
  for (const arc of network.arcs.filter(({ key }) => hidden.has(key)))
    if (!isProtected(network, arc, isHidden))
      for (const key of cheapestRing(network, arc, isHidden)) hidden.set(key, 'secondary')
  confirm(network, hidden, isHidden)
  const shown = network.arcs.filter((arc) => !isHidden(arc)).map(({ value }) => value)
  return { hidden, smallestShown: shown.length === 0 ? undefined : Math.min(...shown) }
}

function primary(table: CountTable, network: Network): [string, Why][] {
  const small = network.arcs.filter(({ value, isPrinted }) => isPrinted && value < smallestCount).map(({ key }): [string, Why] => [key, 'small']) // prettier-ignore
  const dominated = table.cells.flatMap((cells, row) => cells.flatMap((cell, column): [string, Why][] => (isDominated(cell) ? [[`cell ${row} ${column}`, 'dominated']] : []))) // prettier-ignore
  return [...dominated, ...small]
}

export function isDominated({ count, largest }: Count): boolean {
  return largest !== undefined && largest * 100 > count * largestShare
}

export function isProtected(network: Network, arc: Arc, isHidden: (arc: Arc) => boolean): boolean {
  const { lowest, highest } = boundsOf(network, arc, isHidden)
  return highest - lowest >= smallestCount
}

/** Suppressing a total tells less than suppressing any number of cells. */
const totalCost = 1e9

/**
 * The arcs to hide so that the arc and all of them can move by at least the smallest count: a ring through it (Dijkstra), on which an
 * arc that would have to fall holds that much.
 */
function cheapestRing(network: Network, through: Arc, isHidden: (arc: Arc) => boolean): string[] {
  const cost = (arc: Arc) => (isHidden(arc) ? 0 : (arc.isTotal ? totalCost : 0) + arc.value + 1)
  const best = new Map<number, { readonly cost: number; readonly path: readonly Arc[] }>([[through.to, { cost: 0, path: [] }]]) // prettier-ignore
  const done = new Set<number>()
  for (;;) {
    const next = [...best].filter(([node]) => !done.has(node)).sort(([, a], [, b]) => a.cost - b.cost)[0]
    if (!next) throw new NotProtectable(`nothing protects ${through.key}`)
    const [node, reached] = next
    if (node === through.from) return reached.path.filter((arc) => !isHidden(arc)).map(({ key }) => key)
    done.add(node)
    for (const arc of network.arcs) {
      if (arc === through) continue
      const to =
        arc.from === node ? arc.to : arc.to === node && arc.value >= smallestCount ? arc.from : undefined
      if (to === undefined || done.has(to)) continue
      const total = reached.cost + cost(arc)
      if (total < (best.get(to)?.cost ?? Infinity))
        best.set(to, { cost: total, path: [...reached.path, arc] })
    }
  }
}

/** @throws {Error} a fault of ours: what was hidden does not protect */
function confirm(network: Network, hidden: Hidden, isHidden: (arc: Arc) => boolean): void {
  for (const arc of network.arcs)
    if (hidden.has(arc.key) && !isProtected(network, arc, isHidden))
      throw new Error(`${arc.key} can be worked out`)
}
