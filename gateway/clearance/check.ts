// The publication check: a draft is dropped in, every number in it is matched with the register, and nothing of it is kept but its
// hash and what was found. A publisher who asked for none of its figures clears it: that copy alone is for public release.
import { createHash, randomUUID } from 'node:crypto'
import type { Permit } from '../../policies/decide.ts'
import { policyHash, refused, type Outcome } from '../decisions/judge.ts'
import { UnreadableDraft } from '../drafts/draft.ts'
import type { DraftNumber } from '../drafts/numbers.ts'
import { readDraft } from '../drafts/read-draft.ts'
import type { Events, PersonContext } from '../http/endpoint.ts'
import { notFound, Problem, stateConflict } from '../http/problem.ts'
import type { Upload } from '../http/upload.ts'
import { personActor } from '../http/who.ts'
import { allowed } from '../people/allowed.ts'
import { factsOfPerson } from '../people/facts.ts'
import { fieldFault, takeClearance, type As, type ClearanceDeps } from './act.ts'
import type { Clearance } from './clearance.ts'
import * as store from './check-store.ts'
import { listRequests } from './consent-store.ts'
import { factsOfFigure } from './facts.ts'
import { judgedNow } from './look.ts'
import { matcher, type Finding } from './match.ts'
import { findClearance } from './store.ts'

/** A finding with the draft's own words around it, which are shown once and not kept. */
export type InPlace = Finding & Pick<DraftNumber, 'text' | 'before' | 'after'>

export interface Checked {
  readonly check: store.DraftCheck
  readonly clearance: Clearance
  /** Only at once, for whoever sent the draft. */
  readonly inPlace: readonly InPlace[] | undefined
}

/** @throws {Problem} `not-found`, `input.invalid`, `draft.unreadable`, `body.too-large` */
export function checkDraft(
  deps: ClearanceDeps,
  context: PersonContext,
  clearanceId: string,
  upload: Upload | undefined,
): Promise<Outcome<Checked>> {
  return allowed(deps, context, 'check-draft', async ({ base, permit }) => {
    const clearance = await takeClearance(context, clearanceId)
    if (!upload) throw fieldFault('file', 'Choose a draft.')
    const bytes = await wholeOf(upload)
    const { format, numbers } = await readDraft(bytes).catch((error: unknown) => {
      throw error instanceof UnreadableDraft ? new Problem('draft.unreadable', `${error.message} Nothing of it was kept.`) : error // prettier-ignore
    })
    const find = await matching(deps, context, clearance, numbers)
    const inPlace = numbers.map(({ value, text, before, after }) => ({ ...find(value), text, before, after }))
    const check: store.DraftCheck = {
      id: randomUUID(), clearanceId, sha256: createHash('sha256').update(bytes).digest('hex'), format, checkedBy: context.person.id, checkedAt: context.now,
      findings: inPlace.map(({ value, category, figures, near }) => ({ value, category, figures, ...(near !== undefined && { near }) })), cleared: undefined,
    } // prettier-ignore
    await store.insertCheck(context.tx, permit, check)
    const detail = { sha256: check.sha256, numbers: numbers.length, unclear: check.findings.filter(({ category }) => holds(category)).length } // prettier-ignore
    return {
      value: { check, clearance, inPlace },
      events: [{ ...base, type: 'draft.checked', subjects: [{ kind: 'clearance', id: clearanceId }, { kind: 'draft-check', id: check.id }], detail }], // prettier-ignore
    }
  })
}

async function wholeOf({ bytes }: Upload): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of bytes as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function matching(
  deps: ClearanceDeps,
  context: PersonContext,
  clearance: Clearance,
  numbers: readonly DraftNumber[],
) {
  const facts = await factsOfPerson(context.tx, context.person, context.now)
  const requests = (await listRequests(context.tx, clearance.id)).map((request) => judgedNow(deps, context, facts, clearance, request)) // prettier-ignore
  const values = [...new Set(numbers.map(({ value }) => value))]
  return matcher({ requests, versions: await store.findVersions(context.tx, values) })
}

/** What keeps a draft from being cleared. */
function holds(category: Finding['category']): boolean {
  return category === 'without-consent' || category === 'changed' || category === 'embargoed'
}

/** @throws {Problem} `not-found` */
export function readCheck(
  deps: ClearanceDeps,
  context: PersonContext,
  id: string,
  as: As,
): Promise<Outcome<Checked>> {
  return allowed(deps, context, 'check-draft', async ({ base }) => {
    const { check, clearance } = await existing(context, id)
    return {
      value: { check, clearance, inPlace: undefined },
      events: [
        { ...base, type: 'draft-check.viewed', subjects: [{ kind: 'draft-check', id }], detail: { as } },
      ],
    }
  })
}

async function existing({ tx }: PersonContext, id: string) {
  const check = await store.findCheck(tx, id)
  const clearance = check && (await findClearance(tx, check.clearanceId))
  if (!clearance) throw notFound()
  return { check, clearance }
}

/** Judges each Hub figure of the draft as it stands now. @throws {Problem} `not-found`, `state.conflict` */
export async function clearDraft(
  deps: ClearanceDeps,
  context: PersonContext,
  id: string,
  unknownsRead: boolean,
): Promise<Outcome<string>> {
  const facts = await factsOfPerson(context.tx, context.person, context.now)
  // Who may not look is told the same of one that is there as of one that is not.
  const seen = await deps.judge.judge(context, 'check-draft', facts)
  if (seen.outcome === 'refusal') return refused(seen)
  const { check, clearance } = await existing(context, id)
  await takeClearance(context, clearance.id)
  if (!unknownsRead && check.findings.some(({ category }) => category === 'unknown'))
    throw fieldFault('unknownsRead', 'Look at each number that is not in the register, and say that none comes from the Hub.') // prettier-ignore
  const figures = check.findings.filter(({ category }) => category !== 'public' && category !== 'unknown')
  const wanted = new Set(figures.flatMap((finding) => finding.figures.map(({ reference, version }) => `${reference} ${version}`))) // prettier-ignore
  const requests = (await listRequests(context.tx, clearance.id)).filter(({ figure }) => wanted.delete(`${figure.reference} ${figure.version}`)) // prettier-ignore
  if (wanted.size > 0) throw stateConflict('The draft holds figures of the Hub that nobody asked consent for, or in a version that does not stand any more.') // prettier-ignore
  const events: Events[number][] = []
  let permit: Permit | undefined
  for (const request of requests) {
    const document = factsOfFigure(deps.hubPublication, clearance, request, context.now)
    const judged = await deps.judge.judge(context, 'publish', { ...facts, document })
    if (judged.outcome === 'refusal') return refused(judged)
    permit = judged.permit
    events.push({ type: 'figure.published', actor: personActor(context.person, context.ip), subjects: [{ kind: 'consent', id: request.id }, { kind: 'draft-check', id }, { kind: 'figure', id: request.figure.reference }], correlation: context.requestId, agreement: deps.hubPublication.agreement, decision: judged.decisionId, policy: policyHash(judged.permit.pack), clauses: [...judged.permit.tested], detail: { version: request.figure.version } }) // prettier-ignore
  }
  if (!permit) throw stateConflict('The draft holds no figure of the Hub, so there is nothing to clear here.') // prettier-ignore
  if (!(await store.clearCheck(context.tx, permit, id, { personId: context.person.id, at: context.now }))) throw stateConflict('This copy is cleared already.') // prettier-ignore
  const cleared = { type: 'draft.cleared', actor: personActor(context.person, context.ip), subjects: [{ kind: 'draft-check', id }, { kind: 'clearance', id: clearance.id }], correlation: context.requestId, detail: { sha256: check.sha256, figures: requests.length } } as const // prettier-ignore
  return { kind: 'done', value: id, events: [cleared, ...events] }
}
