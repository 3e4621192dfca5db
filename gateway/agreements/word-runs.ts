// Two texts word by word: what stayed, what went and what came, so that a person sees the one word that an amendment changes.
// Pure: the longest common run of words, with the ends that are alike taken off first.

export interface Run {
  readonly kind: 'same' | 'removed' | 'added'
  readonly text: string
}

/** Past so many pairs of words it is said whole: a text that changes this much reads no better in parts. */
const mostPairs = 4_000_000

/** @returns runs whose `same` and `removed` give `before`, and whose `same` and `added` give `after` */
export function wordRuns(before: string, after: string): Run[] {
  const [old, young] = [wordsOf(before), wordsOf(after)]
  const start = alikeFor(old, young)
  const end = alikeFor(old.slice(start).toReversed(), young.slice(start).toReversed())
  const [oldMiddle, youngMiddle] = [
    old.slice(start, old.length - end),
    young.slice(start, young.length - end),
  ]
  return joined([
    ...old.slice(0, start).map(same),
    ...(oldMiddle.length * youngMiddle.length > mostPairs
      ? [...oldMiddle.map(removed), ...youngMiddle.map(added)]
      : longestCommon(oldMiddle, youngMiddle)),
    ...old.slice(old.length - end).map(same),
  ])
}

/** Words with the space after each, so that nothing of the text is lost. */
function wordsOf(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? []
}

function alikeFor(a: readonly string[], b: readonly string[]): number {
  const first = a.findIndex((word, index) => word !== b[index])
  return first === -1 ? Math.min(a.length, b.length) : first
}

function longestCommon(old: readonly string[], young: readonly string[]): Run[] {
  const lengths = lengthsOf(old, young)
  const at = (row: number, column: number) => lengths[row]?.[column] ?? 0
  const runs: Run[] = []
  let [row, column] = [0, 0]
  while (row < old.length || column < young.length) {
    const [then, now] = [old[row], young[column]]
    if (then !== undefined && then === now) {
      runs.push(same(then))
      row += 1
      column += 1
    } else if (then !== undefined && (now === undefined || at(row + 1, column) >= at(row, column + 1))) {
      runs.push(removed(then))
      row += 1
    } else if (now !== undefined) {
      runs.push(added(now))
      column += 1
    }
  }
  return runs
}

/** `[row][column]`: how many words the rest of both have in common. */
function lengthsOf(old: readonly string[], young: readonly string[]): Uint32Array[] {
  const lengths = Array.from({ length: old.length + 1 }, () => new Uint32Array(young.length + 1))
  for (let row = old.length - 1; row >= 0; row -= 1) {
    const [own, below] = [lengths[row], lengths[row + 1]]
    if (!own || !below) continue
    for (let column = young.length - 1; column >= 0; column -= 1)
      own[column] =
        old[row] === young[column]
          ? (below[column + 1] ?? 0) + 1
          : Math.max(below[column] ?? 0, own[column + 1] ?? 0)
  }
  return lengths
}

const same = (text: string): Run => ({ kind: 'same', text })
const removed = (text: string): Run => ({ kind: 'removed', text })
const added = (text: string): Run => ({ kind: 'added', text })

function joined(runs: readonly Run[]): Run[] {
  const out: Run[] = []
  for (const run of runs) {
    const last = out.at(-1)
    if (last?.kind === run.kind) out[out.length - 1] = { kind: run.kind, text: last.text + run.text }
    else out.push(run)
  }
  return out
}
