// Ciphers leave several bytes of garbage outside V8's heap for each byte that passes, and V8 lets 64 MiB of it pile up
// before it looks. So that an item of any size passes in little memory, V8 is asked to look sooner.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

type Collect = (options: { readonly type: 'minor' | 'major' }) => void

const lookEveryBytes = 2 * 1024 * 1024
const tolerableGrowthBytes = 16 * 1024 * 1024

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
    if (!hasGrown()) return
    collect({ type: 'minor' })
    // What outlived two minor collections is out of their reach.
    if (hasGrown()) {
      collect({ type: 'major' })
      inUseBytes = process.memoryUsage().arrayBuffers
    }
  }
}

function hasGrown(): boolean {
  return process.memoryUsage().arrayBuffers > inUseBytes + tolerableGrowthBytes
}
