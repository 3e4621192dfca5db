// Taking in concerns over the API, in two steps as on the pages: files are taken as they are, rows as JSON.
import { z } from 'zod'
import { endpoint, type Endpoint, type PersonContext } from '../http/endpoint.ts'
import { Problem } from '../http/problem.ts'
import { tableTypes } from '../tables/received.ts'
import { asJson, type ConcernDeps } from './act.ts'
import { checkJson, checkUpload, discard, takeIn } from './change.ts'
import { mostIntakeBytes } from './intake/intake.ts'
import { writeChange } from './intake/preview.ts'
import { listOwnIntakes, lookAtIntake } from './look.ts'
import { checkedAnswer, intakeAnswer, intakeParams, intakesAnswer, rowsBody, takeBody } from './schemas.ts'
import { writeIntake } from './written.ts'

export function intakeApi(deps: ConcernDeps): Endpoint[] {
  const at = { surface: 'api' } as const
  return [
    endpoint({
      ...at, method: 'get', path: '/api/v1/concerns/intakes', summary: 'Your files and how far each was read, the newest first', input: {}, answers: intakesAnswer,
      handle: async (context) => asJson(await listOwnIntakes(deps, context), (intakes) => ({ intakes: intakes.map(writeIntake) })),
    }),
    endpoint({
      ...at, method: 'get', path: '/api/v1/concerns/intakes/:id', summary: 'A file of yours, with the first 200 things that taking it in would do', input: { params: intakeParams }, answers: checkedAnswer,
      handle: async (context, { params }) => asJson(await lookAtIntake(deps, context, params.id), ({ intake, changes }) => ({ ...writeIntake(intake), changes: changes.map(writeChange) })),
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/concerns/intakes', summary: 'Have a file (CSV, .xlsx) or rows checked; nothing is changed yet', successStatus: 200, input: { body: rowsBody },
      upload: { types: tableTypes, mostBytes: mostIntakeBytes }, answers: intakeAnswer,
      handle: async (context, { body }) => asJson(await checked(deps, context, body), writeIntake),
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/concerns/intakes/:id/take', summary: 'Take in a file that was checked: all of it, or nothing', input: { params: intakeParams, body: takeBody },
      answers: intakeAnswer,
      handle: async (context, { params, body }) => asJson(await takeIn(deps, context, params.id, body.reason), writeIntake),
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/concerns/intakes/:id/discard', summary: 'Discard a file that was checked', input: { params: intakeParams },
      answers: z.object({ id: z.uuid(), state: z.literal('discarded') }),
      handle: async (context, { params }) => asJson(await discard(deps, context, params.id), () => ({ id: params.id, state: 'discarded' })),
    }),
  ] // prettier-ignore
}

function checked(deps: ConcernDeps, context: PersonContext, { concerns }: z.output<typeof rowsBody>) {
  if (context.upload) return checkUpload(deps, context, context.upload)
  if (concerns) return checkJson(deps, context, concerns)
  throw new Problem('input.invalid', 'Send a file as the body, or rows as JSON. Nothing was saved.', [
    { field: 'concerns', message: 'Fill this in.' },
  ])
}
