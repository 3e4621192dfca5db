// Time tokens among the published files, so that whoever has no access to the database can say when a checkpoint was there:
// `time/0/checkpoint` is the note that was stamped and `time/0/token` the token (RFC 3161, DER), then `time/1`, and so on, each of a
// larger tree. The token is written last: where it is, its checkpoint is.
import { encodeText, sameBytes } from './bytes.ts'
import { checkpointOfOwnNote } from './checkpoint.ts'
import { LedgerFault } from './fault.ts'
import type { LogStore } from './log-store.ts'
import { type Publication, writeOnce } from './published-files.ts'
import type { Queryable } from './queryable.ts'
import { readAgreedTokens } from './time/store.ts'

export const timePath = (number: number, what: 'checkpoint' | 'token') => `time/${number}/${what}`

interface Reached {
  /** How many are published. */
  readonly count: number
  /** Entries of the last of them. */
  readonly size: number
}

/** What this process knows to be published; another looks. */
const reached = new WeakMap<Publication, Reached>()

/** @throws {LedgerFault} `files-differ`, `files-contended` */
export async function publishTokens(db: Queryable, publication: Publication): Promise<void> {
  const { store } = publication
  let { count, size } = reached.get(publication) ?? (await look(store))
  for (const { size: next, note, token } of await readAgreedTokens(db, size)) {
    await put(store, timePath(count, 'checkpoint'), encodeText(note))
    await writeOnce(store, timePath(count, 'token'), token)
    ;[count, size] = [count + 1, next]
  }
  reached.set(publication, { count, size })
}

/** Without its token it was left by a pass that did not end, and is nothing yet. */
async function put(store: LogStore, name: string, bytes: Uint8Array): Promise<void> {
  const was = await store.look(name)
  if (was && sameBytes(was.bytes, bytes)) return
  if (!(await store.replace(name, bytes, was)))
    throw new LedgerFault('files-contended', `${store.name}/${name} is not what it was a moment ago.`)
}

async function look(store: LogStore): Promise<Reached> {
  const count = await firstFree(async (number) => (await store.read(timePath(number, 'token'))) !== undefined)
  const last = count === 0 ? undefined : await store.read(timePath(count - 1, 'checkpoint'))
  return { count, size: last ? checkpointOfOwnNote(new TextDecoder().decode(last)).size : 0 }
}

/** They have no gaps: far steps until one is not there, then half of what is left each time. */
async function firstFree(isThere: (number: number) => Promise<boolean>): Promise<number> {
  let [taken, free] = [0, 1]
  while (await isThere(free - 1)) [taken, free] = [free, free * 2]
  while (free - taken > 1) {
    const middle = Math.floor((taken + free) / 2)
    if (await isThere(middle - 1)) taken = middle
    else free = middle
  }
  return taken
}
