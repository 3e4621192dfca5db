// What every event has, beside its type and its detail: who did it, what it is about, which request and which decision it belongs to.
import { z } from 'zod'
import { clauseIds, name, personal } from './event-fields.ts'

const actor = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('person'), username: personal, ip: personal.optional() }),
  z.strictObject({ kind: z.literal('process'), name }),
  /** Somebody who is not signed in. */
  z.strictObject({ kind: z.literal('unknown'), ip: personal.optional() }),
])
export type Actor = z.infer<typeof actor>

export const subjectKinds = [
  'transfer',
  'item',
  'inspection',
  'person',
  'key',
  'decision',
  'concern',
  'intake',
  'version',
  'delivery',
  'urgent-share',
  'erasure',
  'figure',
  'clearance',
  'consent',
  'release',
  'draft-check',
  'hub-user',
  'disclosure-table',
  'hub-answer',
  'photograph',
] as const
/** All but a person's id are the gateway's own and say nothing by themselves; a key's id is never its fingerprint. */
const subject = z.strictObject({ kind: z.enum(subjectKinds), id: name })
export type Subject = z.infer<typeof subject>

const shape = {
  actor,
  subjects: z.array(subject).max(100),
  /** The request's id: every entry of one request has it. */
  correlation: name,
  agreement: name.optional(),
  decision: name.optional(),
  /** Hash of the agreement pack that decided. */
  policy: name.optional(),
  clauses: clauseIds.optional(),
}

/** What every event has, beside its type and its detail. */
export const eventFrame = z.strictObject({ ...shape, type: z.string(), detail: z.unknown() })
export type Frame = Omit<z.input<typeof eventFrame>, 'type' | 'detail' | 'subjects' | 'clauses'> & {
  readonly subjects: readonly Subject[]
  readonly clauses?: readonly string[] | undefined
}
