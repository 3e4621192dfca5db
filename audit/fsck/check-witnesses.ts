// What witnesses said of a log as the database keeps it: whether each line is a witness's, and whether the policy was met where
// the database says so.
import { z } from 'zod'
import { openCheckpointOf } from '../checkpoint.ts'
import type { VerifierKey } from '../note.ts'
import { type Policy, witnessesOf } from '../policy.ts'
import type { Queryable } from '../queryable.ts'
import { bigint } from '../tree-store.ts'
import type { Fault } from './faults.ts'
import type { Checks } from './report.ts'

const PAGE = 512
const cosignedRow = z.object({ size: bigint, note: z.string(), lines: z.string(), is_witnessed: z.boolean() })

/** Every checkpoint that a witness cosigned, and that it meets the policy where the database says so. */
export async function checkCosignatures(
  checks: Checks,
  tx: Queryable,
  { policy, keys, origin }: { policy: Policy; keys: readonly VerifierKey[]; origin: string | undefined },
): Promise<void> {
  const faults: Fault[] = []
  let [after, count] = [0, 0]
  for (;;) {
    const { rows } = await tx.query(
      `select c.size, c.note, w.size is not null as is_witnessed,
         coalesce((select string_agg(s.line, '' order by s.name, s.key_id) from ledger.cosignature s where s.size = c.size), '') as lines
       from ledger.checkpoint c left join ledger.witnessed w using (size)
       where c.size > $1 and (w.size is not null or exists (select from ledger.cosignature s where s.size = c.size))
       order by c.size limit ${PAGE}`,
      [after],
    )
    for (const { size, note, lines, is_witnessed: isWitnessed } of rows.map((row) =>
      cosignedRow.parse(row),
    )) {
      const says = await faultOf(`${note}${lines}`, { policy, keys, origin, isWitnessed })
      if (says !== undefined) faults.push({ class: 'witness', where: 'ledger.cosignature', says: `The checkpoint of ${size}: ${says}` }) // prettier-ignore
      after = size
      count += 1
    }
    if (rows.length < PAGE) break
  }
  checks.conclude('cosignatures', `The lines of ${count} cosigned checkpoints are the witnesses’.`, faults)
}

interface Expected {
  readonly policy: Policy
  readonly keys: readonly VerifierKey[]
  readonly origin: string | undefined
  readonly isWitnessed: boolean
}

async function faultOf(
  note: string,
  { policy, keys, origin, isWitnessed }: Expected,
): Promise<string | undefined> {
  try {
    const { isMet } = await witnessesOf(await openCheckpointOf(note, keys, origin), policy)
    return isMet || !isWitnessed ? undefined : 'The database says that the policy was met, and it is not.'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
