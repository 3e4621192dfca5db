// An event becomes an entry: its bytes, the personal values that were taken out of it, and what it is found by. The leaf:
// {"v":1,"id","type","eventVersion","at","actor","subjects","correlation","agreement","decision","policy","clauses","detail"}
// as RFC 8785 text, each personal value replaced by its commitment. `v` is the version of this form.
import { z } from 'zod'
import { canonicalBytes } from './canonical.ts'
import { committedBytes, formatCommitment, type Opening, SALT_BYTES } from './commitment.ts'
import { parseJson } from './disclosure.ts'
import { entryIdAt, type EntryId, parseEntryId, type RandomBytes } from './entry-id.ts'
import { eventFrame, type subjectKinds } from './event-frame.ts'
import { catalogue, isEventType, type LedgerEvent } from './events.ts'
import { LedgerFault } from './fault.ts'
import { hmacSha256, nodeHasher } from './node-hash.ts'

const ENTRY_LIMIT_BYTES = 16_384

export type IndexKind = 'type' | 'process' | 'correlation' | Exclude<(typeof subjectKinds)[number], 'person'>

export interface Entry {
  readonly id: EntryId
  readonly body: Uint8Array
  readonly leafHash: Uint8Array
  readonly secrets: readonly Opening[]
  readonly index: readonly { readonly kind: IndexKind; readonly key: string }[]
}

/**
 * @param ordinal place among the events of one call: their ids ascend in that order
 * @throws {LedgerFault} `entry-invalid`, `entry-too-large`
 */
export function makeEntry(event: LedgerEvent, at: Date, ordinal: number, random: RandomBytes): Entry {
  const checked = checkEvent(event)
  const id = entryIdAt(at, ordinal, random)
  const secrets: Opening[] = []
  const commit = (field: string, value: string): string => {
    const opening = { field, salt: random(SALT_BYTES), value }
    secrets.push(opening)
    return formatCommitment(hmacSha256(opening.salt, committedBytes(field, value)))
  }
  const { type, eventVersion, actor, subjects, detail, personal, ...frame } = checked
  const leaf = {
    ...frame,
    v: 1,
    id,
    type,
    eventVersion,
    at: at.toISOString(),
    actor: commitFields(actor, ['username', 'ip'], 'actor', commit),
    subjects: subjects.map((subject, i) =>
      commitFields(subject, subject.kind === 'person' ? ['id'] : [], `subjects.${i}`, commit),
    ),
    detail: commitFields(detail, personal, 'detail', commit),
  }
  const body = canonicalBytes(withoutUndefined(leaf))
  if (body.length > ENTRY_LIMIT_BYTES)
    throw new LedgerFault('entry-too-large', `An entry of ${type} would be ${body.length} bytes.`)
  return { id, body, leafHash: nodeHasher.leaf(body), secrets, index: indexOf(checked) }
}

function checkEvent(event: LedgerEvent) {
  const frame = eventFrame.safeParse(event)
  if (!frame.success) throw invalid(event.type, frame.error)
  const { type } = frame.data
  if (!isEventType(type)) throw new LedgerFault('entry-invalid', `${type} is not in the catalogue of events.`)
  const { version, personal } = catalogue[type]
  const schema: z.ZodType<Record<string, unknown>> = catalogue[type].detail
  const checked = schema.safeParse(frame.data.detail)
  if (!checked.success) throw invalid(type, checked.error)
  return { ...frame.data, type, eventVersion: version, detail: checked.data, personal }
}

/** Says where, never what: the value may be personal. */
function invalid(type: string, error: z.ZodError): LedgerFault {
  const places = error.issues.map(({ path, code }) => `${path.join('.')} (${code})`)
  return new LedgerFault('entry-invalid', `The event ${type} has wrong fields: ${places.join(', ')}.`)
}

function commitFields(
  part: Readonly<Record<string, unknown>>,
  fields: readonly string[],
  prefix: string,
  commit: (field: string, value: string) => string,
): Record<string, unknown> {
  const committed: Record<string, string> = {}
  for (const field of fields) {
    const value = part[field]
    if (typeof value === 'string') committed[field] = commit(`${prefix}.${field}`, value)
  }
  return withoutUndefined({ ...part, ...committed })
}

function withoutUndefined(part: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined))
}

/** People are found through ledger.secret, so that a deletion there leaves no trace here. */
function indexOf(event: ReturnType<typeof checkEvent>): Entry['index'] {
  const subjects = event.subjects.flatMap(({ kind, id }) => (kind === 'person' ? [] : [{ kind, key: id }]))
  const rows: { kind: IndexKind; key: string }[] = [
    { kind: 'type', key: event.type },
    { kind: 'correlation', key: event.correlation },
    ...(event.actor.kind === 'process' ? [{ kind: 'process', key: event.actor.name } as const] : []),
    ...subjects,
  ]
  return rows.filter(
    (row, i) => rows.findIndex(({ kind, key }) => kind === row.kind && key === row.key) === i,
  )
}

const leafSchema = z.object({
  v: z.literal(1),
  id: z.string().transform(parseEntryId),
  type: z.string(),
  eventVersion: z.int(),
  at: z.iso.datetime(),
  actor: z.object({
    kind: z.string(),
    username: z.string().optional(),
    ip: z.string().optional(),
    name: z.string().optional(),
  }),
  subjects: z.array(z.object({ kind: z.string(), id: z.string() })),
  correlation: z.string(),
  agreement: z.string().optional(),
  decision: z.string().optional(),
  policy: z.string().optional(),
  clauses: z.array(z.string()).optional(),
  detail: z.record(z.string(), z.unknown()),
})
export type Leaf = z.infer<typeof leafSchema>

/** @throws {ZodError} when the bytes are no entry of this form */
export function parseLeaf(body: Uint8Array): Leaf {
  return leafSchema.parse(parseJson(body))
}
