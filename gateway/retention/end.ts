// What the end of an item means to the slice that it belongs to: which act it is, what that act is judged by, and what else happens
// in the transaction that says that it is destroyed. Everything else about destruction is the same for all.
import type { Permit } from '../../policies/decide.ts'
import type { Facts } from '../../policies/facts.ts'
import type { Clock } from '../clock.ts'
import type { Database, Transaction } from '../db.ts'
import type { Judge } from '../decisions/judge.ts'
import type { KeyStore } from '../../keys/key-store.ts'
import type { Log } from '../log.ts'
import type { Vault } from '../vault.ts'
import type { Item, Origin } from './item.ts'

export interface End {
  readonly act: 'destroy' | 'dispose'
  /** @param locking whether what it belongs to is to stand still until the transaction ends */
  factsOf(tx: Transaction, item: Item, now: Date, locking: boolean): Promise<Facts>
  whenDestroyed(tx: Transaction, permit: Permit, item: Item, now: Date): Promise<void>
}

export type Ends = Readonly<Record<Origin['kind'], End>>

/** What destruction is given: shared by the steps of it. */
export interface DestroyDeps {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly judge: Judge
  readonly keyStore: KeyStore
  readonly vault: Pick<Vault, 'remove' | 'has'>
  readonly ends: Ends
}
