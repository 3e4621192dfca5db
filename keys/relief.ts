// Ciphers leave several bytes of garbage outside V8's heap for each byte that passes, and V8 lets 64 MiB of it pile up
// before it looks. So that an item of any size passes in little memory, V8 is asked to look sooner.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

type Collect = (options: {
  readonly type: 'minor' | 'major'
  readonly flavor?: 'last-resort' | 'regular'
}) => void

const lookEveryBytes = 512 * 1024
/** A minor collection is cheap; a major one looks at all that a start has loaded. */
const tolerated = { minor: 8 * 1024 * 1024, major: 20 * 1024 * 1024 }

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as Collect // V8's own, which that flag puts there

/** What was still in use after the last collection; the streams of a process share it. */
let inUseBytes = 0

/** @returns what to tell of every chunk that passes */
export function relieving(): (chunkBytes: number) => void {
  let passedBytes = 0
  return (chunkBytes) => {
    passedBytes += chunkBytes
    if (passedBytes < lookEveryBytes) return
    passedBytes = 0
    if (!hasGrown(tolerated.minor)) return
    collect({ type: 'minor' })
    // What outlived two minor collections is out of their reach.
    if (hasGrown(tolerated.major)) {
      collect({ type: 'major' })
      inUseBytes = process.memoryUsage().arrayBuffers
    }
  }
}

/** What a start used and needs no more (packs as they were read, rules as they were parsed) goes back to the machine. */
export function giveBack(): void {
  collect({ type: 'major', flavor: 'last-resort' })
}

function hasGrown(bytes: number): boolean {
  return process.memoryUsage().arrayBuffers > inUseBytes + bytes
}
