// The agreements as JSON: the same as the pages show, with instants in UTC.
import { inWords } from '../../policies/period.ts'
import type { z } from 'zod'
import type { ClauseView, DocumentView, HeadView } from './document.ts'
import { clausesIn, type Read } from './reading.ts'
import type { clauseAnswer, documentAnswer, HeadAnswer } from './schemas.ts'
import type { ClauseState } from './state.ts'

export function writeHead(head: HeadView, document: DocumentView): HeadAnswer {
  const { key, title, parties, standing, inForce, supersedes, review, contacts, disposal } = head
  const { from, until } = inForce
  const { every, next, overdue } = review
  return {
    ...{ key, title, parties: [...parties], standing, contacts, disposal },
    inForce: { ...(from && { from }), ...(until && { until }) },
    ...(supersedes !== undefined && { supersedes }),
    review: { every: inWords(every), ...(next && { next }), overdue },
    hash: document.hash,
    clauses: clausesIn(document).length,
  }
}

export function writeDocument({ head, document, paragraphs, states }: Read): z.input<typeof documentAnswer> {
  const { key, title, hash } = document
  return {
    ...(head && { agreement: writeHead(head, document) }),
    ...{ key, title, hash },
    paragraphs: paragraphs.map(({ number, title: heading, clauses, exchanges }) => ({
      ...{ number, title: heading },
      clauses: clauses.map((clause) => writeClause(clause, states.get(clause.id) ?? {})),
      exchanges: exchanges.map((exchange) => ({ ...exchange, parts: [...exchange.parts] })),
    })),
  }
}

export function writeClause(
  clause: ClauseView,
  { enforcement, clocks }: ClauseState,
): z.input<typeof clauseAnswer> {
  const { id, kind, says, summary, note, supersedes, supersededBy, means, examples } = clause
  return {
    ...{ id, kind, summary },
    ...(says !== undefined && { says }),
    ...(note !== undefined && { note }),
    ...(supersedes !== undefined && { supersedes }),
    ...(supersededBy !== undefined && { supersededBy }),
    means: means.map((each) => ({
      ...{ kind: each.kind, sentence: each.sentence, parts: [...each.parts] },
      ...(each.text !== undefined && { rule: each.text }),
    })),
    examples: [...examples],
    applied: enforcement?.tested ?? 0,
    refused: enforcement?.refused ?? 0,
    ...(enforcement?.lastTested && { lastApplied: enforcement.lastTested.toISOString() }),
    ...(enforcement?.lastRefused && { lastRefused: enforcement.lastRefused.toISOString() }),
    ...(clocks && { clocks: { ...clocks, lastStarted: clocks.lastStarted.toISOString(), lastMet: clocks.lastMet?.toISOString() } }), // prettier-ignore
  }
}
