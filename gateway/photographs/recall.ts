// Calling back what is outside: the gateway cannot take down a web page, so each copy becomes a task with an end that somebody says,
// and everybody who published or took one is told at once (hmpps-2025/annex-a/identity-withdrawal, S16).
import type { LedgerEvent } from '../../audit/events.ts'
import type { Context } from '../http/endpoint.ts'
import { about, type Base, type PhotographDeps } from './act.ts'
import { recallCopies } from './consent-store.ts'
import { tellRecalled } from './notices.ts'
import type { Photograph, RecallReason } from './photograph.ts'

/** @returns the entry, where there was anything to call back */
export async function recall(
  deps: PhotographDeps,
  context: Pick<Context, 'tx' | 'now'>,
  photograph: Photograph,
  because: RecallReason,
  base: Base,
): Promise<LedgerEvent[]> {
  const copies = await recallCopies(context.tx, photograph.id, because, context.now)
  if (copies.length === 0) return []
  await tellRecalled(deps, context, photograph.id, copies.map(({ personId }) => personId)) // prettier-ignore
  const published = copies.filter(({ kind }) => kind === 'published').length
  const detail = { because, published, taken: copies.length - published }
  return [{ ...base, type: 'photograph.recalled', subjects: about(photograph), detail }]
}
