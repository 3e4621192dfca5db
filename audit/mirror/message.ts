// An entry in the shape of HMPPS audit events (hmpps-audit-api): what, when, operationId, subjectId, subjectType, correlationId,
// who, service, details. It is made of the entry's bytes alone: who did it, and which person it is about, are the salted
// commitments that stand there. So a copy names nobody, and what is forgotten here needs no forgetting there.
import { type Leaf, parseLeaf } from '../entry.ts'

export interface AuditMessage {
  readonly what: string
  /** ISO 8601, UTC. */
  readonly when: string
  /** The entry's id: a message that comes twice is the same one. */
  readonly operationId: string
  readonly subjectId?: string
  readonly subjectType?: string
  readonly correlationId: string
  readonly who: string
  readonly service: string
  /** JSON. */
  readonly details: string
}

export interface MirroredEntry {
  readonly seq: number
  readonly body: Uint8Array
}

export function auditMessage({ seq, body }: MirroredEntry, service: string): AuditMessage {
  const leaf = parseLeaf(body)
  const { id, type, at, correlation, subjects, detail, agreement, decision, policy, clauses } = leaf
  const [subject] = subjects
  return {
    what: inCapitals(type),
    when: at,
    operationId: id,
    ...(subject && { subjectId: subject.id, subjectType: inCapitals(subject.kind) }),
    correlationId: correlation,
    who: whoDid(leaf),
    service,
    details: JSON.stringify({ number: seq, agreement, decision, policy, clauses, subjects, ...detail }),
  }
}

function inCapitals(name: string): string {
  return name.replaceAll(/[.-]/g, '_').toUpperCase()
}

function whoDid({ actor }: Leaf): string {
  return actor.username ?? actor.name ?? 'unknown'
}
