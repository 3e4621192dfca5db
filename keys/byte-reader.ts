// Reads an exact number of bytes at a time from a stream of chunks of any size, holding no more than was asked for
// and copying nothing: what comes back are pieces of the chunks themselves.

export type Pieces = readonly Buffer[]

export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>
  #held: Buffer[] = []
  #heldBytes = 0

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** @returns `sizeBytes` bytes, or fewer if the source ended first */
  async upTo(sizeBytes: number): Promise<Pieces> {
    while (this.#heldBytes < sizeBytes && (await this.#more())) {
      // One more chunk is held now.
    }
    const pieces: Buffer[] = []
    for (let wanted = sizeBytes; wanted > 0;) {
      const first = this.#held.shift()
      if (first === undefined) break
      pieces.push(first.subarray(0, wanted))
      if (first.length > wanted) this.#held.unshift(first.subarray(wanted))
      wanted -= first.length
    }
    this.#heldBytes -= sizeOf(pieces)
    return pieces
  }

  async isAtEnd(): Promise<boolean> {
    while (this.#heldBytes === 0) if (!(await this.#more())) return true
    return false
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next()
    if (next.done === true) return false
    const { buffer, byteOffset, byteLength } = next.value
    this.#held.push(Buffer.from(buffer, byteOffset, byteLength))
    this.#heldBytes += byteLength
    return true
  }
}

export function sizeOf(pieces: Pieces): number {
  return pieces.reduce((size, piece) => size + piece.length, 0)
}

/** One buffer; the piece itself where there is only one. */
export function joined(pieces: Pieces): Buffer {
  const [only] = pieces
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces)
}
