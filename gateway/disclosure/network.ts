// A table as a network: each cell and each total is an arc, each sum a node where as much goes in as comes out (rows between a source
// and their cells, columns between their cells and a sink, the grand total back). What a reader can work out of a hidden arc is how far
// it can move while the shown ones stay, which is a greatest flow; the sums are totally unimodular, so that the bounds are exact
// for whole numbers (Gusfield 1988, A graph theoretic approach to statistical data security).
import { grandTotal, keyOf, totalOfColumn, totalOfRow, type CountTable } from './table.ts'

export interface Arc {
  readonly key: string
  readonly from: number
  readonly to: number
  readonly value: number
  /** Whether it is a total. */
  readonly isTotal: boolean
  /** Whether it is printed at all: totals that are not have to be guessed as well. */
  readonly isPrinted: boolean
}

export interface Network {
  readonly nodes: number
  readonly arcs: readonly Arc[]
}

export function networkOf(table: CountTable): Network {
  const [source, sink] = [0, 1]
  const rowNode = (row: number) => 2 + row
  const columnNode = (column: number) => 2 + table.rows.length + column
  const { ofRows, ofColumns } = table.totals
  const arcs: Arc[] = [
    ...table.rows.map((_label, row) => ({ key: keyOf({ kind: 'row', row }), from: source, to: rowNode(row), value: totalOfRow(table, row), isTotal: true, isPrinted: ofRows })), // prettier-ignore
    ...table.columns.map((_label, column) => ({ key: keyOf({ kind: 'column', column }), from: columnNode(column), to: sink, value: totalOfColumn(table, column), isTotal: true, isPrinted: ofColumns })), // prettier-ignore
    ...table.cells.flatMap(
      (cells, row) =>
      cells.map(({ count }, column) => ({ key: keyOf({ kind: 'cell', row, column }), from: rowNode(row), to: columnNode(column), value: count, isTotal: false, isPrinted: true })), // prettier-ignore
    ),
    { key: keyOf({ kind: 'all' }), from: sink, to: source, value: grandTotal(table), isTotal: true, isPrinted: ofRows && ofColumns }, // prettier-ignore
  ]
  return { nodes: 2 + table.rows.length + table.columns.length, arcs }
}

export interface Bounds {
  readonly lowest: number
  readonly highest: number
}

/** What a reader of everything that is not hidden can work out of one hidden arc. `highest` is Infinity where nothing bounds it. */
export function boundsOf(network: Network, arc: Arc, isHidden: (arc: Arc) => boolean): Bounds {
  const others = network.arcs.filter((each) => each !== arc && isHidden(each))
  return {
    lowest: arc.value - Math.min(arc.value, greatestFlow(network.nodes, others, arc.from, arc.to)),
    highest: arc.value + greatestFlow(network.nodes, others, arc.to, arc.from),
  }
}

interface Edge {
  readonly to: number
  left: number
  back: Edge | undefined
}

/** How much can go from one node to another along arcs that may rise without end and fall to nothing (Edmonds and Karp). */
function greatestFlow(nodes: number, arcs: readonly Arc[], from: number, to: number): number {
  const edges = edgesOf(nodes, arcs)
  let flow = 0
  for (;;) {
    const path = shortestPath(edges, from, to)
    if (!path) return flow
    const step = Math.min(...path.map(({ left }) => left))
    if (step === Infinity) return Infinity
    for (const edge of path) {
      edge.left -= step
      if (edge.back) edge.back.left += step
    }
    flow += step
  }
}

function edgesOf(nodes: number, arcs: readonly Arc[]): Edge[][] {
  const edges: Edge[][] = Array.from({ length: nodes }, () => [])
  for (const { from, to, value } of arcs) {
    const rising: Edge = { to, left: Infinity, back: undefined }
    const falling: Edge = { to: from, left: value, back: rising }
    rising.back = falling
    edges[from]?.push(rising)
    edges[to]?.push(falling)
  }
  return edges
}

function shortestPath(edges: readonly Edge[][], from: number, to: number): Edge[] | undefined {
  const came = new Map<number, { readonly edge: Edge; readonly from: number }>()
  const queue = [from]
  for (let node = queue.shift(); node !== undefined && node !== to; node = queue.shift())
    for (const edge of edges[node] ?? [])
      if (edge.left > 0 && edge.to !== from && !came.has(edge.to)) {
        came.set(edge.to, { edge, from: node })
        queue.push(edge.to)
      }
  const path: Edge[] = []
  for (let node = to; node !== from;) {
    const step = came.get(node)
    if (!step) return undefined
    path.unshift(step.edge)
    node = step.from
  }
  return path
}
