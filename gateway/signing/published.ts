// The gateway's public keys as it publishes them: those that sign, those that will, and those of before, whose signatures hold for
// ever. Whoever verifies chooses by fingerprint or `kid`.
import type { PublicJwk, Successions } from '../../keys/succession.ts'

interface State {
  readonly state: 'signs' | 'next' | 'before'
  /** Of one of before: the last day on which it signed. */
  readonly until?: string
}

export type PublishedPackageKey = State & { readonly fingerprint: string; readonly publicArmored: string }
export type PublishedCertificateKey = State & { readonly jwk: PublicJwk }

export interface Published {
  readonly packages: readonly PublishedPackageKey[]
  readonly certificates: readonly PublishedCertificateKey[]
}

/** RFC 7517 section 5. */
export interface JwkSet {
  readonly keys: readonly (PublicJwk & { readonly alg: 'EdDSA'; readonly use: 'sig' })[]
}

/** The one that signs first, then its successor, then the latest of before. */
export function publish({ packages, certificates }: Successions): Published {
  const publicOf = ({ fingerprint, publicArmored }: { fingerprint: string; publicArmored: string }) => ({ fingerprint, publicArmored }) // prettier-ignore
  return {
    packages: [
      { state: 'signs', ...publicOf(packages.current) },
      ...(packages.next ? [{ state: 'next', ...publicOf(packages.next) } as const] : []),
      ...packages.before.map(({ until, key }) => ({ state: 'before', until, ...key }) as const),
    ],
    certificates: [
      { state: 'signs', jwk: certificates.current.publicJwk },
      ...(certificates.next ? [{ state: 'next', jwk: certificates.next.publicJwk } as const] : []),
      ...certificates.before.map(({ until, key }) => ({ state: 'before', until, jwk: key }) as const),
    ],
  }
}

const words = {
  signs: 'signs packages and mail now',
  next: 'will sign; it does not sign yet',
  before: 'signed until',
} as const

/** What GnuPG imports whole: blocks, with a line before each that says which it is. */
export function armoredKeys({ packages }: Published): string {
  return packages
    .map(
      ({ state, until, fingerprint, publicArmored }) =>
        `${fingerprint} ${words[state]}${until === undefined ? '' : ` ${until}`}\n\n${publicArmored.trim()}\n`,
    ) // prettier-ignore
    .join('\n')
}

export function jwkSet({ certificates }: Published): JwkSet {
  return { keys: certificates.map(({ jwk }) => ({ ...jwk, alg: 'EdDSA', use: 'sig' })) }
}
