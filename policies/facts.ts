// What an act is judged by. The gateway fills these in from its rows; a fact that is not known is left out, and a rule
// that needs it then refuses. Facts are stored with each decision and can be parsed again, to decide the past anew.
import { z } from 'zod'
import { dateShape } from './shapes.ts'

/** Everything that anybody can do here that an agreement or a local rule has a say in. */
export const acts = [
  'request', 'return', 'approve', 'supply', 'part-supply', 'escalate', 'seal', 'collect', 'acknowledge', 'destroy', 'view',
  'read-log', 'enrol-key',
] as const // prettier-ignore
export type Act = (typeof acts)[number]

/** A key of parties.yaml: parties are data. */
export type Party = string

const list = z.array(z.string()).readonly()

const personShape = z
  .object({
    id: z.string().min(1),
    party: z.string(),
    /** Roles held at the instant of the act. */
    roles: list,
    trainedUntil: dateShape.exactOptional(),
    vettedUntil: dateShape.exactOptional(),
    keyEnrolled: z.boolean(),
    overdueDuties: z.int().min(0),
  })
  .readonly()

const inspectionShape = z
  .object({ reference: z.string(), open: z.boolean(), establishments: list, team: list })
  .readonly()

const transferFields = z.object({
  id: z.string().min(1),
  agreement: z.string(),
  exchange: z.string(),
  from: z.string(),
  to: z.string(),
  state: z.string(),
  requester: z.string().exactOptional(),
  approver: z.string().exactOptional(),
  dataset: z.string(),
  fields: list,
  establishments: list,
  periodFrom: dateShape,
  periodTo: dateShape,
  purpose: z.string(),
  relevanceStated: z.boolean(),
  statutoryBasis: z.string().exactOptional(),
  inspection: inspectionShape.exactOptional(),
  retentionClass: z.string().exactOptional(),
  marking: z.string().exactOptional(),
  cipherProfile: z.string().exactOptional(),
  lawfulBasis: z.string().exactOptional(),
  dataCategories: list.exactOptional(),
  reasonGiven: z.boolean().exactOptional(),
  holds: z.int().min(0).exactOptional(),
  destroyOn: dateShape.exactOptional(),
  /** The last day, in London, on which the data can be collected. */
  grantUntil: dateShape.exactOptional(),
})
const transferShape = transferFields.readonly()

/** The names of all facts about a transfer. */
export const transferKeys = transferFields.keyof().options

export const factsShape = z
  .object({ now: z.iso.datetime(), person: personShape, transfer: transferShape.exactOptional() })
  .readonly()

export type Facts = z.output<typeof factsShape>
export type PersonFacts = z.output<typeof personShape>
export type TransferFacts = z.output<typeof transferShape>

/** Facts as they were stored. @throws {z.ZodError} */
export function parseFacts(stored: unknown): Facts {
  return factsShape.parse(stored)
}
