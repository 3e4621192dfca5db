// One worker in a process of its own: it says that it is ready, waits for a word, and makes one sweep on a day. Run by
// two-workers.test.ts.
import { systemClock } from '../../gateway/clock.ts'
import { createLog } from '../../gateway/log.ts'
import { version } from '../../gateway/version.ts'
import { wire } from '../../gateway/wire.ts'
import { sweep } from '../../gateway/worker.ts'
import type { Config } from '../../gateway/config.ts'

export interface Order {
  readonly config: Config
  readonly at: string
}

process.once('message', (order: Order) => {
  void work(order).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    process.exit(1)
  })
})

async function work({ config, at }: Order): Promise<void> {
  const log = createLog('error', process.stderr)
  // The ledger signs by the clock that the database has; the day is the sweep's alone.
  const wiring = await wire({ config, clock: systemClock, log, version, createMissingKeys: false })
  await wiring.ledgerProcess.catchUp()
  process.send?.('ready')
  await new Promise((resolve) => process.once('message', resolve))
  const { destroyed } = await sweep({ ...wiring, clock: () => new Date(at) })
  process.send?.({ destroyed })
  await wiring.close()
  process.disconnect()
}
