// The processes of the collect benchmark, one role each, forked by collect.ts: what a process ever held is then its own.
//   seal     seals one item of so many bytes through the worker's own code, and ends
//   gateway  serves until it is told to say how much memory it held
import { randomBytes } from 'node:crypto'
import { systemClock } from '../gateway/clock.ts'
import type { Config } from '../gateway/config.ts'
import { createLog } from '../gateway/log.ts'
import { serve } from '../gateway/serve.ts'
import type { CaseRow, CaseSource } from '../gateway/sources/case-source.ts'
import { sealPackage } from '../gateway/transfers/seal.ts'
import { version } from '../gateway/version.ts'
import { wire } from '../gateway/wire.ts'

export type Order =
  | { readonly role: 'seal'; readonly config: Config; readonly transferId: string; readonly bytes: number }
  | { readonly role: 'gateway'; readonly config: Config }
  | { readonly role: 'report' }

export type Report =
  | { readonly is: 'ready'; readonly residentBytes: number; readonly gatewayKey: string }
  | { readonly is: 'done'; readonly mostResidentBytes: number }

process.on('message', (order: Order) => {
  void obey(order).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? '') : String(error)}\n`)
    process.exit(1)
  })
})

async function obey(order: Order): Promise<void> {
  if (order.role === 'report') {
    tell({ is: 'done', mostResidentBytes: mostResidentBytes() })
    return
  }
  const log = createLog('error', process.stderr)
  const wiring = await wire({
    config: order.config,
    clock: systemClock,
    log,
    version,
    createMissingKeys: true,
  })
  if (order.role === 'gateway') {
    await serve(wiring, { withWorker: false })
    ready(wiring.signer.publicArmored)
    return
  }
  ready(wiring.signer.publicArmored)
  await sealPackage({ ...wiring, source: sourceOf(order.bytes) }, order.transferId)
  tell({ is: 'done', mostResidentBytes: mostResidentBytes() })
}

function ready(gatewayKey: string): void {
  tell({ is: 'ready', residentBytes: process.memoryUsage.rss(), gatewayKey })
}

function tell(report: Report): void {
  process.send?.(report)
}

/** The kernel's own high-water mark: no sampling misses a peak. It counts in KiB. */
function mostResidentBytes(): number {
  return process.resourceUsage().maxRSS * 1024
}

/** Rows that hardly compress, so that the package is nearly as large as what is asked for. */
function sourceOf(bytes: number): CaseSource {
  const cellBytes = 96 * 1024
  // Base64 carries six bits in eight; deflate finds that and no more.
  const cell = () => randomBytes(cellBytes).toString('base64')
  return {
    estimate: () => Promise.resolve({ rows: 0, columns: 0 }),
    read: async function* ({ fields, periodFrom }) {
      const [text, ...dates] = [...fields].sort(
        (a, b) => Number(a.endsWith('_date')) - Number(b.endsWith('_date')),
      )
      if (text === undefined) throw new Error('the request names no field')
      for (let left = bytes; left > 0; left -= cellBytes) {
        const row: CaseRow = {
          ...Object.fromEntries(dates.map((field) => [field, periodFrom])),
          [text]: cell(),
        }
        yield await Promise.resolve([row])
      }
    },
  }
}
