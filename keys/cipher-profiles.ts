// The cipher profiles that there are, by the name that agreements approve (hmpps-2025/16-encryption) and that stays with what was
// sealed. All are AES-256-GCM with HKDF-SHA-512 and key commitment (AWS Encryption SDK, suite 0x0478); a name that is not here seals
// and opens nothing. The next one goes in here, and `keys reseal` brings what is kept under it.
import { KeyFault } from './key-fault.ts'

export interface CipherProfile {
  /** How much is encrypted, and authenticated before it comes out, at a time. */
  readonly frameBytes: number
}

const profiles: Readonly<Record<string, CipherProfile>> = {
  'aes-256-gcm-commit-v1': { frameBytes: 1024 * 1024 },
  /** A quarter of the memory for each stream, and as much less at risk in one frame. */
  'aes-256-gcm-commit-v2': { frameBytes: 256 * 1024 },
}

export const cipherProfileNames = Object.keys(profiles)

/** @throws {KeyFault} `profile.unknown` */
export function cipherProfile(name: string): CipherProfile {
  const found = Object.hasOwn(profiles, name) ? profiles[name] : undefined
  if (!found) throw new KeyFault('profile.unknown', `There is no cipher profile ${name}. Nothing is sealed or opened under it. There are ${cipherProfileNames.join(', ')}.`) // prettier-ignore
  return found
}
