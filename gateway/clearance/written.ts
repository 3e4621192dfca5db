// How a clearance and a request for consent are written in JSON.
import { z } from 'zod'
import { figureAnswer, writeFigure } from '../figures/schemas.ts'
import { documentKinds, type Clearance, type ReleaseDate } from './clearance.ts'
import { consentStates } from './consent.ts'
import { standings } from './facts.ts'
import type { Picture, Standing } from './look.ts'

const instant = z.iso.datetime()

export const clearanceAnswer = z.object({
  id: z.uuid(), title: z.string(), kind: z.enum(documentKinds), openedAt: instant, notifiedAt: instant.exactOptional(), deliveredAt: instant.exactOptional(),
  windowEndsAt: instant.exactOptional(), factCheckClosedAt: instant.exactOptional(),
}) // prettier-ignore

export const requestAnswer = z.object({
  id: z.uuid(), clearance: z.uuid(), figure: figureAnswer, context: z.string(), searched: z.string(), askedAt: instant, dueAt: instant, state: z.enum(consentStates),
  acknowledgedAt: instant.exactOptional(), answeredAt: instant.exactOptional(), conditions: z.string().exactOptional(), notBefore: z.iso.date().exactOptional(),
  release: z.string().exactOptional(), standing: z.enum(standings), embargoUntil: z.iso.date().exactOptional(),
  refusedBy: z.array(z.object({ clause: z.string(), reason: z.string(), remedy: z.string(), whoCanDecide: z.string() })),
  attested: z.array(z.object({ clause: z.string(), at: instant, smallestCell: z.int().exactOptional() })),
  objections: z.array(z.object({ id: z.uuid(), words: z.string(), raisedAt: instant, decision: z.enum(['accepted', 'overruled']).exactOptional(), reason: z.string().exactOptional() })),
}) // prettier-ignore
export const pictureAnswer = clearanceAnswer.extend({ figures: z.array(requestAnswer) })
export const releaseAnswer = z.object({ reference: z.string(), title: z.string(), address: z.string().exactOptional(), releaseOn: z.iso.date().exactOptional(), version: z.int() }) // prettier-ignore

export function writeClearance(clearance: Clearance): z.input<typeof clearanceAnswer> {
  const { id, title, kind, openedAt, notifiedAt, window, factCheckClosedAt } = clearance
  return {
    id, title, kind, openedAt: openedAt.toISOString(),
    ...(notifiedAt && { notifiedAt: notifiedAt.toISOString() }),
    ...(window && { deliveredAt: window.deliveredAt.toISOString(), windowEndsAt: window.endsAt.toISOString() }),
    ...(factCheckClosedAt && { factCheckClosedAt: factCheckClosedAt.toISOString() }),
  } // prettier-ignore
}

export function writePicture({ clearance, figures }: Picture): z.input<typeof pictureAnswer> {
  return { ...writeClearance(clearance), figures: figures.map(writeRequest) }
}

export function writeRequest(request: Standing): z.input<typeof requestAnswer> {
  const { id, clearanceId, figure, context, searched, askedAt, dueAt, consent, release, standing, embargoUntil } = request // prettier-ignore
  return {
    id, clearance: clearanceId, figure: writeFigure(figure), context, searched, askedAt: askedAt.toISOString(), dueAt: dueAt.toISOString(), state: consent.state,
    ...('acknowledgedAt' in consent && { acknowledgedAt: consent.acknowledgedAt.toISOString() }),
    ...('answeredAt' in consent && { answeredAt: consent.answeredAt.toISOString() }),
    ...('terms' in consent && consent.terms),
    ...(release && { release: release.reference }),
    standing,
    ...(embargoUntil !== undefined && { embargoUntil }),
    refusedBy: request.refusals.map(({ clause, reason, remedy, whoCanDecide }) => ({ clause, reason, remedy, whoCanDecide })),
    attested: request.attested.map(({ clause, at, smallestCell }) => ({ clause, at: at.toISOString(), ...(smallestCell !== undefined && { smallestCell }) })),
    objections: request.objections.map(({ id: objection, words, raisedAt, decided }) => ({ id: objection, words, raisedAt: raisedAt.toISOString(), ...(decided && { decision: decided.decision, reason: decided.reason }) })),
  } // prettier-ignore
}

export function writeRelease({ reference, title, address, releaseOn, version }: ReleaseDate): z.input<typeof releaseAnswer> {
  return { reference, title, version, ...(address !== undefined && { address }), ...(releaseOn !== undefined && { releaseOn }) }
} // prettier-ignore
