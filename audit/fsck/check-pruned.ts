// What was pruned from the database, and by what right: an entry of the ledger says it, with the root of what is gone, which has
// to be the one that the hashes above it still make.
import { z } from 'zod'
import { decodeText, toHex } from '../bytes.ts'
import type { Edge } from '../edge.ts'
import { hashOfTotals, type Pruned } from '../pruned.ts'
import type { Queryable } from '../queryable.ts'
import { bytea } from '../tree-store.ts'
import type { Fault } from './faults.ts'
import type { Checks } from './report.ts'

const prunedEntry = z.object({
  type: z.literal('ledger.pruned'),
  detail: z.object({ from: z.number(), to: z.number(), root: z.string(), totals: z.string() }),
})

/** The entry itself lies past what it says, so that the walk hashes it. */
export async function concludePruned(
  checks: Checks,
  tx: Queryable,
  pruned: Pruned,
  start: Edge,
): Promise<void> {
  const { through, start: from, root, totals, prunedAt, entryId } = pruned
  const where = 'ledger.pruned'
  const found: Fault[] = []
  if (start.size === 0)
    found.push({
      class: 'tile',
      entry: 0,
      where,
      says: `The stored tiles do not make the root of the ${through} entries that were pruned.`,
    })
  const { rows } = await tx.query('select body from ledger.entry where id = $1', [entryId])
  const said = rows[0] && entryIn(bytea.parse(rows[0]['body']))
  if (said?.from !== from || said.to !== through || said.root !== toHex(root))
    found.push({
      class: 'missing',
      entry: from,
      where,
      says: `No entry says that ${from} to ${through} were pruned.`,
    })
  else if (said.totals !== hashOfTotals(totals))
    found.push({ class: 'entry', entry: from, where, says: 'The totals are not those that the entry says.' })
  const { rows: left } = await tx.query('select count(*)::int as count from ledger.leaf where seq < $1', [
    through,
  ])
  if (left[0]?.['count'] !== 0)
    found.push({
      class: 'leaf',
      entry: from,
      where: 'ledger.leaf',
      says: 'Leaves that were pruned are there again.',
    })
  const day = prunedAt.toISOString().slice(0, 10)
  checks.conclude('pruned', `The first ${through} entries were pruned, the last of them on ${day}; the hashes above them make their root, and an entry says so.`, found) // prettier-ignore
}

function entryIn(body: Uint8Array): z.infer<typeof prunedEntry>['detail'] | undefined {
  try {
    const parsed = prunedEntry.safeParse(JSON.parse(decodeText(body)))
    return parsed.success ? parsed.data.detail : undefined
  } catch {
    return undefined
  }
}
