// What changes the concerns database: a file that was checked and is taken in, or one concern that is added or edited, each
// with a reason. Both make one edition, and one entry.
import type { Outcome } from '../decisions/judge.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { notFound, Problem, stateConflict } from '../http/problem.ts'
import type { Upload } from '../http/upload.ts'
import { allowed, type Allowed, type ConcernDeps } from './act.ts'
import { limits, type Concern } from './concern.ts'
import { formatOf } from '../tables/received.ts'
import { checkFile, checkRows, concludeIntake, newIntakeId } from './intake/intake.ts'
import { rowReader, type Given } from './intake/row.ts'
import {
  endIntake,
  lockIntake,
  startIntake,
  stopIntake,
  takeRows,
  type Intake,
  type IntakeFormat,
} from './intake/store.ts'
import {
  countOthers,
  findConcern,
  insertEdition,
  lockEditions,
  replaceConcern,
  type StoredConcern,
} from './store.ts'

/** Checks a file; nothing is changed. */
export function checkUpload(
  deps: ConcernDeps,
  context: PersonContext,
  upload: Upload,
): Promise<Outcome<Intake>> {
  const format = formatOf(upload)
  return checking(deps, context, format, (id) => checkFile(deps, context.tx, { id, format }, upload.bytes))
}

/** The same for concerns that came as JSON. */
export function checkJson(
  deps: ConcernDeps,
  context: PersonContext,
  given: readonly Readonly<Record<string, string>>[],
): Promise<Outcome<Intake>> {
  return checking(deps, context, 'json', (id) => checkRows(deps, context.tx, id, given))
}

function checking(
  deps: ConcernDeps,
  context: PersonContext,
  format: IntakeFormat,
  check: (id: string) => Promise<Intake>,
): Promise<Outcome<Intake>> {
  return allowed(deps, context, 'change-concerns', async ({ base }) => {
    const id = newIntakeId()
    await startIntake(deps.db, { id, startedBy: context.person.id, startedAt: context.now, format })
    const intake = await check(id).catch(async (error: unknown) => {
      await stopIntake(
        deps.db,
        id,
        error instanceof Problem ? error.message : 'Something went wrong here. Try again.',
      )
      throw error
    })
    const detail = { rows: intake.rowsRead, faults: intake.faultCount, sha256: intake.sha256 }
    return {
      value: intake,
      events: [{ ...base, type: 'concerns.checked', subjects: [about(intake)], detail }],
    }
  })
}

/**
 * All of it or nothing. Where the concerns changed since the file was checked, it is compared again and not taken in.
 *
 * @throws {Problem} `state.conflict`, `not-found`
 */
export function takeIn(
  deps: ConcernDeps,
  context: PersonContext,
  id: string,
  reason: string,
): Promise<Outcome<Intake>> {
  return allowed(deps, context, 'change-concerns', async ({ base, permit }) => {
    const edition = await lockEditions(context.tx)
    const intake = await checkedIntake(context, id)
    if (intake.faultCount > 0) throw new Problem('state.conflict', 'The file has faults. Mend them and have it checked again. Nothing was changed.') // prettier-ignore
    if (intake.baseEdition !== edition) return again(context, intake, base)
    const made = await insertEdition(context.tx, permit, {
      madeBy: context.person.id,
      madeAt: context.now,
      means: 'intake',
      reason,
    })
    if (!(await takeRows(context.tx, permit, intake, made)))
      throw new Problem('state.conflict', 'The rows of this file are no longer here. Have it checked again. Nothing was changed.') // prettier-ignore
    await endIntake(context.tx, id, 'taken', made)
    const { added, changed, closed, sha256 } = intake
    const detail = { edition: made, means: 'intake', added, changed, closed, sha256, reason }
    return {
      value: { ...intake, state: 'taken', takenEdition: made },
      events: [{ ...base, type: 'concerns.changed', subjects: [about(intake)], detail }],
    }
  })
}

/** What was shown would not be what happens: it is compared with how things stand, and shown again. */
async function again(context: PersonContext, intake: Intake, base: Allowed['base']) {
  const found = { rowsRead: intake.rowsRead, faultCount: 0, faults: [] }
  const compared = await concludeIntake(context.tx, intake.id, found, Buffer.from(intake.sha256, 'hex'))
  const detail = { rows: compared.rowsRead, faults: compared.faultCount, sha256: compared.sha256 }
  return {
    value: compared,
    events: [{ ...base, type: 'concerns.checked', subjects: [about(intake)], detail }] as const,
  }
}

export function discard(deps: ConcernDeps, context: PersonContext, id: string): Promise<Outcome<undefined>> {
  return allowed(deps, context, 'change-concerns', async ({ base }) => {
    const intake = await checkedIntake(context, id)
    await endIntake(context.tx, id, 'discarded')
    const detail = { sha256: intake.sha256 }
    return {
      value: undefined,
      events: [{ ...base, type: 'concerns.discarded', subjects: [about(intake)], detail }],
    }
  })
}

async function checkedIntake(context: PersonContext, id: string): Promise<Intake> {
  const intake = await lockIntake(context.tx, id, context.person.id)
  if (!intake) throw notFound()
  if (intake.state !== 'checked') throw stateConflict('This file was taken in or discarded already.')
  return intake
}

function about({ id }: Pick<Intake, 'id'>) {
  return { kind: 'intake', id } as const
}

export interface Edit {
  readonly given: Given
  readonly reason: string
  /** The version that was looked at; absent for a concern that is new. */
  readonly version?: number
}

/** @throws {Problem} `input.invalid` naming each field, `state.conflict` where somebody else changed it first */
export function editConcern(
  deps: ConcernDeps,
  context: PersonContext,
  edit: Edit,
): Promise<Outcome<Concern>> {
  return allowed(deps, context, 'change-concerns', async ({ base, permit }) => {
    await lockEditions(context.tx)
    const after = understand(deps, edit.given)
    const before = await findConcern(context.tx, after.reference)
    checkBefore(edit, before, after)
    await checkReport(context, after)
    const made = await insertEdition(context.tx, permit, { madeBy: context.person.id, madeAt: context.now, means: 'edit', reason: edit.reason }) // prettier-ignore
    // Faults are found before anything is written: a form shows them and commits.
    if (!(await replaceConcern(context.tx, made, before, after)))
      throw stateConflict('Somebody changed this concern.')
    const closed = before?.status === 'open' && after.status === 'closed' ? 1 : 0
    const detail = {
      edition: made,
      means: 'edit',
      added: before ? 0 : 1,
      changed: before ? 1 : 0,
      closed,
      reason: edit.reason,
    }
    const subjects = [{ kind: 'concern', id: after.reference } as const]
    return { value: after, events: [{ ...base, type: 'concerns.changed', subjects, detail }] }
  })
}

function understand({ establishments }: ConcernDeps, given: Given): Concern {
  const checked = rowReader(establishments)(0, given)
  if ('concern' in checked) return checked.concern
  const fields = checked.faults.map(({ column = 'concern', message }) => ({ field: column, message }))
  throw new Problem(
    'input.invalid',
    'Correct the fields named here and send it again. Nothing was saved.',
    fields,
  )
}

function checkBefore({ version }: Edit, before: StoredConcern | undefined, after: Concern): void {
  if (before?.version !== version)
    throw stateConflict(
      before && version === undefined ? 'There is a concern with this id.' : 'Somebody changed this concern.',
    )
  if (before && (before.inspection !== after.inspection || before.establishment !== after.establishment))
    throw fieldFault(
      'inspection',
      'A concern stays with the inspection and establishment that it was raised on.',
    )
}

/** A report may have fewer priorities than it ends with while it is typed in; never more. */
async function checkReport(context: PersonContext, after: Concern): Promise<void> {
  const { concerns, priorities } = await countOthers(context.tx, after)
  if (concerns + 1 > limits.concernsInReport)
    throw fieldFault(
      'inspection',
      `This report has ${limits.concernsInReport} concerns already, which is the most.`,
    )
  if (after.rank === 'priority' && priorities + 1 > limits.mostPriorities)
    throw fieldFault(
      'rank',
      `This report has ${limits.mostPriorities} priorities already, which is the most.`,
    )
}

function fieldFault(field: string, message: string): Problem {
  return new Problem('input.invalid', 'Correct the field named here and send it again. Nothing was saved.', [
    { field, message },
  ])
}
