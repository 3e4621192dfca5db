// A return is looked through before somebody puts it on the Hub: anything sensitive in its free text and it is refused, with each
// place (hub-2023/3.11). The file is not kept and goes nowhere from here: its hash says afterwards which file was looked through.
import { randomUUID } from 'node:crypto'
import type { Facts } from '../../policies/facts.ts'
import type { Events, PersonContext } from '../http/endpoint.ts'
import { Problem } from '../http/problem.ts'
import type { Upload } from '../http/upload.ts'
import { personActor } from '../http/who.ts'
import type { Outcome } from '../decisions/judge.ts'
import { factsOfPerson } from '../people/facts.ts'
import { formatOf, hashed, readTable } from '../tables/received.ts'
import { UnreadableTable } from '../tables/table.ts'
import { fieldFault, judged, type HubDeps } from './act.ts'
import { openingFacts } from './open.ts'
import { sensitiveKindsIn, type SensitiveKind } from './screen.ts'
import { findHubStanding, noteUse } from './store.ts'

export const mostReturnBytes = 16 * 2 ** 20
const mostShown = 200

export interface Place {
  readonly row: number
  /** From 1. */
  readonly column: number
  readonly kinds: readonly SensitiveKind[]
}

export interface LookedThrough {
  readonly sha256: string
  readonly sizeBytes: number
  readonly rows: number
  readonly findings: number
  /** The first of them. */
  readonly places: readonly Place[]
}

/** The outcome, and what was found, which a refusal needs as much. */
export interface Submitted {
  readonly outcome: Outcome<LookedThrough>
  readonly looked: LookedThrough
}

/** @throws {Problem} `input.invalid`, `media.unsupported`, `table.unreadable`, `body.too-large` */
export async function submitReturn(
  deps: HubDeps,
  context: PersonContext,
  upload: Upload | undefined,
): Promise<Submitted> {
  if (!upload) throw fieldFault('file', 'Choose a CSV file or a workbook.')
  const looked = await lookThrough(upload, context.now)
  const { tx, person, now } = context
  const { agreement, key, from, to, marking, retentionClass } = deps.hub.submission
  const standing = await findHubStanding(tx, person.id, now)
  const base = openingFacts(deps, context, await factsOfPerson(tx, person, now), standing, 'screen')
  const { hubAccess, personalInLog } = base.document ?? {}
  const facts: Facts = {
    ...base,
    document: {
      ...{
        id: randomUUID(),
        agreement,
        exchange: key,
        from,
        to,
        kind: 'hub-return',
        marking,
        retentionClass,
      },
      parts: ['hub-data'],
      sensitiveFindings: looked.findings,
      ...(hubAccess && { hubAccess }),
      ...(personalInLog && { personalInLog }),
    },
  }
  const { sha256, sizeBytes, findings } = looked
  const outcome = await judged(deps, context, 'release', facts, async (said) => {
    if (standing.authorisation) await noteUse(tx, standing.authorisation.id, now)
    return { value: looked, events: [{ ...said, type: 'hub-return.submitted', subjects: [], detail: { sha256, sizeBytes } }] } // prettier-ignore
  })
  if (outcome.kind === 'done') return { outcome, looked }
  const events: Events = [...outcome.events, { type: 'hub-return.rejected', actor: personActor(person, context.ip), subjects: [], correlation: context.requestId, agreement, detail: { sha256, sizeBytes, findings } }] // prettier-ignore
  return { outcome: { ...outcome, events }, looked }
}

async function lookThrough(upload: Upload, now: Date): Promise<LookedThrough> {
  const passing = hashed(upload.bytes)
  const places: Place[] = []
  let [rows, findings] = [0, 0]
  try {
    for await (const batch of readTable(formatOf(upload), passing.bytes))
      for (const { number, cells } of batch) {
        rows += 1
        for (const [index, cell] of cells.entries()) {
          const kinds = sensitiveKindsIn(cell, now.getUTCFullYear())
          findings += kinds.length
          if (kinds.length > 0 && places.length < mostShown) places.push({ row: number, column: index + 1, kinds })
        }
      }
  } catch (error) {
    if (error instanceof UnreadableTable) throw new Problem('table.unreadable', error.message)
    throw error
  }
  if (rows === 0) throw fieldFault('file', 'The file is empty.')
  return { ...passing.done(), rows, findings, places }
} // prettier-ignore
