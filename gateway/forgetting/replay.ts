// A restored database may hold what was forgotten since its backup. Before anything is served, and now and then afterwards,
// each erasure on the list that the database does not know as done is carried out again: what it named is found by its keyed
// hashes among all words that the database holds, and goes by the same function as the first time.
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { Database, Queryable, Transaction } from '../db.ts'
import { record } from '../http/mount.ts'
import type { Log } from '../log.ts'
import { wordsOf } from './erasure.ts'
import type { ForgottenList, Listed } from './list.ts'
import { findErasure, forget, identifiersOf, insertErasure } from './store.ts'

export interface ReplayDeps {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly forgottenList: ForgottenList
}

/** @returns the erasures that were carried out again */
export async function replayErasures(deps: ReplayDeps): Promise<string[]> {
  const replayed: string[] = []
  for (const listed of await deps.forgottenList.all()) {
    const known = await findErasure(deps.db, listed.erasure)
    if (known?.status.state === 'done') continue
    await deps.db.withTransaction((tx) => replay(tx, deps, listed))
    deps.log.warn('erasure.replayed', { erasure: listed.erasure })
    replayed.push(listed.erasure)
  }
  return replayed
}

async function replay(tx: Transaction, { clock, forgottenList }: ReplayDeps, listed: Listed): Promise<void> {
  const { erasure: id, scope, basis, person, askedBy, authorisedBy, fields } = listed
  const known = await findErasure(tx, id)
  if (known === undefined) {
    const found = await findHashed(tx, forgottenList, listed)
    const own = person === undefined ? [] : ((await identifiersOf(tx, person)) ?? [])
    const identifiers = [...new Set([...own, ...found])].filter((each) => wordsOf(each).join('').length >= 4)
    // Nothing of it stands here; the row still says that it was looked for.
    const asked = identifiers.length === 0 && scope === 'person' ? [`nothing of ${id}`] : identifiers
    await insertErasure(tx, undefined, { id, scope, basis, reason: 'Carried out again.', personId: person, identifiers: asked, fields, askedBy, at: new Date(listed.at) }) // prettier-ignore
  }
  const { rows, values, entries } = await forget(tx, id, authorisedBy, clock())
  const detail = { scope, basis, rows, values, entries, replayed: true }
  const subjects = [{ kind: 'erasure', id } as const]
  await record(tx, [{ type: 'ledger.erased', actor: { kind: 'process', name: 'gateway' }, subjects, correlation: id, detail }], clock()) // prettier-ignore
}

/** Every run of words anywhere in the database that hashes to what was forgotten, as it is written there. */
async function findHashed(tx: Queryable, list: ForgottenList, listed: Listed): Promise<Set<string>> {
  const found = new Set<string>()
  const lengths = new Set(listed.hashes.map(({ words }) => words))
  const seen = new Set<string>()
  for await (const text of textsOf(tx)) {
    const words = wordsOf(text)
    for (const length of lengths)
      for (let from = 0; from + length <= words.length; from += 1) {
        const run = words.slice(from, from + length)
        const joined = run.join(' ')
        if (seen.has(joined)) continue
        if (seen.size < mostRemembered) seen.add(joined)
        if (list.matches(listed, run)) found.add(joined)
      }
  }
  return found
}

/** Runs of words that are not hashed twice; past this, some are. */
const mostRemembered = 1_000_000
const placeRow = z.object({ place: z.string(), name: z.string() })

async function* textsOf(tx: Queryable): AsyncGenerator<string> {
  const { rows } = await tx.query('select place::text, name from concordat.wordy_columns()')
  const places = [...rows.map((row) => placeRow.parse(row)), { place: 'concordat.person', name: 'email' }, { place: 'concordat.person', name: 'name' }, { place: 'ledger.secret', name: 'value' }] // prettier-ignore
  for (const { place, name } of places) {
    await tx.query(`declare words no scroll cursor for select texts_of as text from concordat.texts_of($1::regclass, $2)`, [place, name]) // prettier-ignore
    for (;;) {
      const page = await tx.query('fetch 1000 from words')
      if (page.rows.length === 0) break
      for (const row of page.rows) yield String(row['text'])
    }
    await tx.query('close words')
  }
}
