// Which keys sign packages and certificates is in the ledger, and no process changes to one that the ledger has not named before.
import { z } from 'zod'
import { readLog } from '../../audit/log.ts'
import type { Clock } from '../clock.ts'
import type { Database, Queryable } from '../db.ts'
import { record } from '../http/mount.ts'
import type { Published } from './published.ts'

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

/** True where the ledger's latest word has shown a key before, or it signs already. */
export function hasShown(latest: Announcement | undefined, names: Announcement): boolean {
  if (latest === undefined) return true
  return (
    [latest.packages, latest.packagesNext].includes(names.packages) &&
    [latest.certificates, latest.certificatesNext].includes(names.certificates)
  )
}

/** Records it unless the latest entry says the same; of processes that see a change at once, one does. @returns the entry before it */
export async function announce(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  published: Published,
): Promise<void> {
  const detail = namesOf(published)
  await db.withTransaction(async (tx) => {
    await tx.query(`select pg_advisory_xact_lock(hashtext('concordat signing keys'))`)
    const [latest] = await findAnnounced(tx)
    if (latest !== undefined && isSame(latest, detail)) return
    await record(tx, [{ type, actor: { kind: 'process', name: 'gateway' }, subjects: [], correlation: 'signing-keys', detail }], clock()) // prettier-ignore
  })
}

export function isSame(a: Announcement, b: Announcement): boolean {
  const text = (of: Announcement) => JSON.stringify(announcement.parse(of)) // zod keeps the order of its shape
  return text(a) === text(b)
}
