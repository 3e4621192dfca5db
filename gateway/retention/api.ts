// Retention over JSON: what is due, one item's life, holds, moves of clocks, return.
import { z } from 'zod'
import { endpoint, type Endpoint } from '../http/endpoint.ts'
import { asJson } from '../decisions/replies.ts'
import type { RetentionDeps } from './act.ts'
import { askToLift, lift, placeHold, reviewHold } from './holding.ts'
import { lookAtDue, lookAtHolds, lookAtLife, lookAtOutsideCopies } from './look.ts'
import { reschedule } from './reschedule.ts'
import { answerReturn, offerReturn } from './returning.ts'
import * as shape from './schemas.ts'
import { writeCopy, writeHold, writeItem, writeLife } from './written.ts'

const root = '/api/v1/retention'
const returned = z.object({ item: z.uuid() })

export function retentionApi(deps: RetentionDeps): Endpoint[] {
  const at = { surface: 'api' } as const
  const one = { params: shape.itemParams }
  return [
    endpoint({
      ...at, method: 'get', path: `${root}/due`, summary: 'What is late, and what is due in the next six weeks', input: {},
      answers: z.object({ today: z.iso.date(), overdue: z.array(shape.itemAnswer), due: z.array(shape.itemAnswer) }),
      handle: async (context) => asJson(await lookAtDue(deps, context), ({ today, overdue, thisWeek, later }) => ({ today, overdue: overdue.map(writeItem), due: [...thisWeek, ...later].map(writeItem) })),
    }),
    endpoint({
      ...at, method: 'get', path: `${root}/holds`, summary: 'Holds that stand, the next to be reviewed first', input: {},
      answers: z.object({ holds: z.array(shape.holdAnswer) }),
      handle: async (context) => asJson(await lookAtHolds(deps, context), ({ holds }) => ({ holds: holds.map(writeHold) })),
    }),
    endpoint({
      ...at, method: 'get', path: `${root}/copies`, summary: 'Paper and removable media: the register, what is open first', input: {},
      answers: z.object({ copies: z.array(shape.copyAnswer) }),
      handle: async (context) => asJson(await lookAtOutsideCopies(deps, context), ({ copies }) => ({ copies: copies.map(writeCopy) })),
    }),
    endpoint({
      ...at, method: 'get', path: `${root}/items/:id`, summary: 'One item, from its sealing to its certificate', input: one,
      answers: shape.lifeAnswer,
      handle: async (context, { params }) => asJson(await lookAtLife(deps, context, params.id), writeLife),
    }),
    endpoint({
      ...at, method: 'post', path: `${root}/items/:id/holds`, summary: 'Place a hold', input: { ...one, body: shape.holdBody },
      answers: shape.holdDone,
      handle: async (context, { params, body }) => asJson(await placeHold(deps, context, params.id, body), (done) => done),
    }),
    endpoint({
      ...at, method: 'post', path: `${root}/items/:id/clock`, summary: 'Move the date of destruction', input: { ...one, body: shape.clockBody },
      answers: shape.rescheduled,
      handle: async (context, { params, body: { reason, ...wish } }) => asJson(await reschedule(deps, context, params.id, wish, reason), (done) => done),
    }),
    endpoint({
      ...at, method: 'post', path: `${root}/items/:id/return`, summary: 'Offer to return it', input: one, answers: returned,
      handle: async (context, { params }) => asJson(await offerReturn(deps, context, params.id), (done) => done),
    }),
    endpoint({
      ...at, method: 'post', path: `${root}/items/:id/return/answer`, summary: 'Say whether it can be returned', input: { ...one, body: shape.answerBody }, answers: returned,
      handle: async (context, { params, body }) => asJson(await answerReturn(deps, context, params.id, body.returnable), (done) => done),
    }),
    ...lifting(deps),
  ] // prettier-ignore
}

function lifting(deps: RetentionDeps): Endpoint[] {
  const at = { surface: 'api' } as const
  return [
    endpoint({
      ...at, method: 'post', path: `${root}/holds/:id/review`, summary: 'Say that a hold is still needed, and when somebody looks again', input: { params: shape.holdParams, body: shape.reviewBody },
      answers: shape.holdDone,
      handle: async (context, { params, body }) => asJson(await reviewHold(deps, context, params.id, body), (done) => done),
    }),
    endpoint({
      ...at, method: 'post', path: `${root}/holds/:id/ask-lift`, summary: 'Ask for a hold to be lifted', input: { params: shape.holdParams, body: shape.reasonBody },
      answers: shape.holdDone,
      handle: async (context, { params, body }) => asJson(await askToLift(deps, context, params.id, body.reason), (done) => done),
    }),
    endpoint({
      ...at, method: 'post', path: `${root}/holds/:id/lift`, summary: 'Lift a hold, as the second person', input: { params: shape.holdParams },
      answers: shape.holdDone,
      handle: async (context, { params }) => asJson(await lift(deps, context, params.id), (done) => done),
    }),
  ] // prettier-ignore
}
