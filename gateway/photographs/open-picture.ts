// Looking at a photograph: a fresh decision and an entry for each look, then the picture itself, and nothing of it kept by a browser.
import { randomUUID } from 'node:crypto'
import type { Clearance } from '../clearance/clearance.ts'
import type { Outcome } from '../decisions/judge.ts'
import type { PersonContext, Streamed } from '../http/endpoint.ts'
import { Problem } from '../http/problem.ts'
import { factsOfPerson } from '../people/facts.ts'
import { about, acting, type Acting, type PhotographDeps } from './act.ts'
import { factsOfPhotograph } from './facts.ts'
import { filenameOf, type Photograph } from './photograph.ts'
import { openSealed } from './sealed.ts'
import { findPhotograph, insertOpening } from './store.ts'

/** @throws {Problem} `not-found`, `item.destroyed` */
export function openPicture(
  deps: PhotographDeps,
  context: PersonContext,
  id: string,
): Promise<Outcome<Streamed>> {
  return acting(deps, context, id, ['show'], (acted) => opened(deps, context, acted))
}

export async function opened(
  deps: PhotographDeps,
  { tx, person, now }: PersonContext,
  { photograph, clearance, base, permit }: Pick<Acting, 'photograph' | 'clearance' | 'base' | 'permit'>,
) {
  if (photograph.status.state === 'destroyed')
    throw new Problem('item.destroyed', 'Nothing is left of it but what its record says.')
  const id = randomUUID()
  await insertOpening(tx, permit, { id, photographId: photograph.id, personId: person.id, at: now })
  const subjects = [...about(photograph), { kind: 'item', id: photograph.id } as const]
  const event = { ...base, type: 'photograph.opened', subjects, detail: { collection: id } } as const
  return {
    value: streamOf(deps, { photograph, clearance }, { ...base, subjects }, id),
    events: [event] as const,
  }
}

function streamOf(
  deps: PhotographDeps,
  { photograph, clearance }: { readonly photograph: Photograph; readonly clearance: Clearance },
  base: Acting['base'] & { readonly subjects: ReturnType<typeof about> },
  collection: string,
): Streamed {
  return {
    filename: filenameOf(photograph),
    contentType: `image/${photograph.format}`,
    open: ({ entries }, signal) => openSealed(deps, photograph, entries[0].entryId, signal),
    onBroken: (reason) => ({ ...base, type: 'delivery.failed', detail: { reason, collection } }),
    isStillPermitted: async (then) => {
      const asNow = await findPhotograph(then.tx, photograph.id)
      if (asNow?.status.state !== 'sealed') return false
      const facts = await factsOfPerson(then.tx, then.person, then.now)
      return deps.judge.rehearse('show', { ...facts, photograph: factsOfPhotograph(deps.photographs, asNow, clearance) }).outcome === 'permit' // prettier-ignore
    },
  }
}
