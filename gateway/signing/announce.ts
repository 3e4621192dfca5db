// Which keys sign packages and certificates is in the ledger, and no process changes to one that the ledger has not named before.
import { z } from 'zod'
import { readLog } from '../../audit/log.ts'
import type { Successions } from '../../keys/succession.ts'
import type { Clock } from '../clock.ts'
import type { Database, Queryable } from '../db.ts'
import { record } from '../http/mount.ts'
import { publish, type Published } from './published.ts'

/** By fingerprint and `kid`. */
const announcement = z.object({
  packages: z.string(),
  packagesNext: z.string().optional(),
  packagesBefore: z.array(z.string()),
  certificates: z.string(),
  certificatesNext: z.string().optional(),
  certificatesBefore: z.array(z.string()),
})
export type Announcement = z.output<typeof announcement>
export type Announced = Announcement & { readonly at: Date }

const type = 'signing-keys.announced'
const keptLooks = 100

export function namesOf({ packages, certificates }: Published): Announcement {
  const p = (state: string) => packages.filter((key) => key.state === state).map(({ fingerprint }) => fingerprint)
  const c = (state: string) => certificates.filter((key) => key.state === state).map(({ jwk }) => jwk.kid)
  const [packagesNext, certificatesNext] = [p('next')[0], c('next')[0]]
  return {
    packages: String(p('signs')[0]),
    ...(packagesNext !== undefined && { packagesNext }),
    packagesBefore: p('before'),
    certificates: String(c('signs')[0]),
    ...(certificatesNext !== undefined && { certificatesNext }),
    certificatesBefore: c('before'),
  }
} // prettier-ignore

/** The latest first. */
export async function findAnnounced(db: Queryable): Promise<Announced[]> {
  const { lines } = await readLog(db, { type }, { limit: keptLooks })
  return lines.map(({ at, detail }) => ({ ...announcement.parse(detail), at: new Date(at) }))
}

/** True where the ledger has shown each key before it signs, or says already that it signs. */
function hasShown(looks: readonly Announcement[], { packages, certificates }: Announcement): boolean {
  if (looks.length === 0) return true
  return (
    looks.some((look) => [look.packages, look.packagesNext].includes(packages)) &&
    looks.some((look) => [look.certificates, look.certificatesNext].includes(certificates))
  )
}

export interface AnnounceDeps {
  readonly db: Database
  readonly clock: Clock
  /** Reads the directory; asked while no other process can announce, so that nobody records what is past. */
  readonly load: () => Promise<Successions>
}

/**
 * Records which keys there are, unless the latest entry says the same; of processes that see a change at once, one does.
 *
 * @param mustBeShown whether a key that no entry has shown may not sign
 * @returns what was read, when its entry is committed
 * @throws {Error} where it would sign and was never shown; and what reading throws
 */
export async function announce(
  { db, clock, load }: AnnounceDeps,
  { mustBeShown }: { readonly mustBeShown: boolean },
): Promise<Successions> {
  return db.withTransaction(async (tx) => {
    await tx.query(`select pg_advisory_xact_lock(hashtext('concordat signing keys'))`)
    const found = await load()
    const detail = namesOf(publish(found))
    const looks = await findAnnounced(tx)
    if (mustBeShown && !hasShown(looks, detail)) throw new Error('A key would sign that was never shown: nothing was changed, and the key of before signs. Put the key directory back as it was, or use keys rotate and keys retire.') // prettier-ignore
    if (looks[0] === undefined || !isSame(looks[0], detail))
      await record(tx, [{ type, actor: { kind: 'process', name: 'gateway' }, subjects: [], correlation: 'signing-keys', detail }], clock()) // prettier-ignore
    return found
  })
}

export function isSame(a: Announcement, b: Announcement): boolean {
  const text = (of: Announcement) => JSON.stringify(announcement.parse(of)) // zod keeps the order of its shape
  return text(a) === text(b)
}
