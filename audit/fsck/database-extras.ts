// What a database may hold too much of, or out of place: rows that no walk from entry to entry comes past.
import { z } from 'zod'
import type { Queryable } from '../queryable.ts'
import { bigint, bytea } from '../tree-store.ts'
import { indexOf } from './entry-parts.ts'
import type { Fault } from './faults.ts'

const FEW = 20

/** @param size how many entries the head says */
export async function findExtras(tx: Queryable, size: number): Promise<Fault[]> {
  const found = await Promise.all(
    extras.map(({ query, values, fault }) => askFor(tx, query, values(size), fault)),
  )
  return found.flat()
}

const extraRow = z.object({ entry: bigint.nullish(), what: z.coerce.string() })
type Told = (what: string, entry: number | undefined) => Fault

async function askFor(tx: Queryable, query: string, values: unknown[], told: Told): Promise<Fault[]> {
  const { rows } = await tx.query(`${query} limit ${FEW}`, values)
  return rows.map((row) => {
    const { entry, what } = extraRow.parse(row)
    return told(what, entry ?? undefined)
  })
}

interface Extra {
  readonly query: string
  readonly values: (size: number) => unknown[]
  readonly fault: Told
}

const extras: readonly Extra[] = [
  {
    query: `select leaf.seq as entry, outbox.entry_id as what
      from ledger.outbox join ledger.leaf on leaf.entry_id = outbox.entry_id order by leaf.seq`,
    values: () => [],
    fault: (what, entry) => outbox(`${what} waits for a number, but has one.`, entry),
  },
  {
    query: `select id as what from ledger.entry
      where not exists (select from ledger.leaf where leaf.entry_id = entry.id)
      and not exists (select from ledger.outbox where outbox.entry_id = entry.id)
      and not exists (select from ledger.closed_leaf where closed_leaf.entry_id = entry.id) order by id`,
    values: () => [],
    fault: (what) => outbox(`${what} has no number and does not wait for one.`),
  },
  {
    query: `select entry_id as what from ledger.outbox
      where not exists (select from ledger.entry where entry.id = outbox.entry_id) order by position`,
    values: () => [],
    fault: (what) => outbox(`${what} waits for a number, but there is no such entry.`),
  },
  {
    query: 'select seq as entry, entry_id as what from ledger.leaf where seq >= $1 or seq < 0 order by seq',
    values: (size) => [size],
    fault: (what, entry) => ({
      class: 'head',
      ...numberedBy(entry),
      where: 'ledger.leaf',
      says: `The leaf of ${what} lies beyond the head.`,
    }),
  },
  {
    query: `select level || '/' || idx as what from ledger.tile
      where (idx + 1) * power(256::numeric, level + 1) > $1::numeric order by level, idx`,
    values: (size) => [size],
    fault: (what) => ({ class: 'tile', where: 'ledger.tile', says: `Tile ${what} lies beyond the head.` }),
  },
  {
    query: 'select size as what from ledger.checkpoint where size > $1 order by size',
    values: (size) => [size],
    fault: (what) => ({
      class: 'rollback',
      entry: Number(what) - 1,
      where: 'ledger.checkpoint',
      says: `${what} entries were signed, and the head has fewer.`,
    }),
  },
  {
    query: `select entry_id as what from ledger.secret
      where not exists (select from ledger.entry where entry.id = secret.entry_id)`,
    values: () => [],
    fault: (what) => ({
      class: 'commitment',
      where: 'ledger.secret',
      says: `There is a personal value of ${what}, but no such entry.`,
    }),
  },
]

function outbox(says: string, entry?: number): Fault {
  return { class: 'outbox', ...numberedBy(entry), where: 'ledger.outbox', says }
}

function numberedBy(entry: number | undefined): { entry?: number } {
  return entry === undefined ? {} : { entry }
}

const indexRow = z.object({
  kind: z.string(),
  key: z.string(),
  entry_id: z.string(),
  body: bytea.nullable(),
  seq: bigint.nullable(),
})
const PAGE = 4096

export async function countIndexRows(tx: Queryable): Promise<number> {
  const { rows } = await tx.query('select count(*) as count from ledger.index')
  return bigint.parse(rows[0]?.['count'])
}

/** Search rows that no entry's bytes ask for; slow, so asked only when there are more rows than entries ask for. */
export async function findExtraIndexRows(tx: Queryable, except: ReadonlySet<number>): Promise<Fault[]> {
  const found: Fault[] = []
  let last = ['', '', '00000000-0000-0000-0000-000000000000']
  for (;;) {
    const { rows } = await tx.query(
      `select i.kind, i.key, i.entry_id, entry.body, leaf.seq from ledger.index i
       left join ledger.entry on entry.id = i.entry_id left join ledger.leaf on leaf.entry_id = i.entry_id
       where (i.kind, i.key, i.entry_id) > ($1, $2, $3::uuid) order by i.kind, i.key, i.entry_id limit ${PAGE}`,
      last,
    )
    const page = rows.map((row) => indexRow.parse(row))
    for (const { kind, key, entry_id: id, body, seq } of page) {
      if (seq !== null && except.has(seq)) continue
      const asked = body === null ? [] : indexOf(jsonOf(body))
      if (!asked.some((row) => row.kind === kind && row.key === key))
        found.push({
          class: 'index',
          ...numberedBy(seq ?? undefined),
          where: 'ledger.index',
          says: `${id} is found by a ${kind} that it does not have.`,
        })
    }
    const end = page.at(-1)
    if (end === undefined || page.length < PAGE || found.length >= PAGE) return found
    last = [end.kind, end.key, end.entry_id]
  }
}

function jsonOf(body: Uint8Array): unknown {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(body))
    return json
  } catch {
    return undefined
  }
}
