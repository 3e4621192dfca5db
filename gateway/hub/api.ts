// Access to the Hub over JSON.
import { z } from 'zod'
import { asJson } from '../decisions/replies.ts'
import { endpoint, type Endpoint } from '../http/endpoint.ts'
import { tableTypes } from '../tables/received.ts'
import { organisations, type Authorisation } from './access.ts'
import type { HubDeps } from './act.ts'
import { amend } from './conditions.ts'
import { accept, openSession, readDoor, type Door } from './door.ts'
import { mostReturnBytes, submitReturn } from './returns.ts'
import * as schema from './schemas.ts'
import { authorise, change, listUsers } from './users.ts'
import { readUse } from './use.ts'

const at = { surface: 'api' } as const
const instant = z.iso.datetime()
const made = z.object({ id: z.uuid() })
const refusals = z.array(z.object({ clause: z.string(), reason: z.string(), remedy: z.string(), whoCanDecide: z.string() })) // prettier-ignore
const userAnswer = z.object({
  id: z.uuid(), username: z.string(), organisation: z.enum(organisations).exactOptional(), writtenOn: z.iso.date().exactOptional(), until: z.iso.date().exactOptional(),
  lastUsedAt: instant.exactOptional(), dormant: z.boolean(), restricted: z.boolean().exactOptional(),
}) // prettier-ignore
const doorAnswer = z.object({
  authorisedUntil: z.iso.date().exactOptional(), conditions: z.object({ version: z.string(), sha256: z.string(), words: z.string() }).exactOptional(),
  acceptedVersion: z.string().exactOptional(), purpose: z.string().exactOptional(), refusedBy: refusals, managed: z.array(made.extend({ username: z.string() })),
}) // prettier-ignore
const looked = z.object({ sha256: z.string(), sizeBytes: z.int(), rows: z.int(), findings: z.int(), places: z.array(z.object({ row: z.int(), column: z.int(), kinds: z.array(z.string()) })) }) // prettier-ignore
const entries = z.array(z.object({ id: z.uuid(), at: z.string(), type: z.string(), username: z.string().nullable(), ip: z.string().nullable(), detail: z.record(z.string(), z.unknown()) })) // prettier-ignore

export function hubApi(deps: HubDeps): Endpoint[] {
  return [...ofOneself(deps), ...ofUsers(deps)]
}

function ofOneself(deps: HubDeps): Endpoint[] {
  return [
    endpoint({
      ...at, method: 'get', path: '/api/v1/hub', summary: 'How you stand with the Performance Hub, and the Conditions of Use', input: {}, answers: doorAnswer,
      handle: async (context) => {
        const { value, events } = await readDoor(deps, context, 'json')
        return { events, json: writeDoor(value) }
      },
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/hub/accept', summary: 'Accept the memorandum and the Conditions of Use in the version in force; with it goes consent to be recorded', input: { body: schema.acceptBody }, answers: z.object({ version: z.string() }),
      handle: async (context, { body }) => {
        const { value, events } = await accept(deps, context, body.version)
        return { events, json: { version: value } }
      },
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/hub/session', summary: 'Say what Hub data is used for now, and that nobody else can see the screen', input: { body: schema.sessionBody }, answers: z.object({ purpose: z.string() }),
      handle: async (context, { body }) => {
        const { value, events } = await openSession(deps, context, body)
        return { events, json: { purpose: value } }
      },
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/hub/returns', summary: 'Have a return looked through before it is put on the Hub (CSV, .xlsx); it is not kept', input: {}, upload: { types: tableTypes, mostBytes: mostReturnBytes }, answers: looked,
      handle: async (context) => {
        const { outcome, looked: found } = await submitReturn(deps, context, context.upload)
        const places = found.places.map((place) => ({ ...place, kinds: [...place.kinds] }))
        if (outcome.kind === 'refused') return { events: outcome.events, status: 403, json: { ...outcome.letter, findings: found.findings, places } }
        return { events: outcome.events, json: { ...found, places } }
      },
    }),
  ] // prettier-ignore
}

function writeDoor({ standing, words, refusals: refusing, managed }: Door): z.input<typeof doorAnswer> {
  const { authorisation, conditions, accepted, purpose } = standing
  return {
    ...(authorisation && !authorisation.ended && { authorisedUntil: authorisation.until }),
    ...(conditions && words !== undefined && { conditions: { version: conditions.version, sha256: conditions.sha256, words } }),
    ...(accepted !== undefined && { acceptedVersion: accepted }),
    ...(purpose !== undefined && { purpose }),
    refusedBy: refusing.map(({ clause, reason, remedy, whoCanDecide }) => ({ clause, reason, remedy, whoCanDecide })),
    managed: managed.map(({ id, username }) => ({ id, username })),
  } // prettier-ignore
}

function ofUsers(deps: HubDeps): Endpoint[] {
  const owner = deps.hub.access.from
  return [
    endpoint({
      ...at, method: 'get', path: '/api/v1/hub/users', summary: 'Users of Hub data: all for Data and Analysis, the dormant ones for a local administrator', input: {}, answers: z.object({ users: z.array(userAnswer) }),
      handle: async (context) => asJson(await listUsers(deps, context, 'json'), ({ users }) => ({ users: users.map((each) => writeUser(each, context.person.party === owner)) })),
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/hub/users', summary: 'Authorise a person for Hub data, in writing and until a day', input: { body: schema.authoriseBody }, answers: made, successStatus: 201,
      handle: async (context, { body }) => {
        const reply = asJson(await authorise(deps, context, body), (id) => ({ id }))
        return reply.status === undefined ? { ...reply, status: 201 } : reply
      },
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/hub/users/:id/change', summary: 'Revoke, restrict, record a breach, report a leaver, or delete a dormant account; at once', input: { params: schema.userParams, body: schema.changeBody }, answers: made,
      handle: async (context, { params, body }) => asJson(await change(deps, context, params.id, body.how), (id) => ({ id })),
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/hub/conditions', summary: 'Enter an amended version of the Conditions of Use; everybody is asked again', input: { body: schema.conditionsBody }, answers: z.object({ version: z.string() }),
      handle: async (context, { body }) => asJson(await amend(deps, context, body), (version) => ({ version })),
    }),
    endpoint({
      ...at, method: 'get', path: '/api/v1/hub/use', summary: 'The record of the use of Hub data, newest first', input: { query: schema.useQuery }, answers: z.object({ entries, older: z.uuid().exactOptional() }),
      handle: async (context, { query }) => asJson(await readUse(deps, context, query, 'json'), ({ log: { lines, older } }) => ({
        entries: lines.map(({ entryId, at: when, type, actor, detail }) => ({ id: entryId, at: when, type, username: actor.kind === 'person' ? actor.username : null, ip: actor.kind === 'process' ? null : (actor.ip ?? null), detail: { ...detail } })),
        ...(older !== undefined && { older }),
      })),
    }),
  ] // prettier-ignore
}

/** A local administrator gets what it takes to find accounts to delete, and nothing more (hub-2023/3.8). */
function writeUser(user: Authorisation & { readonly dormant: boolean }, whole: boolean): z.input<typeof userAnswer> {
  const { id, username, organisation, writtenOn, until, lastUsedAt, dormant, restrictedAt } = user
  return {
    id, username, dormant,
    ...(lastUsedAt && { lastUsedAt: lastUsedAt.toISOString() }),
    ...(whole && { organisation, writtenOn, until, restricted: restrictedAt !== undefined }),
  }
} // prettier-ignore
