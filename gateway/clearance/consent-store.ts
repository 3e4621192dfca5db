// SQL of requests for consent. A row is locked before it moves, so that of two answers at once the second sees the first.
import { z } from 'zod'
import type { Permit } from '../../policies/decide.ts'
import type { Queryable, Transaction } from '../db.ts'
import { demand } from '../decisions/demand.ts'
import { parseFigure } from '../figures/store.ts'
import type { Attestation, ConsentRequest, Objection } from './clearance.ts'
import type { Consent } from './consent.ts'

const columns = `r.id, r.clearance_id, r.context, r.searched, r.asked_by, r.asked_at, r.warn_at, r.due_at, r.state, r.acknowledged_at,
  r.answered_at, r.conditions, r.not_before, r.silent_at, r.withdrawn_at, r.release,
  f.reference, f.version, f.measure, f.source_report, f.extracted_at, f.unit, f.filters, f.value, encode(f.value_hash, 'hex') as value_hash,
  f.marking, f.provenance, f.public_source, f.registered_at,
  (select encode(n.value_hash, 'hex') from concordat.figure_version n where n.reference = r.figure and n.replaced_at is null) as current_hash,
  s.title as release_title, s.address as release_address, d.release_on, d.version as release_version,
  (select coalesce(jsonb_agg(jsonb_build_object('clause', a.clause, 'by', a.attested_by, 'at', a.attested_at, 'words', a.words,
     'smallestCell', a.smallest_cell) order by a.attested_at, a.clause), '[]') from concordat.consent_attestation a where a.request_id = r.id) as attested,
  (select coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'raisedBy', o.raised_by, 'raisedAt', o.raised_at, 'words', o.words,
     'decision', o.decision, 'decidedBy', o.decided_by, 'decidedAt', o.decided_at, 'reason', o.reason) order by o.raised_at, o.id), '[]')
   from concordat.figure_objection o where o.request_id = r.id) as objections`

const joined = `concordat.consent_request r
  join concordat.figure_version f on f.reference = r.figure and f.version = r.version
  left join concordat.statistics_release s on s.reference = r.release
  left join lateral (select release_on, version from concordat.statistics_release_date x where x.release = r.release
                     order by x.version desc limit 1) d on true`

/** Of one clearance, in the order in which they were asked. */
export async function listRequests(db: Queryable, clearanceId: string): Promise<ConsentRequest[]> {
  const { rows } = await db.query(`select ${columns} from ${joined} where r.clearance_id = $1 order by r.asked_at, r.figure`, [clearanceId]) // prettier-ignore
  return rows.map(parseRequest)
}

/** Of one version of a figure or of every, wherever it is meant to be used, the newest first. */
export async function listUses(db: Queryable, figure: string): Promise<ConsentRequest[]> {
  const { rows } = await db.query(`select ${columns} from ${joined} where r.figure = $1 order by r.asked_at desc, r.id`, [figure]) // prettier-ignore
  return rows.map(parseRequest)
}

export type QueueLine = ConsentRequest & { readonly report: string }

/** What Data and Analysis has to answer or has answered: those that wait first, by when they are due. At most 200. */
export async function listQueue(db: Queryable): Promise<QueueLine[]> {
  const { rows } = await db.query(
    `select ${columns}, c.title as report from ${joined} join concordat.clearance c on c.id = r.clearance_id
     order by r.state in ('requested', 'silent') desc, case when r.state in ('requested', 'silent') then r.due_at end, r.answered_at desc, r.id limit 200`,
  )
  return rows.map((row) => ({ ...parseRequest(row), report: String(row['report']) }))
}

export async function findRequest(db: Queryable, id: string): Promise<ConsentRequest | undefined> {
  const { rows } = await db.query(`select ${columns} from ${joined} where r.id = $1`, [id])
  return rows[0] && parseRequest(rows[0])
}

/** Until the transaction ends nobody else moves it. */
export async function lockRequest(tx: Transaction, id: string): Promise<ConsentRequest | undefined> {
  await tx.query('select from concordat.consent_request where id = $1 for update', [id])
  return findRequest(tx, id)
}

/** Ids of the requests of a clearance whose own time is over and that nobody answered; locked. */
export async function lockOverdue(tx: Transaction, clearanceId: string, now: Date): Promise<string[]> {
  const { rows } = await tx.query(
    `select id from concordat.consent_request where clearance_id = $1 and state = 'requested' and due_at <= $2 order by id for update`,
    [clearanceId, now],
  )
  return rows.map(({ id }) => String(id))
}

export interface NewRequest {
  readonly id: string
  readonly clearanceId: string
  readonly figure: string
  readonly version: number
  readonly context: string
  readonly searched: string
  readonly askedBy: string
  readonly askedAt: Date
  readonly warnAt: Date
  readonly dueAt: Date
  readonly release: string | undefined
  /** The clauses that whoever asks states. */
  readonly stated: readonly string[]
}

/** @returns false where this version was asked about for this report already, or was refused anywhere */
export async function insertRequest(tx: Transaction, permit: Permit, asked: NewRequest): Promise<boolean> {
  demand(permit, 'ask-consent')
  // Who refuses this version at this moment is waited for.
  await tx.query('select from concordat.consent_request where figure = $1 and version = $2 for share', [asked.figure, asked.version]) // prettier-ignore
  const { rowCount } = await tx.query(
    `insert into concordat.consent_request (id, clearance_id, figure, version, context, searched, asked_by, asked_at, warn_at, due_at, release, state)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'requested'
     where not exists (select from concordat.consent_request c where c.figure = $3 and c.version = $4 and c.state = 'refused')
     on conflict (clearance_id, figure, version) do nothing`,
    [asked.id, asked.clearanceId, asked.figure, asked.version, asked.context, asked.searched, asked.askedBy, asked.askedAt, asked.warnAt, asked.dueAt, asked.release ?? null], // prettier-ignore
  )
  if (rowCount !== 1) return false
  for (const clause of asked.stated) await insertAttestation(tx, asked.id, { clause, by: asked.askedBy, at: asked.askedAt, words: undefined, smallestCell: undefined }) // prettier-ignore
  return true
}

/** @returns false where somebody attested that already */
export async function insertAttestation(
  tx: Transaction,
  requestId: string,
  attested: Attestation,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into concordat.consent_attestation (request_id, clause, attested_by, attested_at, words, smallest_cell)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    [requestId, attested.clause, attested.by, attested.at, attested.words ?? null, attested.smallestCell ?? null], // prettier-ignore
  )
  return rowCount === 1
}

/** After `lockRequest`. @param by who answers or withdraws; undefined for the gateway, which finds silence */
export async function moveRequest(
  tx: Transaction,
  id: string,
  consent: Consent,
  by: string | undefined,
): Promise<void> {
  const { state } = consent
  const terms = state === 'consented' ? consent.terms : undefined
  await tx.query(
    `update concordat.consent_request set state = $2,
       acknowledged_at = coalesce($3, acknowledged_at),
       answered_at = coalesce($4, answered_at), answered_by = case when $4::timestamptz is not null and answered_by is null then $5 else answered_by end,
       conditions = case when $2 = 'consented' then $6 when $2 = 'withdrawn' then conditions end,
       not_before = case when $2 = 'consented' then $7 when $2 = 'withdrawn' then not_before end,
       silent_at = coalesce($8, silent_at), withdrawn_at = $9, withdrawn_by = case when $9::timestamptz is not null then $5::uuid end
     where id = $1`,
    [
      id,
      state,
      (state === 'requested' && consent.acknowledgedAt) || null,
      'answeredAt' in consent ? consent.answeredAt : null,
      by ?? null,
      terms?.conditions ?? null,
      terms?.notBefore ?? null,
      state === 'silent' ? consent.silentAt : null,
      state === 'withdrawn' ? consent.withdrawnAt : null,
    ],
  )
}

export async function linkRelease(tx: Transaction, id: string, release: string): Promise<void> {
  await tx.query('update concordat.consent_request set release = $2 where id = $1', [id, release])
}

const attestedShape = z.array(z.object({ clause: z.string(), by: z.string(), at: z.coerce.date(), words: z.string().nullable(), smallestCell: z.int().nullable() })) // prettier-ignore
const objectionShape = z.array(
  z.object({
    id: z.string(), raisedBy: z.string(), raisedAt: z.coerce.date(), words: z.string(), decision: z.enum(['accepted', 'overruled']).nullable(),
    decidedBy: z.string().nullable(), decidedAt: z.coerce.date().nullable(), reason: z.string().nullable(),
  }),
) // prettier-ignore

function parseRequest(row: Record<string, unknown>): ConsentRequest {
  const instant = (name: string) => row[name] as Date // timestamptz, there by the table's constraints
  return {
    id: String(row['id']),
    clearanceId: String(row['clearance_id']),
    figure: parseFigure(row),
    currentHash: String(row['current_hash']),
    context: String(row['context']),
    searched: String(row['searched']),
    askedBy: String(row['asked_by']),
    askedAt: instant('asked_at'),
    warnAt: instant('warn_at'),
    dueAt: instant('due_at'),
    consent: consentOf(row),
    release:
      typeof row['release'] === 'string'
        ? {
            reference: row['release'],
            title: String(row['release_title']),
            address: (row['release_address'] as string | null) ?? undefined,
            releaseOn: (row['release_on'] as string | null) ?? undefined,
            version: Number(row['release_version'] ?? 0),
          }
        : undefined,
    attested: attestedShape.parse(row['attested']).map(({ words, smallestCell, ...rest }) => ({ ...rest, words: words ?? undefined, smallestCell: smallestCell ?? undefined })), // prettier-ignore
    objections: objectionShape.parse(row['objections']).map(parseObjection),
  }
}

function parseObjection(read: z.output<typeof objectionShape>[number]): Objection {
  const { id, raisedBy, raisedAt, words, decision, decidedBy, decidedAt, reason } = read
  const decided = decision && decidedBy !== null && decidedAt && reason !== null ? { decision, by: decidedBy, at: decidedAt, reason } : undefined // prettier-ignore
  return { id, raisedBy, raisedAt, words, decided }
}

function consentOf(row: Record<string, unknown>): Consent {
  const instant = (name: string) => row[name] as Date // timestamptz, there by the table's constraints
  const [conditions, notBefore] = [row['conditions'], row['not_before']]
  switch (row['state']) {
    case 'requested':
      return { state: 'requested', ...(row['acknowledged_at'] instanceof Date && { acknowledgedAt: row['acknowledged_at'] }) } // prettier-ignore
    case 'consented':
      return {
        state: 'consented',
        answeredAt: instant('answered_at'),
        terms: {
          ...(typeof conditions === 'string' && { conditions }),
          ...(typeof notBefore === 'string' && { notBefore }),
        },
      }
    case 'refused':
      return { state: 'refused', answeredAt: instant('answered_at') }
    case 'silent':
      return { state: 'silent', silentAt: instant('silent_at') }
    case 'withdrawn':
      return { state: 'withdrawn', answeredAt: instant('answered_at'), withdrawnAt: instant('withdrawn_at') }
    default:
      throw new Error(`a request for consent is ${String(row['state'])}`)
  }
}
