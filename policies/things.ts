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

/** What Data and Analysis has given the person who acts, and on what terms it was accepted (hub-2023, section 2). */
const hubAccessShape = z
  .object({
    /** Absent where nobody ever authorised the person. */
    writtenOn: dateShape.exactOptional(),
    until: dateShape.exactOptional(),
    termsAccepted: z.boolean(),
    /** Versions of the Conditions of Use. */
    conditionsAccepted: z.string(),
    conditionsInForce: z.string(),
    barredByConditions: z.boolean(),
    /** An attempt at unauthorised access was confirmed, or a rule found it. */
    breached: z.boolean(),
    left: z.boolean(),
    roleChanged: z.boolean(),
    revoked: z.boolean(),
    otherSessions: z.int().min(0),
    trustedNetwork: z.boolean(),
  })
  .readonly()

/** How something is kept and carried that the Boards and the inspectorate share (imb-2024, the information sharing agreement). */
const safeguardsShape = z
  .object({
    /** Its bytes are those that were sealed. */
    intact: z.boolean(),
    encrypted: z.boolean(),
    /** Whoever receives it was signed in. */
    authenticated: z.boolean(),
    systemAssessedUntil: dateShape,
    countryAdequate: z.boolean(),
    /** The last day of the owner's written consent to a country that is not. */
    abroadConsentUntil: dateShape.exactOptional(),
    /** What its loss would do: `ordinary` or `higher`. */
    harmRating: z.string(),
    releasers: z.int().min(0),
    media: z
      .object({
        approved: z.boolean(),
        withinRequest: z.boolean(),
        encrypted: z.boolean(),
        /** The last day on which whoever makes the copy may use removable media. */
        roleUntil: dateShape,
      })
      .readonly()
      .exactOptional(),
  })
  .readonly()

/** How something comes to its end: whether it can be returned is asked first. */
const disposalShape = z
  .object({
    offeredOn: dateShape.exactOptional(),
    /** The parties who agreed that it cannot be returned. */
    agreedBy: list,
    copiesListed: z.boolean(),
    method: z.string(),
  })
  .readonly()

/** Something that is sealed and kept: what its clock and its holds are, and what somebody would make of them. */
export const itemShape = z
  .object({
    id: z.string().min(1),
    agreement: z.string(),
    exchange: z.string(),
    from: z.string(),
    to: z.string(),
    retentionClass: z.string(),
    scheduleOwner: z.string(),
    destroyOn: dateShape,
    holds: z.int().min(0),
    reasonGiven: z.boolean().exactOptional(),
    /** The date that it would get, and the last day of a consent that is shorter than the schedule. */
    newDestroyOn: dateShape.exactOptional(),
    consentUntil: dateShape.exactOptional(),
    /** When somebody looks again whether a hold is still needed. */
    reviewOn: dateShape.exactOptional(),
    /** Who asked for the hold to be lifted. */
    liftAskedBy: z.string().exactOptional(),
    returnOfferedOn: dateShape.exactOptional(),
  })
  .readonly()

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
    purpose: z.string().exactOptional(),
    /** On the `screen`, or as a `download`. */
    shownAs: z.string().exactOptional(),
    /** Whether everybody whom it would reach is authorised, and the address is one of a work account. */
    readersAuthorised: z.boolean().exactOptional(),
    workAddress: z.boolean().exactOptional(),
    /** What its entry in the log would hold of a person. */
    personalInLog: list.exactOptional(),
    /** Places in its free text that look like something sensitive. */
    sensitiveFindings: z.int().min(0).exactOptional(),
    /** Whether the consent is for exactly this version. */
    consentCovers: z.boolean().exactOptional(),
    /** The first day of publication, by the calendar of statistical releases or by the consent. */
    notBefore: dateShape.exactOptional(),
    hubAccess: hubAccessShape.exactOptional(),
    safeguards: safeguardsShape.exactOptional(),
    disposal: disposalShape.exactOptional(),
    /** Whether the recipient would keep it longer than the originator's schedule does. */
    keptLonger: z.boolean().exactOptional(),
    /** Whether who wrote cannot be seen in it. */
    identityWithheld: z.boolean().exactOptional(),
    /** Whether it concerns the establishment of the Board that it goes to. */
    ofBoardsEstablishment: z.boolean().exactOptional(),
    contactCheckedOn: dateShape.exactOptional(),
    statutoryBasis: z.string().exactOptional(),
    /** Whether the same data is held already under the same agreement. */
    heldAlready: z.boolean().exactOptional(),
    /** Whether the recorded draw chose it. */
    sampled: z.boolean().exactOptional(),
    /** Where unit-level data in it comes from, as in fieldwork, and where in it that stands. */
    provenance: list.exactOptional(),
    placedIn: z.string().exactOptional(),
    nationalComparison: z.boolean().exactOptional(),
    recommendationsWithoutAddressee: z.int().min(0).exactOptional(),
    jointThematic: z.boolean().exactOptional(),
    /** Whether the body that it goes to takes part in that thematic. */
    recipientListed: z.boolean().exactOptional(),
    cipherProfile: z.string().exactOptional(),
    destroyOn: dateShape.exactOptional(),
    holds: z.int().min(0).exactOptional(),
    /** Urgent shares of the person who acts whose review afterwards is not closed (S44). */
    openReviews: z.int().min(0).exactOptional(),
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
    destroyOn: dateShape.exactOptional(),
    /** Questions about it that somebody answered with yes. */
    bars: z.int().min(0).exactOptional(),
  })
  .readonly()

/** A person who is about to be given access: staff, a partner, a visitor, or somebody on loan. */
export const enrolmentShape = z
  .object({
    ...governed,
    /** The last day of the memorandum with the partner that the person comes from. */
    partnerUntil: dateShape.exactOptional(),
    endsOn: dateShape.exactOptional(),
    /** The kind of organisation that employs the person. */
    organisation: z.string().exactOptional(),
    /** Roles that the person holds now for another party. */
    otherRoles: z.int().min(0).exactOptional(),
    /** Whether the person's address is one of a work account. */
    workAddress: z.boolean().exactOptional(),
    lineManager: z.string().exactOptional(),
    /** Whether the account has not been used for the period after which it is listed for deletion. */
    dormant: z.boolean().exactOptional(),
  })
  .readonly()

/** An inspection, review or thematic in the programme. */
export const visitShape = z.object({ ...governed, announced: z.boolean().exactOptional() }).readonly()
