// SQL of access to the Hub. An authorisation is ended and never changed; the newest one says how a person stands.
import type { Permit } from '../../policies/decide.ts'
import type { Queryable, Transaction } from '../db.ts'
import { demand } from '../decisions/demand.ts'
import { absoluteHours } from '../http/session.ts'
import type { Authorisation, Change, Ending, HubStanding, Organisation } from './access.ts'

const columns = `a.id, a.person_id, p.email as username, a.organisation, a.document, a.written_on, a.until, a.line_manager, a.granted_at,
  a.restricted_at, a.ended_at, a.ended_how, a.last_used_at`
const from = 'from concordat.hub_authorisation a join concordat.person p on p.id = a.person_id'

export async function findHubStanding(db: Queryable, personId: string, now: Date): Promise<HubStanding> {
  const authorisation = (await query(db, `where a.person_id = $1 order by a.granted_at desc, a.ended_at is null desc limit 1`, [personId]))[0] // prettier-ignore
  const { rows } = await db.query(
    `select (select version from concordat.hub_acceptance where person_id = $1 order by accepted_at desc limit 1) as accepted,
       (select s.purpose from concordat.hub_session s where s.person_id = $1 and s.opened_at > $2
          and s.opened_at >= coalesce((select to_timestamp(max((sess ->> 'signedInAt')::double precision) / 1000) from concordat.session
                                       where sess ->> 'personId' = $1::text and expire > $3), s.opened_at)
        order by s.opened_at desc limit 1) as purpose,
       (select count(*) from concordat.session where sess ->> 'personId' = $1::text and expire > $3) as sessions`,
    [personId, new Date(now.getTime() - absoluteHours * 3_600_000), now],
  )
  const row = rows[0] ?? {}
  return {
    authorisation,
    conditions: await findConditions(db),
    accepted: (row['accepted'] as string | null | undefined) ?? undefined,
    purpose: (row['purpose'] as string | null | undefined) ?? undefined,
    otherSessions: Math.max(0, Number(row['sessions'] ?? 0) - 1),
  }
}

export async function findConditions(db: Queryable): Promise<(NonNullable<HubStanding['conditions']> & { readonly words: string }) | undefined> {
  const { rows } = await db.query(`select version, words, encode(sha256, 'hex') as sha256, entered_at from concordat.hub_conditions order by entered_at desc limit 1`)
  const row = rows[0]
  return row && { version: String(row['version']), words: String(row['words']), sha256: String(row['sha256']), enteredAt: row['entered_at'] as Date } // timestamptz
} // prettier-ignore

/** @returns false where that version is there already */
export async function insertConditions(
  tx: Transaction,
  permit: Permit,
  entered: { readonly version: string; readonly words: string; readonly sha256: string; readonly by: string; readonly at: Date },
): Promise<boolean> {
  demand(permit, 'amend-conditions')
  const { rowCount } = await tx.query(
    `insert into concordat.hub_conditions (version, words, sha256, entered_by, entered_at) values ($1, $2, decode($3, 'hex'), $4, $5) on conflict do nothing`,
    [entered.version, entered.words, entered.sha256, entered.by, entered.at],
  )
  return rowCount === 1
} // prettier-ignore

export async function insertAcceptance(tx: Transaction, personId: string, version: string, at: Date): Promise<void> {
  await tx.query(
    'insert into concordat.hub_acceptance (person_id, version, accepted_at) values ($1, $2, $3) on conflict do nothing',
    [personId, version, at],
  )
} // prettier-ignore

export async function insertHubSession(
  tx: Transaction,
  opened: { readonly id: string; readonly personId: string; readonly purpose: string; readonly at: Date },
): Promise<void> {
  await tx.query('insert into concordat.hub_session (id, person_id, purpose, opened_at) values ($1, $2, $3, $4)', [opened.id, opened.personId, opened.purpose, opened.at]) // prettier-ignore
}

export async function noteUse(tx: Transaction, authorisationId: string, at: Date): Promise<void> {
  await tx.query('update concordat.hub_authorisation set last_used_at = greatest(last_used_at, $2) where id = $1', [authorisationId, at]) // prettier-ignore
}

/** Those that stand, by username; at most 500. */
export function listStanding(db: Queryable): Promise<Authorisation[]> {
  return query(db, 'where a.ended_at is null order by p.email limit 500')
}

/** Those that ended last, newest first. */
export function listEnded(db: Queryable): Promise<Authorisation[]> {
  return query(
    db,
    `where a.ended_at is not null and a.ended_how <> 'renewed' order by a.ended_at desc limit 50`,
  )
}

export function listManaged(db: Queryable, managerId: string): Promise<Authorisation[]> {
  return query(db, 'where a.line_manager = $1 and a.ended_at is null order by p.email limit 500', [managerId])
}

export async function findAuthorisation(db: Queryable, id: string): Promise<Authorisation | undefined> {
  return (await query(db, 'where a.id = $1', [id]))[0]
}

/** Until the transaction ends nobody else ends it. */
export async function lockAuthorisation(tx: Transaction, id: string): Promise<Authorisation | undefined> {
  await tx.query('select from concordat.hub_authorisation where id = $1 for update', [id])
  return findAuthorisation(tx, id)
}

/** The one that stands, locked. */
export async function lockStandingOf(tx: Transaction, personId: string): Promise<Authorisation | undefined> {
  const { rows } = await tx.query('select id from concordat.hub_authorisation where person_id = $1 and ended_at is null for update', [personId]) // prettier-ignore
  return rows[0] && findAuthorisation(tx, String(rows[0]['id']))
}

export async function insertAuthorisation(
  tx: Transaction,
  permit: Permit,
  granted: Omit<Authorisation, 'username' | 'restrictedAt' | 'ended' | 'lastUsedAt'> & { readonly grantedBy: string },
): Promise<void> {
  demand(permit, 'admit')
  await tx.query(
    `update concordat.hub_authorisation set ended_at = greatest(granted_at, $2), ended_how = 'renewed', ended_by = $3 where person_id = $1 and ended_at is null`,
    [granted.personId, granted.grantedAt, granted.grantedBy],
  )
  await tx.query(
    `insert into concordat.hub_authorisation (id, person_id, organisation, document, written_on, until, line_manager, granted_by, granted_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [granted.id, granted.personId, granted.organisation, granted.document, granted.writtenOn, granted.until, granted.lineManager ?? null, granted.grantedBy, granted.grantedAt],
  )
} // prettier-ignore

/** @param by who ended it; undefined where a rule did */
export async function changeAuthorisation(
  tx: Transaction,
  id: string,
  change: Change,
  by: string | undefined,
  at: Date,
): Promise<void> {
  if (change === 'restricted') {
    await tx.query('update concordat.hub_authorisation set restricted_at = $2 where id = $1 and ended_at is null', [id, at]) // prettier-ignore
    return
  }
  await tx.query(
    'update concordat.hub_authorisation set ended_at = greatest(granted_at, $2), ended_how = $3, ended_by = $4 where id = $1 and ended_at is null',
    [id, at, change, by ?? null],
  )
}

/** Every session of the person at the pages ends with it. */
export async function endSessions(tx: Transaction, personId: string): Promise<number> {
  const { rowCount } = await tx.query(`delete from concordat.session where sess ->> 'personId' = $1`, [
    personId,
  ])
  return rowCount ?? 0
}

async function query(db: Queryable, rest: string, values: unknown[] = []): Promise<Authorisation[]> {
  const { rows } = await db.query(`select ${columns} ${from} ${rest}`, values)
  return rows.map(parse)
}

function parse(row: Record<string, unknown>): Authorisation {
  const instant = (name: string) => (row[name] as Date | null) ?? undefined // timestamptz
  const endedAt = instant('ended_at')
  return {
    id: String(row['id']),
    personId: String(row['person_id']),
    username: String(row['username']),
    organisation: row['organisation'] as Organisation, // checked by the table's constraint
    document: String(row['document']),
    writtenOn: String(row['written_on']),
    until: String(row['until']),
    lineManager: (row['line_manager'] as string | null) ?? undefined,
    grantedAt: row['granted_at'] as Date, // timestamptz
    restrictedAt: instant('restricted_at'),
    ended: endedAt && { at: endedAt, how: row['ended_how'] as Ending | 'renewed' }, // the same
    lastUsedAt: instant('last_used_at'),
  }
}
