// Who is told what of a photograph: a link and an innocuous subject; never what it shows, and never who is in it (S35).
import type { Context } from '../http/endpoint.ts'
import { owe } from '../mail.ts'
import { findHolders, findPersonById } from '../people/store.ts'
import type { PhotographDeps } from './act.ts'

interface Words {
  readonly subject: string
  readonly line: string
  readonly path: string
}
type When = Pick<Context, 'tx' | 'now'>
type Desk = { readonly party: string; readonly role: string }

/** Each person once. @returns how many were told */
export async function tellDesks(deps: PhotographDeps, { tx, now }: When, desks: readonly Desk[], words: Words, others: readonly string[] = []): Promise<number> {
  const held = await Promise.all(desks.map(({ role, party }) => findHolders(tx, role, party, now)))
  const named = await Promise.all(others.map((id) => findPersonById(tx, id, now)))
  const addresses = new Set([...held.flat(), ...named].flatMap((person) => (person ? [person.email] : [])))
  for (const recipient of addresses) await owe(tx, deps.jobs, { recipient, subject: words.subject, body: bodyOf(deps, words) }, now)
  return addresses.size
} // prettier-ignore

function bodyOf({ publicUrl }: Pick<PhotographDeps, 'publicUrl'>, { line, path }: Words): string {
  return [line, '', `${publicUrl}${path}`, '', 'This message holds no photograph and no name. Do not reply to it with either.', ''].join('\n') // prettier-ignore
}

/** Publishers and report owners, and whoever published or took it. */
export function tellRecalled(
  deps: PhotographDeps,
  when: When,
  id: string,
  people: readonly string[],
): Promise<number> {
  const party = deps.photographs.from
  const desks = [
    { party, role: 'publisher' },
    { party, role: 'report-owner' },
  ]
  return tellDesks(deps, when, desks, {
    subject: 'A photograph has to be taken down',
    line: 'A photograph that was published or taken out may be used no longer. Take it down wherever it is, delete your copies, and say that it is done.',
    path: `/photographs/${id}`,
  }, people) // prettier-ignore
}

export function tellBlocked(
  deps: PhotographDeps,
  when: When,
  id: string,
  photographer: string,
): Promise<number> {
  // prettier-ignore
  const party = deps.photographs.from
  return tellDesks(deps, when, [{ party, role: 'report-owner' }], {
    subject: 'A photograph may be used no longer',
    line: 'A consent to a photograph was withdrawn. It is blocked, and destroyed today. Leave it out of the report.',
    path: `/photographs/${id}`,
  }, [photographer]) // prettier-ignore
}
