// What a check of a whole log can find, as a closed list: each class has an exit code of its own, worst first. A report that
// holds several classes ends with the code of the worst.

export const faultClasses = {
  /** The signed checkpoint is absent, cannot be read, or no known key signed it. */
  checkpoint: 10,
  /** Two histories: another root than was signed, or published, or verified before. */
  fork: 11,
  /** Fewer entries than were signed, or published, or verified before. */
  rollback: 12,
  /** A tile, a bundle, a leaf or an entry is not there. */
  missing: 13,
  /** The bytes of an entry are not those that were sequenced. */
  entry: 14,
  /** A stored leaf hash is not that of its entry, though the entry is right. */
  leaf: 15,
  tile: 16,
  head: 17,
  /** An entry that waits though it has its number, or has neither number nor place in the queue. */
  outbox: 18,
  /** Search would find too much or too little. */
  index: 19,
  /** A personal value is not what was recorded. */
  commitment: 20,
  /** A checkpoint is not cosigned as the policy asks, or a line of a witness is bad. */
  witness: 21,
  /** A time token is not about its checkpoint, or not of the authority that is trusted. */
  time: 22,
} as const
export type FaultClass = keyof typeof faultClasses

export interface Fault {
  readonly class: FaultClass
  /** Number of the first entry that it touches, where it touches entries. */
  readonly entry?: number
  /** The file or the table. */
  readonly where: string
  readonly says: string
}

/** Listed of each class; the rest are counted. */
const LISTED = 20

export class Faults {
  readonly #listed: Fault[] = []
  readonly #counts = new Map<FaultClass, number>()

  add(fault: Fault): void {
    const count = (this.#counts.get(fault.class) ?? 0) + 1
    this.#counts.set(fault.class, count)
    if (count <= LISTED) this.#listed.push(fault)
  }

  get count(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
  }

  counts(): Readonly<Partial<Record<FaultClass, number>>> {
    return Object.fromEntries(this.#counts)
  }

  /** Worst class first, then by entry. */
  listed(): readonly Fault[] {
    return this.#listed.toSorted(
      (a, b) =>
        faultClasses[a.class] - faultClasses[b.class] || (a.entry ?? Infinity) - (b.entry ?? Infinity),
    )
  }

  /** 0 when there is none. */
  exitCode(): number {
    const codes = [...this.#counts.keys()].map((found) => faultClasses[found])
    return codes.length === 0 ? 0 : Math.min(...codes)
  }

  firstEntry(): number | undefined {
    const entries = this.#listed.flatMap(({ entry }) => entry ?? [])
    return entries.length === 0 ? undefined : Math.min(...entries)
  }
}
