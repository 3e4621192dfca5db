// Whether a published checkpoint is cosigned as the policy asks. No Node API.
import type { SignedCheckpoint } from '../checkpoint.ts'
import { inWords, knowsLog, type Policy, witnessesOf } from '../policy.ts'
import type { Fault } from './faults.ts'
import type { Checks } from './report.ts'

export async function concludeWitnesses(
  checks: Checks,
  checkpoint: SignedCheckpoint,
  policy: Policy,
  where: string,
): Promise<void> {
  const faults: Fault[] = []
  let passes = ''
  try {
    const witnessed = await witnessesOf(checkpoint, policy)
    passes = inWords(witnessed)
    if (!knowsLog(policy, checkpoint))
      faults.push({ class: 'witness', where, says: 'The policy does not name the log that signed it.' })
    if (!witnessed.isMet)
      faults.push({ class: 'witness', where, says: `${passes} That is not what the policy asks for.` })
  } catch (error) {
    faults.push({ class: 'witness', where, says: error instanceof Error ? error.message : String(error) })
  }
  checks.conclude('witnesses', passes, faults)
}
