// `concordat keys rotate` and `retire` for the keys that sign packages and certificates, while the gateway serves: the successor is
// shown, and signs when the older key is retired, which is refused until everybody had time to get it.
import { beginSuccession, endSuccession, type Succeeding } from '../../keys/succession.ts'
import { londonDate } from '../../policies/calendar.ts'
import { systemClock } from '../clock.ts'
import { parseKeyConfig, parseMoveConfig, processEnvironment } from '../config.ts'
import { foldersOf, PACKAGE_KEY_OWNER } from '../key-directory.ts'
import type { Announced } from '../signing/announce.ts'
import { UsageFault } from './failure.ts'

/** No agreement says how long a successor is shown before it signs; this is a local default. */
const shownDays = 7
const dayMs = 86_400_000

export async function rotateSuccession(which: Succeeding): Promise<string> {
  const { keyDirectory, mailFrom } = parseKeyConfig(processEnvironment())
  const owner = { name: PACKAGE_KEY_OWNER, email: mailFrom, at: systemClock() }
  const made = await beginSuccession(foldersOf(keyDirectory).signing, which, owner)
  return [
    `Made the next key for ${which}. It does not sign yet.`,
    `  ${made}`,
    'A gateway that runs shows it within seconds, on the page Keys and over the API. No restart is needed.',
    `Give it to everybody who verifies. When all have it: keys retire ${which} --keep ${made}`,
    '',
  ].join('\n')
}

export async function retireSuccession(which: Succeeding, keep: string, atOnce: boolean): Promise<string> {
  const { keyDirectory } = parseKeyConfig(processEnvironment())
  const { databaseUrl } = parseMoveConfig(processEnvironment())
  const { openDatabase } = await import('../db.ts')
  const { findAnnounced } = await import('../signing/announce.ts')
  const db = openDatabase(databaseUrl, { applicationName: 'concordat-retire', maxConnections: 1 })
  try {
    mustBeShown(await findAnnounced(db), which, keep, atOnce)
  } finally {
    await db.close()
  }
  const now = systemClock()
  await endSuccession(foldersOf(keyDirectory).signing, which, londonDate(now))
  return [
    `The older key is destroyed. What it signed stays verifiable: its public half is kept and shown.`,
    'A gateway and a worker that run sign with the newer key within seconds. No restart is needed.',
    '',
  ].join('\n')
}

/** @param looks the ledger's, the latest first */
function mustBeShown(looks: readonly Announced[], which: Succeeding, keep: string, atOnce: boolean): void {
  const [latest] = looks
  // Broken off when the older one had made room, and run again: it signs already.
  if (latest?.[which] === keep) return
  const nextOf = (of: Announced | undefined) => of?.[which === 'packages' ? 'packagesNext' : 'certificatesNext']
  if (nextOf(latest) !== keep) throw new UsageFault(`No gateway shows ${keep} as the next key for ${which}${nextOf(latest) === undefined ? '' : `; it shows ${nextOf(latest)}`}. A gateway must run, and shows a new key within seconds. Nothing was changed.`) // prettier-ignore
  const first = looks.findLast((look) => nextOf(look) === keep)
  const shownForDays = first ? (systemClock().getTime() - first.at.getTime()) / dayMs : 0
  if (!atOnce && shownForDays < shownDays) throw new UsageFault(`This key was first shown ${first ? first.at.toISOString() : 'just now'}. It signs after ${shownDays} days (a local default), so that everybody can get it. If the older key was stolen, say --at-once. Nothing was changed.`) // prettier-ignore
} // prettier-ignore
