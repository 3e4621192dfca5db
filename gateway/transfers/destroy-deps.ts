// What destruction is given: shared by the steps of it.
import type { KeyStore } from '../../keys/key-store.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../db.ts'
import type { Log } from '../log.ts'
import type { Vault } from '../vault.ts'
import type { ActDeps } from './act.ts'

export interface DestroyDeps extends ActDeps {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly keyStore: KeyStore
  readonly vault: Pick<Vault, 'remove' | 'has'>
}
