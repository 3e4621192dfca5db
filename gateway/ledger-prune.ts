// The worker's part of pruning the ledger: entries past the log limit go in steps, each a transaction of its own.
import { prune, type PrunedNow } from '../audit/prune.ts'
import { pruneClosed } from '../audit/prune-closed.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Database } from './db.ts'
import type { Log } from './log.ts'

export interface PruneLedgerDeps {
  readonly db: Database
  readonly config: Pick<Config, 'ledgerKeepMonths' | 'auditQueue'>
  readonly clock: Clock
  readonly log: Log
}

/** @throws {LedgerFault} when what would go is not what was signed: it stays, and so does everything after it */
export async function pruneLedger({ db, config, clock, log }: PruneLedgerDeps): Promise<void> {
  const { ledgerKeepMonths: keepMonths, auditQueue } = config
  const step = () => prune({ db, keepMonths, isMirrored: auditQueue !== undefined, clock })
  for (let done: PrunedNow | undefined = await step(); done; done = await step())
    log.info('ledger.pruned', { from: done.from, to: done.to, before: done.before.toISOString() })
  for (
    let done = await pruneClosed({ db, keepMonths, clock });
    done;
    done = await pruneClosed({ db, keepMonths, clock })
  )
    // prettier-ignore
    log.info('ledger.epoch-pruned', { epoch: done.epoch, from: done.from, to: done.to })
}
