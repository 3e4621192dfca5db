// Taking in a file as pages, in two steps: what it would do, then doing it.
import { z } from 'zod'
import { endpoint, type Endpoint, type PersonContext, type Reply } from '../http/endpoint.ts'
import { checkFields } from '../http/input.ts'
import type { FieldFault } from '../http/problem.ts'
import { tableTypes } from '../tables/received.ts'
import { asPage, type ConcernDeps } from './act.ts'
import { checkUpload, discard, takeIn } from './change.ts'
import { mostIntakeBytes } from './intake/intake.ts'
import { differences, mostShown, writeChange, type PlannedChange } from './intake/preview.ts'
import { listOwnIntakes, lookAtIntake } from './look.ts'
import { intakeParams, takeBody } from './schemas.ts'
import { columns } from './table-schema.ts'

const at = { surface: 'page' } as const

export function intakePages(deps: ConcernDeps): Endpoint[] {
  return [
    endpoint({
      ...at, method: 'get', path: '/concerns/intake', summary: 'Take in a file of concerns', input: {},
      handle: (context) => intakePage(deps, context),
    }),
    endpoint({
      ...at, method: 'post', path: '/concerns/intake', summary: 'Have a file of concerns checked', input: { body: z.strictObject({}) },
      upload: { types: tableTypes, mostBytes: mostIntakeBytes },
      handle: async (context) => {
        if (!context.upload || context.upload.filename === '') return intakePage(deps, context, [{ field: 'file', message: 'Choose a file.' }])
        return asPage(await checkUpload(deps, context, context.upload), ({ id }) => ({ redirect: `/concerns/intake/${id}` }))
      },
    }),
    endpoint({
      ...at, method: 'get', path: '/concerns/intake/:id', summary: 'What a file of concerns would do', input: { params: intakeParams },
      handle: (context, { params: { id } }) => checkedPage(deps, context, id),
    }),
    endpoint({
      ...at, method: 'post', path: '/concerns/intake/:id/take', summary: 'Take it in', input: { params: intakeParams, body: z.strictObject({ reason: z.string().max(8000).default('') }) },
      handle: async (context, { params: { id }, body }) => {
        const checked = checkFields(takeBody, body)
        if ('faults' in checked) return checkedPage(deps, context, id, checked.faults)
        return asPage(await takeIn(deps, context, id, checked.data.reason), () => ({ redirect: `/concerns/intake/${id}` }))
      },
    }),
    endpoint({
      ...at, method: 'post', path: '/concerns/intake/:id/discard', summary: 'Discard it', input: { params: intakeParams },
      handle: async (context, { params: { id } }) => asPage(await discard(deps, context, id), () => ({ redirect: '/concerns/intake' })),
    }),
  ] // prettier-ignore
}

async function intakePage(
  deps: ConcernDeps,
  context: PersonContext,
  faults: readonly FieldFault[] = [],
): Promise<Reply> {
  return asPage(await listOwnIntakes(deps, context), (intakes) => ({
    ...(faults.length > 0 && { status: 400 }),
    view: {
      template: 'concerns-intake.njk',
      data: { intakes, reading: intakes.find(({ state }) => state === 'reading'), faults, columns },
    },
  }))
}

async function checkedPage(
  deps: ConcernDeps,
  context: PersonContext,
  id: string,
  faults: readonly FieldFault[] = [],
): Promise<Reply> {
  return asPage(await lookAtIntake(deps, context, id), ({ intake, changes }) => ({
    ...(faults.length > 0 && { status: 400 }),
    view: {
      template: 'concerns-checked.njk',
      data: { intake, changes: changes.map(shown), mostShown, faults },
    },
  }))
}

function shown(change: PlannedChange) {
  const { concern, standing } = change
  return { ...writeChange(change), concern, differences: standing ? differences(standing, concern) : [] }
}
