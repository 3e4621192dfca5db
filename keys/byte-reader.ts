// Reads an exact number of bytes at a time from a stream of chunks of any size, holding no more than asked for.

export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>
  #held: Buffer[] = []
  #heldBytes = 0

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** @returns `sizeBytes` bytes, or fewer if the source ended first */
  async upTo(sizeBytes: number): Promise<Buffer> {
    while (this.#heldBytes < sizeBytes && (await this.#more())) {
      // One more chunk is held now.
    }
    return this.#take(Math.min(sizeBytes, this.#heldBytes))
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

  #take(sizeBytes: number): Buffer {
    const whole = this.#held.length === 1 && this.#held[0] ? this.#held[0] : Buffer.concat(this.#held)
    const rest = whole.subarray(sizeBytes)
    this.#held = rest.length > 0 ? [rest] : []
    this.#heldBytes = rest.length
    return whole.subarray(0, sizeBytes)
  }
}
