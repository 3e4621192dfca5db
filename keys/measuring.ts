// A stage that a stream of bytes passes through unchanged, and that knows at its end how many there were and their SHA-256.
import { createHash } from 'node:crypto'
import { Transform } from 'node:stream'
import { relieving } from './relief.ts'

export interface Measurement {
  readonly sizeBytes: number
  readonly sha256: string
}

/** @returns the stage, and the measurement (lower-case hexadecimal), which is complete once the stage has ended */
export function measuring(check?: (measured: Measurement) => Error | undefined): {
  stage: Transform
  measured: () => Measurement
} {
  const hash = createHash('sha256')
  const relieve = relieving()
  let sizeBytes = 0
  let measurement: Measurement | undefined
  const stage = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      sizeBytes += chunk.length
      relieve(chunk.length)
      done(null, chunk)
    },
    flush(done) {
      measurement = { sizeBytes, sha256: hash.digest('hex') }
      done(check?.(measurement))
    },
  })
  return {
    stage,
    measured: () => {
      if (measurement === undefined) throw new Error('Measured before the end of the stream.')
      return measurement
    },
  }
}
