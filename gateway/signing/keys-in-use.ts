// The keys that sign packages and certificates, as this process has them. It looks at their directory every few seconds, so that a
// successor is shown, and later signs, without a restart. What cannot be read, or was never shown, changes nothing: the key of before
// goes on signing, and the log says why.
import type { CertificateKey, PackageSigner } from '../../keys/signing-keys.ts'
import type { Successions } from '../../keys/succession.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../db.ts'
import type { Log } from '../log.ts'
import { announce, isSame, namesOf } from './announce.ts'
import { publish, type Published } from './published.ts'

export interface SigningKeysDeps {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  /** Reads the directory again. */
  readonly load: () => Promise<Successions>
  readonly ledgerDoubt: () => string | undefined
}

export interface SigningKeysInUse {
  readonly packages: PackageSigner
  readonly certificates: CertificateKey
  readonly published: Published
  /** At a start: records which keys sign, if that is not the ledger's latest word. */
  announce(): Promise<void>
  /** Looks at the directory now. @throws what reading it, or the ledger, throws */
  look(): Promise<void>
  start(): void
  /** Waits for a look that has begun. */
  stop(): Promise<void>
}

export const lookEveryMs = 5000

export function signingKeysInUse(deps: SigningKeysDeps, loaded: Successions): SigningKeysInUse {
  let current = loaded
  let timer: NodeJS.Timeout | undefined
  let said: string | undefined
  let looking = Promise.resolve()
  const look = async () => {
    if (deps.ledgerDoubt() !== undefined) return
    if (isSame(namesOf(publish(await deps.load())), namesOf(publish(current)))) return
    current = await announce(deps, { mustBeShown: true }) // what signs is named in the ledger first
    const names = namesOf(publish(current))
    deps.log.info('signing-keys.changed', { ...names })
  }
  const lookOrSay = () =>
    look().then(
      () => void (said = undefined),
      (error: unknown) => {
        const words = error instanceof Error ? error.message : String(error)
        if (words !== said) deps.log.error('signing-keys.look', { error })
        said = words
      },
    )
  return {
    get packages() { return current.packages.current },
    get certificates() { return current.certificates.current },
    get published() { return publish(current) },
    announce: async () => {
      current = await announce(deps, { mustBeShown: false })
    },
    look,
    start: () => {
      timer ??= setInterval(() => {
        looking = lookOrSay()
      }, lookEveryMs).unref()
    },
    stop: async () => {
      clearInterval(timer)
      await looking
    },
  } // prettier-ignore
}
