// Retention as pages: the calendar of what is due, holds, schedules, certificates, and one item's whole life with what can be done
// to it. A date is moved in two steps: what it would move, then moving it.
import type { z } from 'zod'
import { londonDate } from '../../policies/calendar.ts'
import { asPage } from '../decisions/replies.ts'
import { endpoint, type Endpoint, type PersonContext, type Reply } from '../http/endpoint.ts'
import { checkFields } from '../http/input.ts'
import { Problem, type FieldFault } from '../http/problem.ts'
import type { RetentionDeps } from './act.ts'
import { applySchedule } from './apply-schedule.ts'
import { holdKinds } from './hold.ts'
import { askToLift, itemOfHold, lift, placeHold, reviewHold } from './holding.ts'
import * as look from './look.ts'
import { newClock, reschedule, type ClockWish } from './reschedule.ts'
import { answerReturn, offerReturn } from './returning.ts'
import * as shape from './schemas.ts'

const at = { surface: 'page' } as const
const one = { params: shape.itemParams }
const itemPath = (id: string) => `/retention/items/${id}`

export function retentionPages(deps: RetentionDeps): Endpoint[] {
  return [...lists(deps), ...schedules(deps), ...oneItem(deps), ...holds(deps)]
}

function lists(deps: RetentionDeps): Endpoint[] {
  return [
    endpoint({
      ...at, method: 'get', path: '/retention', summary: 'What is due to be destroyed', input: {},
      handle: async (context) => asPage(await look.lookAtDue(deps, context), (due) => ({ view: { template: 'retention.njk', data: { ...due, tab: 'due' } } })),
    }),
    endpoint({
      ...at, method: 'get', path: '/retention/holds', summary: 'Holds that stand', input: {},
      handle: async (context) => asPage(await look.lookAtHolds(deps, context), (found) => ({ view: { template: 'holds.njk', data: { ...found, tab: 'holds' } } })),
    }),
    endpoint({
      ...at, method: 'get', path: '/retention/copies', summary: 'Paper and removable media: the register', input: {},
      handle: async (context) => asPage(await look.lookAtOutsideCopies(deps, context), (found) => ({ view: { template: 'outside-copies.njk', data: { ...found, tab: 'copies' } } })),
    }),
    endpoint({
      ...at, method: 'get', path: '/retention/certificates', summary: 'Certificates of destruction', input: {},
      handle: async (context) => asPage(await look.lookAtCertificates(deps, context), (certificates) => ({ view: { template: 'certificates.njk', data: { certificates, tab: 'certificates' } } })),
    }),
  ] // prettier-ignore
}

function schedules(deps: RetentionDeps): Endpoint[] {
  const input = { params: shape.classParams }
  return [
    endpoint({
      ...at, method: 'get', path: '/retention/schedules', summary: 'Retention schedules, and what is held under each class', input: {},
      handle: async (context) => asPage(await look.lookAtSchedules(deps, context), (classes) => ({ view: { template: 'schedules.njk', data: { classes, tab: 'schedules' } } })),
    }),
    endpoint({
      ...at, method: 'get', path: '/retention/schedules/:owner/:class', summary: 'What applying a class as it is now would move', input,
      handle: (context, { params }) => movesPage(deps, context, params.owner, params.class),
    }),
    endpoint({
      ...at, method: 'post', path: '/retention/schedules/:owner/:class', summary: 'Apply a class as it is now', input: { ...input, body: shape.reasonForm },
      handle: async (context, { params, body }) => {
        const checked = checkFields(shape.reasonBody, body)
        if ('faults' in checked) return movesPage(deps, context, params.owner, params.class, checked.faults)
        return asPage(await applySchedule(deps, context, params.owner, params.class, checked.data.reason), (applied) => ({
          view: { template: 'schedule-applied.njk', data: { ...applied, tab: 'schedules' } },
        }))
      },
    }),
  ] // prettier-ignore
}

async function movesPage(
  deps: RetentionDeps,
  context: PersonContext,
  owner: string,
  retentionClass: string,
  faults: readonly FieldFault[] = [],
): Promise<Reply> {
  return asPage(await look.lookAtMoves(deps, context, owner, retentionClass), ({ found, moves }) => ({
    ...(faults.length > 0 && { status: 400 }),
    view: {
      template: 'schedule-moves.njk',
      data: { found, moves, faults, owner, retentionClass, tab: 'schedules' },
    },
  }))
}

function oneItem(deps: RetentionDeps): Endpoint[] {
  return [
    endpoint({
      ...at, method: 'get', path: '/retention/items/:id', summary: 'One item, from its sealing to its certificate', input: one,
      handle: (context, { params }) => lifePage(deps, context, params.id),
    }),
    endpoint({
      ...at, method: 'post', path: '/retention/items/:id/hold', summary: 'Place a hold', input: { ...one, body: shape.holdForm },
      handle: async (context, { params: { id }, body }) => {
        const checked = checkFields(shape.holdBody, body)
        if ('faults' in checked) return lifePage(deps, context, id, { form: 'hold', given: body, faults: checked.faults })
        return asPage(await placeHold(deps, context, id, checked.data), () => ({ redirect: itemPath(id) }))
      },
    }),
    endpoint({
      ...at, method: 'post', path: '/retention/items/:id/clock', summary: 'Move the date of destruction: what it would be, then moving it', input: { ...one, body: shape.clockForm },
      handle: (context, { params: { id }, body }) => clock(deps, context, id, body),
    }),
    endpoint({
      ...at, method: 'post', path: '/retention/items/:id/return', summary: 'Offer to return it', input: one,
      handle: async (context, { params: { id } }) => asPage(await offerReturn(deps, context, id), () => ({ redirect: itemPath(id) })),
    }),
    endpoint({
      ...at, method: 'post', path: '/retention/items/:id/return/answer', summary: 'Say whether it can be returned', input: { ...one, body: shape.answerForm },
      handle: async (context, { params: { id }, body }) => asPage(await answerReturn(deps, context, id, body.returnable === 'yes'), () => ({ redirect: itemPath(id) })),
    }),
  ] // prettier-ignore
}

/** A form of the item's page that came back, or a move that waits to be confirmed. */
interface Shown {
  readonly form: string
  readonly given: unknown
  readonly faults: readonly FieldFault[]
  readonly would?: { readonly before: string; readonly after: string }
}

async function lifePage(
  deps: RetentionDeps,
  context: PersonContext,
  id: string,
  shown?: Shown,
): Promise<Reply> {
  return asPage(await look.lookAtLife(deps, context, id), (life) => ({
    ...(shown && shown.faults.length > 0 && { status: 400 }),
    view: {
      template: 'kept-item.njk',
      data: { ...life, shown, holdKinds, today: londonDate(context.now), tab: 'due' },
    },
  }))
}

async function clock(
  deps: RetentionDeps,
  context: PersonContext,
  id: string,
  body: z.output<typeof shape.clockForm>,
): Promise<Reply> {
  const { confirmed, destroyOn, retentionClass, reason } = body
  const typed = destroyOn === '' && retentionClass !== '' ? { retentionClass, reason } : { destroyOn, reason }
  const checked = checkFields('destroyOn' in typed ? clockByDate : clockByClass, typed)
  if ('faults' in checked)
    return lifePage(deps, context, id, { form: 'clock', given: body, faults: checked.faults })
  const { reason: why, ...wish } = checked.data
  if (confirmed !== undefined)
    return asPage(await reschedule(deps, context, id, wish, why), () => ({ redirect: itemPath(id) }))
  return previewPage(deps, context, id, wish, body)
}

const [clockByDate, clockByClass] = shape.clockBody.options

/** What it would move, before it is done. */
async function previewPage(
  deps: RetentionDeps,
  context: PersonContext,
  id: string,
  wish: ClockWish,
  given: unknown,
): Promise<Reply> {
  const looked = await look.lookAtLife(deps, context, id)
  if (looked.kind === 'refused') return asPage(looked, () => ({}))
  const { item } = looked.value
  try {
    const would = { before: item.destroyOn, after: newClock(deps, item, wish).destroyOn }
    const shown: Shown = { form: 'clock', given, faults: [], would }
    return asPage(looked, (life) => ({
      view: {
        template: 'kept-item.njk',
        data: { ...life, shown, holdKinds, today: londonDate(context.now), tab: 'due' },
      },
    }))
  } catch (error) {
    if (!(error instanceof Problem && error.code === 'input.invalid')) throw error
    const shown: Shown = { form: 'clock', given, faults: error.fields }
    return asPage(looked, (life) => ({
      status: 400,
      view: {
        template: 'kept-item.njk',
        data: { ...life, shown, holdKinds, today: londonDate(context.now), tab: 'due' },
      },
    }))
  }
}

function holds(deps: RetentionDeps): Endpoint[] {
  const input = { params: shape.holdParams }
  return [
    endpoint({
      ...at, method: 'post', path: '/retention/holds/:id/review', summary: 'Say that a hold is still needed, and when somebody looks again', input: { ...input, body: shape.reviewForm },
      handle: async (context, { params: { id }, body }) => {
        const checked = checkFields(shape.reviewBody, body)
        if ('faults' in checked) return lifePage(deps, context, await itemOfHold(context, id), { form: `review-${id}`, given: body, faults: checked.faults })
        return asPage(await reviewHold(deps, context, id, checked.data), ({ item }) => ({ redirect: itemPath(item) }))
      },
    }),
    endpoint({
      ...at, method: 'post', path: '/retention/holds/:id/ask-lift', summary: 'Ask for a hold to be lifted', input: { ...input, body: shape.reasonForm },
      handle: async (context, { params, body }) => asPage(await askToLift(deps, context, params.id, body.reason), ({ item }) => ({ redirect: itemPath(item) })),
    }),
    endpoint({
      ...at, method: 'post', path: '/retention/holds/:id/lift', summary: 'Lift a hold, as the second person', input,
      handle: async (context, { params }) => asPage(await lift(deps, context, params.id), ({ item }) => ({ redirect: itemPath(item) })),
    }),
  ] // prettier-ignore
}
