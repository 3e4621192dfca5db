// Who is told what of a photograph: a link and an innocuous subject; never what it shows, and never who is in it (S35).
import type { Context } from '../http/endpoint.ts'
import { owe } from '../mail.ts'
import { findHolders, findPersonById } from '../people/store.ts'
import type { Question } from './checking.ts'
import type { Photograph } from './photograph.ts'
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

/** HMPPS, that a draft shows photographs; each time, because each is looked at. */
export function tellIncluded(deps: PhotographDeps, when: When, clearanceId: string): Promise<number> {
  return tellDesks(deps, when, [{ party: deps.photographs.to, role: 'scrutiny-team' }], {
    subject: 'A draft shows a photograph',
    line: 'HMI Prisons means to show a photograph in a draft. Look at it, consult whom you need to, and say whether you object before the fact check is closed.',
    path: `/clearances/${clearanceId}/photographs`,
  }) // prettier-ignore
}

export function tellAnswered(deps: PhotographDeps, when: When, id: string): Promise<number> {
  return tellDesks(deps, when, [{ party: deps.photographs.from, role: 'report-owner' }], {
    subject: 'HMPPS objects to a photograph',
    line: 'HMPPS objects to a photograph in a draft. Decide whether to accept the objection or overrule it.',
    path: `/photographs/${id}`,
  }) // prettier-ignore
}

/** hmpps-2025/annex-a/security: what shows a security measure is also told to HMPPS, without a word of what. */
export async function tellBarred(deps: PhotographDeps, when: When, { id, photographer }: Pick<Photograph, 'id' | 'photographer'>, question: Question): Promise<void> {
  const { from, to } = deps.photographs
  await tellDesks(deps, when, [{ party: from, role: 'report-owner' }, { party: from, role: 'assurance-officer' }], {
    subject: 'A photograph is barred', line: 'Somebody saw in a photograph what may not be published. It is barred for good. Leave it out of the report.', path: `/photographs/${id}`,
  }, [photographer])
  if (question !== 'security') return
  await tellDesks(deps, when, [{ party: to, role: 'scrutiny-team' }], {
    subject: 'A photograph raised a point of security', line: 'A photograph that was taken on an inspection showed a security measure. It is barred, and destroyed today. Ask the report owner at HMI Prisons about it.', path: '/photographs',
  })
} // prettier-ignore
