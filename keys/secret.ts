// Secret bytes in memory. Printing, logging or serialising a Secret says nothing; the bytes come out by one
// method whose name can be searched for, and can be wiped when they are no longer needed.
import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'

const hidden = '[secret]'

export class Secret {
  readonly #bytes: Uint8Array

  /** @param bytes taken over by the Secret: wiping it wipes them */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** A new random secret from the operating system's generator. */
  static random(sizeBytes: number): Secret {
    // A copy in an ArrayBuffer of its own: small Buffers share a pool, which wiping and key imports must not reach.
    return new Secret(new Uint8Array(randomBytes(sizeBytes)))
  }

  get sizeBytes(): number {
    return this.#bytes.length
  }

  /** The bytes themselves, not a copy: keep them no longer than the operation that needs them. */
  reveal(): Uint8Array {
    return this.#bytes
  }

  wipe(): void {
    this.#bytes.fill(0)
  }

  toString(): string {
    return hidden
  }

  toJSON(): string {
    return hidden
  }

  [inspect.custom](): string {
    return hidden
  }
}
