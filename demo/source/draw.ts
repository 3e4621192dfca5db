// Chance from a seed: the same seed draws the same sequence on every machine. For invented data only, never for a secret.
import { createHash } from 'node:crypto'

export interface Draw {
  /** A number in [0, 1). */
  fraction(): number
  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number
  chance(probability: number): boolean
  pick<T>(choices: readonly [T, ...T[]]): T
  /** Picks by weight; the weights need not sum to one. */
  weighted<T>(choices: readonly (readonly [T, number])[]): T
}

/** @param seed any text; different texts draw sequences that have nothing to do with each other */
export function createDraw(seed: string): Draw {
  const hash = createHash('sha256').update(seed).digest()
  // sfc32 (PractRand): four 32-bit words of state.
  let [a, b, c, d] = [hash.readInt32LE(0), hash.readInt32LE(4), hash.readInt32LE(8), hash.readInt32LE(12)]
  const fraction = () => {
    const sum = (a + b + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return (sum >>> 0) / 4294967296
  }
  const whole = (from: number, to: number) => from + Math.floor(fraction() * (to - from + 1))
  return {
    fraction,
    whole,
    chance: (probability) => fraction() < probability,
    pick: (choices) => choices[whole(0, choices.length - 1)] ?? choices[0],
    weighted: (choices) => pickWeighted(choices, fraction()),
  }
}

function pickWeighted<T>(choices: readonly (readonly [T, number])[], at: number): T {
  let left = at * choices.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [choice, weight] of choices) {
    left -= weight
    if (left < 0) return choice
  }
  const last = choices.at(-1)
  if (!last) throw new Error('There is nothing to pick from.')
  return last[0]
}
