// The calendar of statistical releases: looking in it, and Data and Analysis setting or moving a date. A date that moves bites at
// the next look: nothing that it holds was decided beforehand (hub-2023/4.4.3).
import { londonDate } from '../../policies/calendar.ts'
import type { Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { allowed } from '../people/allowed.ts'
import type { As, ClearanceDeps } from './act.ts'
import type { ReleaseDate } from './clearance.ts'
import * as store from './release-store.ts'
import type { ReleaseBody } from './schemas.ts'

export function listReleases(
  deps: ClearanceDeps,
  context: PersonContext,
  as: As,
): Promise<Outcome<readonly ReleaseDate[]>> {
  return allowed(deps, context, 'read-clearance', async ({ base }) => {
    const value = await store.listReleases(context.tx, londonDate(context.now))
    return { value, events: [{ ...base, type: 'releases.viewed', subjects: [], detail: { shown: value.length, as } }] } // prettier-ignore
  })
}

export function setRelease(
  deps: ClearanceDeps,
  context: PersonContext,
  reference: string,
  { title, address, releaseOn }: ReleaseBody,
): Promise<Outcome<ReleaseDate>> {
  return allowed(deps, context, 'answer-consent', async ({ base, permit }) => {
    const { version, before } = await store.setRelease(context.tx, permit, { reference, title, address, releaseOn, by: context.person.id, at: context.now }) // prettier-ignore
    const detail = { version, ...(releaseOn !== undefined && { releaseOn }), ...(before?.releaseOn !== undefined && { before: before.releaseOn }) } // prettier-ignore
    return {
      value: { reference, title: before?.title ?? title, address: before ? before.address : address, releaseOn, version }, // prettier-ignore
      events: [{ ...base, type: 'release.set', subjects: [{ kind: 'release', id: reference }], detail }],
    }
  })
}
