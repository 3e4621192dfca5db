// A log that is published to an object store, and its anchor there. Such a store is told apart from a disk by three things: an
// answer can be lost although the write was kept, a write can come true long after it was given up, and a store can say that it
// wrote what it did not. So every write is bound to what was there when we looked (a late one finds something else, and is
// refused by the store), it counts when it was read back, and a store that does not keep to the conditions is not used.
import { type Anchor, anchorFrom, anchorText } from './anchor.ts'
import { encodeText, sameBytes } from './bytes.ts'
import { LedgerFault } from './fault.ts'
import type { Held, LogStore } from './log-store.ts'

/** One bucket. What it throws is a `LogUnreadable`: whether a write was kept is not known then. */
export interface Objects {
  /** For people: its address. */
  readonly name: string
  read(key: string): Promise<Held | undefined>
  /** @param onto `absent`, or the version that it must still have @returns false when the store refused because of that */
  write(key: string, bytes: Uint8Array, onto: 'absent' | { readonly version: string }): Promise<boolean>
  remove(key: string): Promise<void>
  /** Every key that begins so; 1,000 at most. */
  list(prefix: string): Promise<readonly string[]>
}

/** @param prefix of every name, with a slash at its end */
export function objectStore(objects: Objects, prefix: string): LogStore {
  const key = (name: string) => `${prefix}${name}`
  const partials = (name: string) => objects.list(`${key(name)}.p/`)
  return {
    name: `${objects.name}/${prefix.replace(/\/$/, '')}`,
    look: (name) => objects.read(key(name)),
    read: async (name) => (await objects.read(key(name)))?.bytes,
    partialWidths: async (name) =>
      (await partials(name)).map((found) => Number(found.slice(found.lastIndexOf('/') + 1))),
    create: (name, bytes) => write(objects, key(name), bytes, 'absent'),
    replace: (name, bytes, was) => write(objects, key(name), bytes, was ?? 'absent'),
    remove: (name) => objects.remove(key(name)),
    removePartials: async (name) => {
      for (const found of await partials(name)) await objects.remove(found)
    },
  }
}

/** The object `anchor`: three lines, as in a folder. */
export function storeAnchor(store: LogStore): Anchor {
  return {
    read: async () => {
      const held = await store.look('anchor')
      return held && anchorFrom(`${store.name}/anchor`, held.bytes, held.version)
    },
    swap: async (from, to) => {
      const was = from && { bytes: anchorText(from), version: from.version }
      if (!(await store.replace('anchor', anchorText(to), was)))
        throw new LedgerFault('anchor-contended', 'Another process moved the anchor.')
    },
  }
}

/** Buckets whose conditions were tried by this process. */
const tried = new WeakMap<Objects, Promise<void>>()
const PROBE = 'conditions'

async function write(
  objects: Objects,
  ...[key, bytes, onto]: Parameters<Objects['write']>
): Promise<boolean> {
  const trial = tried.get(objects) ?? tryConditions(objects)
  tried.set(objects, trial)
  await trial.catch((error: unknown) => {
    tried.delete(objects)
    throw error
  })
  if (!(await objects.write(key, bytes, onto))) return false
  const held = await objects.read(key)
  if (!held || !sameBytes(held.bytes, bytes))
    throw new LedgerFault('store-lost', `${objects.name}/${key} was written, and is not there.`)
  return true
}

/** Where a condition is ignored, two processes could both move the anchor. */
async function tryConditions(objects: Objects): Promise<void> {
  const bytes = encodeText('The ledger tries here whether the store keeps to If-None-Match and If-Match.\n')
  await objects.write(PROBE, bytes, 'absent')
  const isTaken = await objects.write(PROBE, bytes, 'absent')
  const isOther = await objects.write(PROBE, bytes, { version: '"00000000000000000000000000000000"' })
  if (isTaken || isOther)
    throw new LedgerFault('store-unfit', `${objects.name} does not keep to ${isTaken ? 'If-None-Match' : 'If-Match'} when it is written to.`) // prettier-ignore
}
