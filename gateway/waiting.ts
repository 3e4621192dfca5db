// What waits on a person beside requests for data: one line each, in plain words, with the page where they act. Who may act is
// decided there; a line is shown to whoever holds the role at the body, and not to whoever took the step before.
import { z } from 'zod'
import type { PersonContext } from './http/endpoint.ts'

export interface Waiting {
  readonly title: string
  readonly path: string
  readonly since: Date
  readonly dueAt?: Date
}

const kinds = {
  'consent-asked': ['A figure waits for your answer', (id) => `/consents/${id}`],
  'hub-answer-asked': ['Hub data is meant for an answer to a request, and waits for you', (id) => `/hub-answers/${id}`],
  'window-open': ['You can object to a draft', (id) => `/clearances/${id}`],
  'window-over': ['The time for objections is over: close the fact check', (id) => `/clearances/${id}`],
  'objection-undecided': ['An objection to a figure waits for your decision', (id) => `/consents/${id}`],
  'export-put-forward': ['An export of the concerns database waits to be released', () => '/deliveries/next'],
  'delivery-sent': ['A delivery waits for your word that it arrived', (number) => `/deliveries/${number}`],
  'urgent-unreviewed': ['An urgent concern was shared, and waits for your review', () => '/urgent-concerns'],
  'erasure-asked': ['An erasure waits to be authorised', (id) => `/erasures/${id}`],
  'version-proposed': ['A version of an agreement waits to be activated', (id, of) => `/agreements/${of}/versions/${id}`],
  'medium-asked': ['A removable medium waits for your answer', (id) => `/requests/${id}`],
  'hold-lift-asked': ['The lifting of a hold waits for a second person', (id) => `/retention/items/${id}`],
  'hold-review': ['A hold is to be looked at again', (id) => `/retention/items/${id}`],
} satisfies Record<string, readonly [string, (about: string, of: string) => string]> // prettier-ignore

const row = z.object({
  kind: z.enum(Object.keys(kinds) as (keyof typeof kinds)[]),
  about: z.string(),
  of: z.string().nullable(),
  since: z.date(),
  due_at: z.date().nullable(),
})

/** Soonest due first, then the oldest; at most 50. @param binds whether an agreement binds the person's body */
export async function waitingOn(
  { tx, person, now }: PersonContext,
  binds: (agreement: string) => boolean,
): Promise<Waiting[]> {
  const { rows } = await tx.query(
    `select distinct kind, about, of, since, due_at from concordat.waiting
     where role = any ($1) and (party is null or party = $2) and (not_by is null or not_by <> $3)
       and since <= $4 and (over_at is null or over_at > $4)
     order by due_at nulls last, since, about limit 50`,
    [person.roles, person.party, person.id, now],
  )
  return rows.flatMap((found) => {
    const { kind, about, of, since, due_at } = row.parse(found)
    if (of !== null && !binds(of)) return []
    const [title, pathOf] = kinds[kind]
    return [{ title, path: pathOf(about, of ?? ''), since, ...(due_at && { dueAt: due_at }) }]
  })
}
