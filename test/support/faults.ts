// Faults planted in the parts that a gateway is made of, switched on for one act and off by themselves.
import { CommitUnknown, type Database } from '../../gateway/db.ts'
import type { Wiring } from '../../gateway/wire.ts'

export type Step =
  | 'vault.write' | 'vault.write.end' | 'vault.remove' | 'vault.remove.end' | 'wrap' | 'destroy' | 'destroy.end' | 'commit' | 'commit.end' // prettier-ignore

export interface Faults {
  /** Fails at the step, once; `.end` means after it was done. @param skip how many times it still succeeds before */
  once(step: Step, skip?: number): void
  /** Fails at the step each time that it is about this. */
  always(step: Step, about: string): void
  clear(): void
}

export class Planted extends Error {}

/** @returns the switch, and the wiring with the faulty parts in it */
export function plantable(): Faults & { change(wiring: Wiring): Wiring } {
  let waiting: { step: Step; skip: number } | undefined
  let standing: { step: Step; about: string } | undefined
  const pass = (step: Step, about = '') => {
    if (standing?.step === step && about.includes(standing.about)) throw new Planted(`planted at ${step}`)
    if (waiting?.step !== step) return
    if (waiting.skip > 0) waiting.skip -= 1
    else {
      waiting = undefined
      throw new Planted(`planted at ${step}`)
    }
  }
  const around = async <T>(
    step: 'vault.write' | 'vault.remove' | 'destroy',
    about: string,
    work: () => Promise<T>,
  ): Promise<T> => {
    pass(step, about)
    const done = await work()
    pass(`${step}.end`, about)
    return done
  }
  return {
    once: (step, skip = 0) => (waiting = { step, skip }),
    always: (step, about) => (standing = { step, about }),
    clear: () => (waiting = standing = undefined),
    change: (wiring) => {
      const { vault, keyStore, db } = wiring
      return {
        ...wiring,
        db: faultyCommits(db, pass),
        vault: {
          ...vault,
          write: (name, ciphertext) => around('vault.write', name, () => vault.write(name, ciphertext)),
          remove: (name) => around('vault.remove', name, () => vault.remove(name)),
        },
        keyStore: {
          kind: keyStore.kind,
          id: keyStore.id,
          create: (ref) => keyStore.create(ref),
          has: (ref) => keyStore.has(ref),
          stateOf: (ref) => keyStore.stateOf(ref),
          unwrap: (...all) => keyStore.unwrap(...all),
          wrap: async (ref, ...rest) => {
            pass('wrap', ref)
            return keyStore.wrap(ref, ...rest)
          },
          destroy: (ref) => around('destroy', ref, () => keyStore.destroy(ref)),
        },
      }
    },
  }
}

/** `commit`: nothing was kept. `commit.end`: it was kept, and the answer was lost. */
function faultyCommits(db: Database, pass: (step: Step) => void): Database {
  return {
    ...db,
    withTransaction: async (work) => {
      const done = await db.withTransaction(async (tx) => {
        const made = await work(tx)
        pass('commit')
        return made
      })
      try {
        pass('commit.end')
      } catch (cause) {
        throw new CommitUnknown(cause)
      }
      return done
    },
  }
}
