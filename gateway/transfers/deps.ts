// Everything that this slice's endpoints are given.
import type { Decision } from '../../policies/decide.ts'
import type { Establishments } from '../../policies/establishments.ts'
import type { CaseSource } from '../sources/case-source.ts'
import type { SigningKeysInUse } from '../signing/keys-in-use.ts'
import type { ClauseVerdict } from './clauses.ts'
import type { CollectDeps } from './collect.ts'

export interface TransferDeps extends CollectDeps {
  readonly establishments: Establishments
  readonly source: Pick<CaseSource, 'estimate'>
  readonly signingKeys: Pick<SigningKeysInUse, 'packages' | 'published'>
  /** Whether an agreement that is in force binds a body. */
  readonly binds: (party: string) => (agreement: string) => boolean
  readonly clausesFor: (decision: Decision) => ClauseVerdict[]
}
