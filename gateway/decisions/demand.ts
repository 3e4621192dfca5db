// The last check before a write: it is made with the permit that was earned for it, and not with one for something else.
import type { Permit } from '../../policies/decide.ts'
import type { Act } from '../../policies/facts.ts'

/** @throws {Error} a fault of ours: nobody can bring it about from outside */
export function demand(permit: Permit, ...acts: readonly Act[]): void {
  if (!acts.includes(permit.act))
    throw new Error(`a permit for ${permit.act} was used to ${acts.join(' or ')}`)
}
