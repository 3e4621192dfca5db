// Who asks, as the shell needs to know it: an interface that the people slice fulfils.
import type { Request } from 'express'
import type { Actor } from '../../audit/event-frame.ts'
import type { Party } from '../../policies/facts.ts'
import type { Transaction } from '../db.ts'

export interface Person {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly party: Party
  /** Roles held today. */
  readonly roles: readonly string[]
}

/** What a request claims, before the database was asked. Identity is (issuer, subject) (ASVS 6.8.1). */
export type Claim =
  | { readonly kind: 'token'; readonly issuer: string; readonly subject: string }
  | { readonly kind: 'session'; readonly personId: string }

export interface Identify {
  /** A bearer token on the API, a session on the pages, never one for the other. */
  claim(req: Request, surface: 'api' | 'page'): Promise<Claim>
  /** In the request's own transaction, so that a change of standing bites at once. */
  person(tx: Transaction, claim: Claim, now: Date): Promise<Person>
}

/** The ledger holds user name and address and nothing else of a person (S14, hub-2023/3.3-log-content). */
export function personActor(person: Person, ip: string | undefined): Actor {
  return { kind: 'person', username: person.email, ...(ip !== undefined && { ip }) }
}
