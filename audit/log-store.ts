// Where a log is published, and how files get there: a folder (folder-store.ts) or an object store (object-store.ts).
import type { PublishedLog } from './fsck/published-log.ts'

/** What a file held when it was looked at. */
export interface Held {
  readonly bytes: Uint8Array
  /** What a later replacement compares: the entity tag of an object. */
  readonly version: string
}

export interface LogStore extends PublishedLog {
  look(name: string): Promise<Held | undefined>
  /** Durable when it resolves. @returns false, having changed nothing, when the name is taken */
  create(name: string, bytes: Uint8Array): Promise<boolean>
  /** @param was as it was looked at @returns false, having changed nothing, when it is not that any more */
  replace(name: string, bytes: Uint8Array, was: Held | undefined): Promise<boolean>
  /** What is not there is removed. */
  remove(name: string): Promise<void>
  /** The partial forms beside a full tile or bundle. */
  removePartials(name: string): Promise<void>
}
