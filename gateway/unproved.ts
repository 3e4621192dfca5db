// What is said where the ledger holds an entry and gives no proof of it now.
import type { proveInclusion } from '../audit/proofs.ts'
import { Problem } from './http/problem.ts'

/** Why an entry that there is has no proof now, and what to do. */
export function unproved(
  proved: Exclude<Awaited<ReturnType<typeof proveInclusion>>, { outcome: 'proved' | 'absent' }>,
): Problem {
  if (proved.outcome === 'waiting')
    return new Problem(
      'ledger.behind',
      'This entry waits for the next checkpoint, or for the witnesses of one. Try again in a few seconds.',
    )
  return new Problem(
    'state.conflict',
    `This is entry ${proved.index} of ledger ${proved.epoch}, which was closed. Ask the operator for its proof: \`concordat ledger proof\` makes it from what was published of that ledger.`,
  )
}
