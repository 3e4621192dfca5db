// Proof files for entries: C2SP tlog-proof@v1 under the first checkpoint past it that has a time token, or else the latest; with
// the entry's bytes and, where asked for, the openings of personal fields.
import { z } from 'zod'
import { checkpointOfOwnNote } from './checkpoint.ts'
import type { Opening } from './commitment.ts'
import { readCosignedNote, readLatestWitnessed } from './cosignatures.ts'
import { formatDisclosure } from './disclosure.ts'
import { consistencyRanges, inclusionRanges, rangeHash } from './merkle.ts'
import { nodeHasher } from './node-hash.ts'
import type { Queryable } from './queryable.ts'
import { isEvidence } from './receipt-class.ts'
import { readFirstStamped } from './time/store.ts'
import { formatTlogProof } from './tlog-proof.ts'
import {
  bigint,
  bytea,
  readHashes,
  readHead,
  readLatestCheckpoint,
  type StoredCheckpoint,
} from './tree-store.ts'

export type InclusionProof =
  | {
      readonly outcome: 'proved'
      /** Text of a .tlog-proof file. */
      readonly proof: string
      readonly index: number
      readonly treeSize: number
      /** The checkpoint that the proof ends with. */
      readonly checkpoint: string
      readonly disclosed: readonly string[]
    }
  /** Committed, but no checkpoint covers it yet: ask again in a moment. */
  | { readonly outcome: 'waiting' }
  /** In a log that was closed: its proof is made from what was published of that. */
  | { readonly outcome: 'closed'; readonly epoch: number; readonly index: number }
  | { readonly outcome: 'absent' }

export interface ProofWanted {
  /** Fields to open (`actor.username`, `detail.reason`), or `all` that have not been erased. */
  readonly disclose?: 'all' | readonly string[]
  /** Whether an entry of the evidence class waits for the witnesses that the policy names. */
  readonly policyHolds?: boolean
}

export async function proveInclusion(
  db: Queryable,
  entryId: string,
  { disclose = [], policyHolds = false }: ProofWanted = {},
): Promise<InclusionProof> {
  const entry = await readEntry(db, entryId)
  if (entry === undefined) return { outcome: 'absent' }
  if (entry.closed_epoch !== null)
    return { outcome: 'closed', epoch: entry.closed_epoch, index: entry.closed_seq ?? 0 }
  const { seq } = entry
  if (seq === null) return { outcome: 'waiting' }
  const found = await findCheckpoint(db, seq, policyHolds && isEvidence(entry.body))
  const { checkpoint: stored, token: timeToken } = found
  if (stored === undefined) return { outcome: 'waiting' }
  const checkpoint = checkpointOfOwnNote(stored.note)
  const note = await readCosignedNote(db, stored)
  const ranges = inclusionRanges(seq, { start: 0, end: checkpoint.size })
  const { edge } = await readHead(db)
  const hashAt = await readHashes(db, edge, ranges)
  const disclosed = disclose === 'all' || disclose.length > 0 ? await readOpenings(db, entryId, disclose) : []
  return {
    outcome: 'proved',
    index: seq,
    treeSize: checkpoint.size,
    checkpoint: note,
    disclosed: disclosed.map(({ field }) => field),
    proof: formatTlogProof({
      index: seq,
      hashes: ranges.map((range) => rangeHash(nodeHasher, hashAt, range)),
      extra: formatDisclosure({ entry: entry.body, disclosed, timeToken }),
      checkpoint: note,
    }),
  }
}

interface Found {
  readonly checkpoint?: StoredCheckpoint | undefined
  readonly token?: Uint8Array | undefined
}

/** A witnessed one where it covers the entry already: that proves more. Of those, one whose time somebody else vouches for. */
async function findCheckpoint(db: Queryable, seq: number, waitsForWitnesses: boolean): Promise<Found> {
  const latestWitnessed = await readLatestWitnessed(db)
  const witnessed = latestWitnessed && seq < latestWitnessed.size ? latestWitnessed : undefined
  const stamped = await readFirstStamped(db, seq, waitsForWitnesses || witnessed !== undefined)
  if (stamped) return stamped
  if (witnessed || waitsForWitnesses) return { checkpoint: witnessed }
  const latest = await readLatestCheckpoint(db)
  return latest && seq < latest.size ? { checkpoint: latest } : {}
}

/** That the tree of `size` entries holds everything that the one of `from` held. From nothing there is no proof. */
export async function proveConsistency(db: Queryable, from: number, size: number): Promise<Uint8Array[]> {
  if (from === 0 || from === size) return []
  const ranges = consistencyRanges(from, size)
  const { edge } = await readHead(db)
  const hashAt = await readHashes(db, edge, ranges)
  return ranges.map((range) => rangeHash(nodeHasher, hashAt, range))
}

const entryRow = z.object({ body: bytea, seq: bigint.nullable(), closed_epoch: z.number().nullable(), closed_seq: bigint.nullable() }) // prettier-ignore

async function readEntry(db: Queryable, entryId: string): Promise<z.infer<typeof entryRow> | undefined> {
  const { rows } = await db.query(
    `select entry.body, leaf.seq, closed.epoch as closed_epoch, closed.seq as closed_seq
     from ledger.entry left join ledger.leaf on leaf.entry_id = entry.id left join ledger.closed_leaf closed on closed.entry_id = entry.id
     where entry.id = $1`,
    [entryId],
  )
  return rows.length === 0 ? undefined : entryRow.parse(rows[0])
}

const openingRow = z.object({ field: z.string(), salt: bytea, value: z.string() })

async function readOpenings(
  db: Queryable,
  entryId: string,
  disclose: 'all' | readonly string[],
): Promise<Opening[]> {
  const { rows } = await db.query(
    `select field, salt, value from ledger.secret
     where entry_id = $1 and ($2::text[] is null or field = any($2)) order by field`,
    [entryId, disclose === 'all' ? null : disclose],
  )
  return rows.map((row) => openingRow.parse(row))
}
