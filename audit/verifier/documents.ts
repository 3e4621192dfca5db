// What was dropped on the verifier: which document it is, and every step of checking it, on Web APIs alone.
import { openCheckpointOf } from '../checkpoint.ts'
import type { VerifierKey } from '../note.ts'
import { parseVerifierKeys } from '../verifier-keys.ts'
import { verifyProof } from '../verify.ts'
import { type NamedStep, verifyCertificateText } from './certificate.ts'

export type Kind = 'proof' | 'certificate' | 'checkpoint' | 'ledger-key' | 'certificate-key' | 'unknown'

export interface Given {
  /** A proof, a certificate or a checkpoint. */
  readonly document: string
  /** The ledger's verifier keys, one a line. */
  readonly ledgerKeys: string
  /** JWK; for certificates. */
  readonly certificateKey?: string | undefined
}

export interface Answer {
  /** True only when every step passed, and there was one. */
  readonly verified: boolean
  readonly says: string
  readonly steps: readonly NamedStep[]
}

export function kindOf(text: string): Kind {
  const start = text.trimStart()
  if (start.startsWith('c2sp.org/tlog-proof@')) return 'proof'
  if (/^\{[^]*"certificate"\s*:/.test(start) || /^eyJ[\w-]+\.[\w-]+\.[\w-]+\s*$/.test(start))
    return 'certificate'
  if (/^\{[^]*"kty"\s*:/.test(start)) return 'certificate-key'
  if (/\n\n— /.test(start)) return 'checkpoint'
  return /^[^\s+]+\+[0-9a-f]{8}\+\S+\s*$/m.test(start) ? 'ledger-key' : 'unknown'
}

export async function verifyDocument({ document, ledgerKeys, certificateKey }: Given): Promise<Answer> {
  const steps: NamedStep[] = []
  try {
    const keys = await parseVerifierKeys(ledgerKeys)
    if (keys.length === 0)
      steps.push({ name: 'ledger key', outcome: 'skipped', says: 'No verifier key of the ledger was given.' })
    steps.push(...(await stepsOf(document, keys, certificateKey)))
  } catch (error) {
    steps.push({
      name: 'ledger key',
      outcome: 'failed',
      says: error instanceof Error ? error.message : String(error),
    })
  }
  const verified = steps.length > 0 && steps.every(({ outcome }) => outcome === 'passed')
  return { verified, says: summary(verified, steps), steps }
}

async function stepsOf(
  document: string,
  keys: readonly VerifierKey[],
  jwk: string | undefined,
): Promise<readonly NamedStep[]> {
  switch (kindOf(document)) {
    case 'proof':
      return (await verifyProof({ proof: document, keys })).steps
    case 'certificate':
      return verifyCertificateText({ text: document, jwk, keys })
    case 'checkpoint':
      return checkCheckpoint(document, keys)
    default:
      return [
        { name: 'document', outcome: 'failed', says: 'This is not a proof, a certificate or a checkpoint.' },
      ]
  }
}

async function checkCheckpoint(note: string, keys: readonly VerifierKey[]): Promise<NamedStep[]> {
  try {
    const { origin, size, signedBy } = await openCheckpointOf(note, keys, undefined)
    const names = signedBy.map(({ name }) => name).join(' and ')
    return [
      { name: 'signature', outcome: 'passed', says: `${names} signed that ${origin} had ${size} entries.` },
    ]
  } catch (error) {
    return [
      { name: 'signature', outcome: 'failed', says: error instanceof Error ? error.message : String(error) },
    ]
  }
}

function summary(verified: boolean, steps: readonly NamedStep[]): string {
  if (verified) return 'Verified: every step passed.'
  const count = (outcome: NamedStep['outcome']) => steps.filter((step) => step.outcome === outcome).length
  const [failed, skipped] = [count('failed'), count('skipped')]
  if (failed === 0) return `Not verified: ${skipped} of the steps could not be looked at.`
  return `Not verified: ${failed} of the steps failed${skipped > 0 ? ` and ${skipped} could not be looked at` : ''}.`
}
