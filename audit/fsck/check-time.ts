// What a time-stamping authority said of the checkpoints of a database: each token has to be about the checkpoint beside which it
// stands, signed by the authority that the verifier trusts, and not older than the checkpoint.
import type { Queryable } from '../queryable.ts'
import { areApart } from '../signing-time.ts'
import type { CheckTime } from '../time/check.ts'
import { readPairs, type StoredPair } from '../time/store.ts'
import type { Fault } from './faults.ts'
import type { Checks } from './report.ts'

const PAGE = 256
const NAME = 'time tokens'

export async function checkTimeTokens(
  checks: Checks,
  tx: Queryable,
  checkTime: CheckTime | undefined,
): Promise<void> {
  const faults: Fault[] = []
  let count = 0
  for (let page = await readPairs(tx, 0, PAGE); page.length > 0; page = await readPairs(tx, count, PAGE)) {
    if (checkTime === undefined) {
      checks.skipped(NAME, 'There are time tokens, and no time authority was given to check them with.')
      return
    }
    for (const pair of page) {
      const says = await faultOf(pair, checkTime)
      if (says !== undefined) faults.push({ class: 'time', where: 'ledger.time_token', says: `The token of ${pair.size}: ${says}` }) // prettier-ignore
    }
    count += page.length
  }
  if (count > 0 || checkTime)
    checks.conclude(NAME, `The ${count} time tokens are about the checkpoints beside them.`, faults)
}

async function faultOf(
  { note, token, stamped_at: stampedAt, published_at: publishedAt }: StoredPair,
  checkTime: CheckTime,
): Promise<string | undefined> {
  if (note === null || publishedAt === null) return 'There is no such checkpoint.'
  try {
    const { at } = await checkTime(token, { note })
    if (at.getTime() !== stampedAt.getTime()) return 'The row does not say what the token says.'
    if (at < publishedAt && areApart(at, publishedAt))
      return 'It is older than the checkpoint says that it is.'
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
