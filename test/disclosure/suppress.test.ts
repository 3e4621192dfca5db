// Disclosure control of tables: an attacker who tries every whole number that fits what is shown must be left with a range for every
// hidden cell; dominance, and what a table that was cleared before gives away.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { networkOf, type Arc } from '../../gateway/disclosure/network.ts'
import { readCounts } from '../../gateway/disclosure/read-counts.ts'
import { compare, outAlready, shown } from '../../gateway/disclosure/shown.ts'
import { NotProtectable, suppress } from '../../gateway/disclosure/suppress.ts'
import { smallestCount, type CountTable, type Hidden } from '../../gateway/disclosure/table.ts'

const tableOf = (counts: readonly (readonly number[])[], ofRows = true, ofColumns = true): CountTable => ({
  rows: counts.map((_row, index) => `r${index}`),
  columns: (counts[0] ?? []).map((_cell, index) => `c${index}`),
  cells: counts.map((row) => row.map((count) => ({ count }))),
  totals: { ofRows, ofColumns },
})

/**
 * Every value that a hidden cell can have, found by trying: it is set to each in turn, and the others are counted up until every row and
 * column comes to its shown total, or none does. Knows nothing of networks.
 */
function recover(table: CountTable, hidden: Hidden): Map<string, Set<number>> {
  const { totals } = table
  const sumOf = (cells: readonly { readonly count: number }[]) => cells.reduce((sum, { count }) => sum + count, 0)
  const rowTotal = table.rows.map((_r, row) => totals.ofRows && !hidden.has(`row ${row}`) ? sumOf(table.cells[row] ?? []) : undefined)
  const columnTotal = table.columns.map((_c, column) => totals.ofColumns && !hidden.has(`column ${column}`) ? sumOf(table.cells.map((row) => row[column] ?? { count: 0 })) : undefined)
  const all = totals.ofRows && totals.ofColumns && !hidden.has('all') ? sumOf(table.cells.flat()) : undefined
  const unknown = [...hidden.keys()].flatMap((key) => /^cell (\d+) (\d+)$/.exec(key)?.slice(1).map(Number) ?? []).reduce<[number, number][]>((pairs, value, index, list) => (index % 2 === 0 ? [...pairs, [value, list[index + 1] ?? 0]] : pairs), [])
  const cells = table.cells.map((row, r) => row.map(({ count }, c) => (hidden.has(`cell ${r} ${c}`) ? -1 : count)))
  const found = new Map(unknown.map(([r, c]) => [`cell ${r} ${c}`, new Set<number>()]))
  const most = 24
  const fits = (): boolean => {
    for (const [r, row] of cells.entries()) {
      const known = row.filter((value) => value >= 0).reduce((sum, value) => sum + value, 0)
      const [goal, open] = [rowTotal[r], row.includes(-1)]
      if (goal !== undefined && (known > goal || (!open && known !== goal))) return false
    }
    for (const c of table.columns.keys()) {
      const column = cells.map((row) => row[c] ?? 0)
      const known = column.filter((value) => value >= 0).reduce((sum, value) => sum + value, 0)
      const [goal, open] = [columnTotal[c], column.includes(-1)]
      if (goal !== undefined && (known > goal || (!open && known !== goal))) return false
    }
    const flat = cells.flat()
    const known = flat.filter((value) => value >= 0).reduce((sum, value) => sum + value, 0)
    return all === undefined || (known <= all && (flat.includes(-1) || known === all))
  }
  const fill = (index: number): boolean => {
    const place = unknown[index]
    if (!place) return true
    const [r, c] = place
    const row = cells[r]
    if (!row || row[c] !== -1) return fill(index + 1)
    for (let value = 0; value <= most; value += 1) {
      row[c] = value
      const found = fits() && fill(index + 1)
      row[c] = -1
      if (found) return true
    }
    return false
  }
  for (const [r, c] of unknown)
    for (let value = 0; value <= most; value += 1) {
      const row = cells[r]
      if (!row) continue
      row[c] = value
      if (fits() && fill(0)) found.get(`cell ${r} ${c}`)?.add(value)
      row[c] = -1
    }
  return found
} // prettier-ignore

const someTable = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.boolean(), fc.boolean())
  .chain(([rows, columns, ofRows, ofColumns]) =>
    fc
      .array(
        fc.array(
          fc.oneof({ weight: 2, arbitrary: fc.integer({ min: 0, max: 4 }) }, fc.integer({ min: 5, max: 14 })),
          {
            minLength: columns,
            maxLength: columns,
          },
        ),
        { minLength: rows, maxLength: rows },
      )
      .map((counts) => tableOf(counts, ofRows, ofColumns)),
  )

describe('hiding cells', () => {
  test('hmpps-2025/18-not-identifiable: of no hidden cell can the value be worked out from the totals, whoever tries every number.', () => {
    let [tried, secondary] = [0, 0]
    fc.assert(
      fc.property(someTable, (table) => {
        let hidden: Hidden
        try {
          hidden = suppress(table).hidden
        } catch (error) {
          if (error instanceof NotProtectable) return
          throw error
        }
        const cells = [...hidden].filter(([key]) => key.startsWith('cell'))
        if (cells.length > 6) return
        tried += cells.length
        secondary += cells.filter(([, why]) => why === 'secondary').length
        for (const [key, values] of recover(table, hidden))
          expect(Math.max(...values) - Math.min(...values), `${key} of ${JSON.stringify(table.cells.map((row) => row.map(({ count }) => count)))}`).toBeGreaterThanOrEqual(smallestCount) // prettier-ignore
      }),
      { numRuns: 200 },
    )
    expect(tried).toBeGreaterThan(100)
    expect(secondary).toBeGreaterThan(15)
  })

  test('No count below five is shown, total or not.', () => {
    fc.assert(
      fc.property(someTable, (table) => {
        try {
          const { hidden, smallestShown } = suppress(table)
          expect(smallestShown ?? smallestCount).toBeGreaterThanOrEqual(smallestCount)
          const written = shown(table, hidden).cells.flat()
          for (const value of written) if (value !== null) expect(value).toBeGreaterThanOrEqual(smallestCount)
        } catch (error) {
          if (!(error instanceof NotProtectable)) throw error
        }
      }),
      { numRuns: 400 },
    )
  })

  test('One small cell takes three more with it, and a table without totals none.', () => {
    const counts = [
      [12, 3, 20],
      [30, 9, 11],
      [14, 22, 40],
    ]
    const { hidden } = suppress(tableOf(counts))
    expect([...hidden].filter(([, why]) => why === 'small')).toEqual([['cell 0 1', 'small']])
    expect([...hidden].filter(([, why]) => why === 'secondary')).toHaveLength(3)
    expect([...suppress(tableOf(counts, false, false)).hidden.keys()]).toEqual(['cell 0 1'])
  })

  test('Nothing is hidden where nothing gives anybody away; one row of which one count is small cannot keep it.', () => {
    expect(suppress(tableOf([[12, 30], [14, 9]])).hidden.size).toBe(0) // prettier-ignore
    const { hidden } = suppress(tableOf([[12, 3]]))
    expect(hidden.has('cell 0 1')).toBe(true)
    expect(hidden.size).toBeGreaterThan(2)
  })

  test('A cell most of which is one contributor’s is hidden, as a local rule.', () => {
    const table = { ...tableOf([[60, 30], [14, 90]]), cells: [[{ count: 60, largest: 31 }, { count: 30, largest: 15 }], [{ count: 14 }, { count: 90 }]] } // prettier-ignore
    expect([...suppress(table).hidden].filter(([, why]) => why === 'dominated')).toEqual([['cell 0 0', 'dominated']]) // prettier-ignore
  })

  test('A whole table of a thousand counts is done in seconds.', () => {
    const counts = Array.from({ length: 50 }, (_r, row) => Array.from({ length: 20 }, (_c, column) => ((row * 7 + column * 13) % 29) + (column % 3)) ) // prettier-ignore
    const started = performance.now()
    suppress(tableOf(counts))
    expect(performance.now() - started).toBeLessThan(20_000)
  })
})

describe('tables that were cleared before', () => {
  const before = { shown: shown(tableOf([[60, 30]], false, false), new Map()), isSame: false }

  test('Two counts that differ by fewer than five give the few between them away: the newer is hidden.', () => {
    expect(compare(tableOf([[57, 20]], false, false), [before])).toEqual(['cell 0 0'])
    expect(compare(tableOf([[55, 30]], false, false), [before])).toEqual([])
  })

  test('Totals that differ by fewer than five, or were hidden before, tell as much as cells.', () => {
    const wide = { shown: shown(tableOf([[60, 30], [50, 40]]), new Map([['row 0', 'secondary']])), isSame: false } // prettier-ignore
    // 90 and 90 before; 50 + 43 now: the row and the column differ by three, each cell by three or none.
    expect(
      compare(
        tableOf([
          [60, 30],
          [50, 43],
        ]),
        [wide],
      ),
    ).toEqual(['cell 1 1', 'row 1', 'column 1', 'all'])
    expect(
      compare(
        tableOf([
          [60, 30],
          [50, 40],
        ]),
        [{ ...wide, isSame: true }],
      ),
    ).toEqual(['row 0'])
  })

  test('Of the same people what was hidden stays hidden, and what is out already is told.', () => {
    const hidden = { shown: shown(tableOf([[60, 30]], false, false), new Map([['cell 0 1', 'small']])), isSame: true }
    expect(compare(tableOf([[60, 30]], false, false), [hidden])).toEqual(['cell 0 1'])
    const now = shown(tableOf([[60, 30]], false, false), new Map([['cell 0 0', 'secondary']]))
    expect(outAlready(now, [{ ...before, isSame: true }])).toEqual(['r0, c0'])
  }) // prettier-ignore
})

describe('a file', () => {
  const rows = (lines: string[]) =>
    lines.map((line, index) => ({ number: index + 1, cells: line.split(';') }))

  test('becomes a table with its totals, and largest contributors', () => {
    expect(readCounts(rows(['place;men;women;Total', 'Leeds;1,012/4;7;1019', 'Hull;5;6;11', 'Total;1017;13;1030']))).toEqual({
      table: { rows: ['Leeds', 'Hull'], columns: ['men', 'women'], cells: [[{ count: 1012, largest: 4 }, { count: 7 }], [{ count: 5 }, { count: 6 }]], totals: { ofRows: true, ofColumns: true } },
    })
  }) // prettier-ignore

  test('with a wrong total, a fraction, a formula, a name twice or nothing is turned away with each place', () => {
    const faultsOf = (lines: string[]) => {
      const read = readCounts(rows(lines))
      return 'faults' in read ? read.faults.map(({ message }) => message) : []
    }
    expect(faultsOf(['x;a;Total', 'r;5;6'])).toEqual(['The total of “r” is not the sum of its counts.'])
    expect(faultsOf(['x;a', 'r;5.5', 's;-1', 't;'])).toHaveLength(3)
    expect(faultsOf(['x;a;a', 'r;5;6'])).toHaveLength(1)
    expect(faultsOf(['x'])).toHaveLength(1)
    expect(faultsOf(['x;a', 'r;5/6'])).toEqual(['One contributor cannot be more than the whole.'])
  })
})

test('A network has an arc for each cell and each total, and as much goes into each node as comes out.', () => {
  const { arcs, nodes } = networkOf(tableOf([[1, 2], [3, 4]])) // prettier-ignore
  const sum = (of: readonly Arc[]) => of.reduce((total, { value }) => total + value, 0)
  for (let node = 0; node < nodes; node += 1) expect(sum(arcs.filter(({ to }) => to === node))).toBe(sum(arcs.filter(({ from }) => from === node))) // prettier-ignore
  expect(arcs).toHaveLength(4 + 2 + 2 + 1)
})
