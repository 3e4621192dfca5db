// What was dropped on the verifier: which document it is, and every step of checking it, on Web APIs alone.
import { openCheckpointOf } from '../checkpoint.ts'
import { parseDisclosure } from '../disclosure.ts'
import type { VerifierKey } from '../note.ts'
import { parsePolicy, type Policy } from '../policy.ts'
import { parseTlogProof } from '../tlog-proof.ts'
import { parseVerifierKeys } from '../verifier-keys.ts'
import { checkWitnesses, TIME_SKIPPED, verifyProof } from '../verify.ts'
import { type NamedStep, verifyCertificateText } from './certificate.ts'

export type Kind =
  'proof' | 'certificate' | 'checkpoint' | 'ledger-key' | 'certificate-key' | 'policy' | 'unknown'

export interface Given {
  /** A proof, a certificate or a checkpoint. */
  readonly document: string
  /** The ledger's verifier keys, one a line; those that the policy names when empty. */
  readonly ledgerKeys: string
  /** JWK, or a set of them; for certificates. */
  readonly certificateKey?: string | undefined
  /** C2SP tlog-policy: which witnesses must have cosigned. Nobody is asked for when undefined. */
  readonly policy?: string | undefined
}

export interface Answer {
  /** True only when every step passed, and there was one. */
  readonly verified: boolean
  readonly says: string
  /** What was not asked, where everything that was asked holds. */
  readonly remark?: string
  readonly steps: readonly NamedStep[]
}

export function kindOf(text: string): Kind {
  const start = text.trimStart()
  if (start.startsWith('c2sp.org/tlog-proof@')) return 'proof'
  if (/^\{[^]*"certificate"\s*:/.test(start) || /^eyJ[\w-]+\.[\w-]+\.[\w-]+\s*$/.test(start))
    return 'certificate'
  if (/^\{[^]*"kty"\s*:/.test(start)) return 'certificate-key'
  if (/\n\n— /.test(start)) return 'checkpoint'
  if (/^[ \t]*quorum[ \t]/m.test(start)) return 'policy'
  return /^[^\s+]+\+[0-9a-f]{8}\+\S+\s*$/m.test(start) ? 'ledger-key' : 'unknown'
}

export async function verifyDocument({
  document,
  ledgerKeys,
  certificateKey,
  policy: text,
}: Given): Promise<Answer> {
  const steps: NamedStep[] = []
  let policy: Policy | undefined
  try {
    policy = text === undefined ? undefined : await parsePolicy(text)
    const given = await parseVerifierKeys(ledgerKeys)
    const keys = given.length > 0 ? given : (policy?.logs ?? []).map(({ key }) => key)
    if (keys.length === 0)
      steps.push({ name: 'ledger key', outcome: 'skipped', says: 'No verifier key of the ledger was given.' })
    steps.push(...(await stepsOf(document, keys, certificateKey, policy)))
  } catch (error) {
    steps.push({
      name: 'ledger key',
      outcome: 'failed',
      says: error instanceof Error ? error.message : String(error),
    })
  }
  const verified = steps.length > 0 && steps.every(({ outcome }) => outcome === 'passed')
  const remark = verified ? remarkOn(document, policy) : ''
  return { verified, says: summary(verified, steps), ...(remark !== '' && { remark }), steps }
}

/** What was not asked: witnesses without a policy, and the time token, which needs more than a page like this holds. */
function remarkOn(document: string, policy: Policy | undefined): string {
  const remarks = policy ? [] : ['No policy was given, so that witnesses were not asked for.']
  if (carriesTimeToken(document))
    remarks.push(`${TIME_SKIPPED} concordat ledger verify --time-authority does.`)
  return remarks.join(' ')
}

function carriesTimeToken(document: string): boolean {
  if (kindOf(document) !== 'proof') return false
  const { extra } = parseTlogProof(document)
  return extra !== undefined && parseDisclosure(extra)?.timeToken !== undefined
}

async function stepsOf(
  document: string,
  keys: readonly VerifierKey[],
  jwk: string | undefined,
  policy: Policy | undefined,
): Promise<readonly NamedStep[]> {
  switch (kindOf(document)) {
    case 'proof':
      return (await verifyProof({ proof: document, keys, policy })).steps
    case 'certificate':
      return verifyCertificateText({ text: document, jwk, keys, policy })
    case 'checkpoint':
      return checkCheckpoint(document, keys, policy)
    default:
      return [
        { name: 'document', outcome: 'failed', says: 'This is not a proof, a certificate or a checkpoint.' },
      ]
  }
}

async function checkCheckpoint(
  note: string,
  keys: readonly VerifierKey[],
  policy: Policy | undefined,
): Promise<NamedStep[]> {
  const steps: NamedStep[] = []
  let name = 'signature'
  try {
    const checkpoint = await openCheckpointOf(note, keys, undefined)
    const { origin, size, signedBy } = checkpoint
    const names = signedBy.map((key) => key.name).join(' and ')
    steps.push({ name, outcome: 'passed', says: `${names} signed that ${origin} had ${size} entries.` })
    if (policy) {
      name = 'witnesses'
      steps.push({ name, outcome: 'passed', says: (await checkWitnesses(checkpoint, policy))[1] })
    }
  } catch (error) {
    steps.push({ name, outcome: 'failed', says: error instanceof Error ? error.message : String(error) })
  }
  return steps
}

function summary(verified: boolean, steps: readonly NamedStep[]): string {
  if (verified) return 'Verified: every step passed.'
  const count = (outcome: NamedStep['outcome']) => steps.filter((step) => step.outcome === outcome).length
  const [failed, skipped] = [count('failed'), count('skipped')]
  if (failed === 0) return `Not verified: ${skipped} of the steps could not be looked at.`
  return `Not verified: ${failed} of the steps failed${skipped > 0 ? ` and ${skipped} could not be looked at` : ''}.`
}
