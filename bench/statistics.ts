// Medians, ranges and percentiles of small samples.

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** @param values at least one */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  return { median: percentile(sorted, 50), min: percentile(sorted, 0), max: percentile(sorted, 100) }
}

/** Nearest rank. @param sorted ascending, at least one */
export function percentile(sorted: readonly number[], percent: number): number {
  const found = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]
  if (found === undefined) throw new RangeError('there is no percentile of nothing')
  return rounded(found)
}

/** Three figures that mean something. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3))
}
