// What an act can be done to, beside a transfer of records: documents that one body sends another or publishes, photographs,
// people who are given access, and visits to establishments. Only what an agreement has a say in; a fact that is not known
// is left out, and the rule that needs it then refuses. How rules see them is in concordat.cedarschema.
import { z } from 'zod'
import { dateShape } from './shapes.ts'

const list = z.array(z.string()).readonly()

/** What says which agreement and exchange a thing is of; and what people have said of it, and what has happened to it. */
const governed = {
  id: z.string().min(1),
  agreement: z.string(),
  exchange: z.string(),
  from: z.string(),
  to: z.string(),
  kind: z.string(),
  /** Ids of the attestations whose forms are complete: enough people signed, and who may not is not among them. */
  attested: list.exactOptional(),
  /** What has happened, as in `fact-check.closed`. */
  events: list.exactOptional(),
  reasonGiven: z.boolean().exactOptional(),
}

export const documentShape = z
  .object({
    ...governed,
    author: z.string().exactOptional(),
    establishmentKind: z.string().exactOptional(),
    inspectionStage: z.string().exactOptional(),
    marking: z.string().exactOptional(),
    retentionClass: z.string().exactOptional(),
    /** The desks that it goes to, as in hmpps/scrutiny-team, and the mailbox that is told of it. */
    recipients: list.exactOptional(),
    address: z.string().exactOptional(),
    /** The people who may read it by name. */
    readers: list.exactOptional(),
    /** How it is passed on: to `named` people, a `role`, a `list` or the `public`. */
    circulation: z.string().exactOptional(),
    workStated: z.boolean().exactOptional(),
    grantUntil: dateShape.exactOptional(),
    /** What it quotes or holds, as in debrief-note, unpublished-data, hub-data, security-information, photographs. */
    parts: list.exactOptional(),
    banner: z.string().exactOptional(),
    covert: z.boolean().exactOptional(),
    aboutGovernor: z.boolean().exactOptional(),
    shareableWithVisitors: z.boolean().exactOptional(),
    sentAt: z.iso.datetime().exactOptional(),
    indicativeOn: dateShape.exactOptional(),
    pointKind: z.string().exactOptional(),
    hubConsent: z.string().exactOptional(),
    smallestCell: z.int().min(0).exactOptional(),
    directIdentifiers: z.int().min(0).exactOptional(),
    openObjections: z.int().min(0).exactOptional(),
    unansweredPoints: z.int().min(0).exactOptional(),
    concernsWithoutAction: z.int().min(0).exactOptional(),
    actionsWithoutDate: z.int().min(0).exactOptional(),
  })
  .readonly()

/** Of several people in a picture, what every one of them consented to, in writing. */
const consentShape = z
  .object({
    writtenOn: dateShape,
    until: dateShape,
    sharedWith: list,
    usesStated: z.boolean(),
    storageStated: z.boolean(),
    withdrawn: z.boolean(),
  })
  .readonly()

export const photographShape = z
  .object({
    ...governed,
    photographer: z.string().exactOptional(),
    takenOn: dateShape.exactOptional(),
    identifying: z.boolean().exactOptional(),
    consent: consentShape.exactOptional(),
    ofInterest: z.boolean().exactOptional(),
    findings: list.exactOptional(),
    retentionClass: z.string().exactOptional(),
    sharedWith: z.string().exactOptional(),
    openObjections: z.int().min(0).exactOptional(),
  })
  .readonly()

/** A person who is about to be given access: staff, a partner, a visitor, or somebody on loan. */
export const enrolmentShape = z
  .object({
    ...governed,
    /** The last day of the memorandum with the partner that the person comes from. */
    partnerUntil: dateShape.exactOptional(),
    endsOn: dateShape.exactOptional(),
    /** Roles that the person holds now for another party. */
    otherRoles: z.int().min(0).exactOptional(),
  })
  .readonly()

/** An inspection, review or thematic in the programme. */
export const visitShape = z.object({ ...governed, announced: z.boolean().exactOptional() }).readonly()
