// Seals what is kept anew, under the cipher profile that its agreement now puts first. Judged, and the entry of the opening committed,
// before the key comes out; then the object is read once and written once, checked as it lies in the vault, and takes the place of the
// old one in one statement. At every instant the item's row names exactly one object that opens. Run again after a crash, it goes on
// under the same entry with an object of its own; what was left over is removed later, when nobody reads it any more.
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { KeyFaultCode } from '../../keys/key-fault.ts'
import { KeyFault } from '../../keys/key-fault.ts'
import { newItemKey, openItem, sealItem } from '../../keys/item.ts'
import type { KeyStore } from '../../keys/key-store.ts'
import { unwrapForOpening, type OpeningProof } from '../../keys/opening.ts'
import type { Clock } from '../clock.ts'
import type { Database, Transaction } from '../db.ts'
import { gatewayProcess } from '../decisions/gateway-process.ts'
import { policyHash, type Judge } from '../decisions/judge.ts'
import { stateConflict } from '../http/problem.ts'
import { record } from '../http/mount.ts'
import { holdStoreInUse } from '../key-store-in-use.ts'
import type { Vault } from '../vault.ts'
import { factsOfHeld, lockHeld, type Held } from './held.ts'
import { sealingContext } from './item.ts'
import { keepShelf } from './move.ts'
import { endAttempt, findLeftObjects, findRunning, insertAttempt, markCleared, putObject, type Attempt, type SealedAnew } from './reseal-store.ts' // prettier-ignore
import { findItem } from './store.ts'

export interface ResealDeps {
  readonly db: Database
  readonly clock: Clock
  readonly judge: Judge
  readonly vault: Vault
  readonly keyStore: KeyStore
  readonly exchanges: {
    find(agreement: string, exchange: string, now: Date): { readonly cipherProfile: string } | undefined
  }
  readonly proofOf: (entryId: string) => OpeningProof
}

interface Planned {
  readonly held: Held
  readonly attempt: Attempt
}

/** @throws what broke; a later run goes on. Nothing to do where the item is destroyed, or under the profile already. */
export async function resealItem(deps: ResealDeps, itemId: string, to: string): Promise<void> {
  const planned = await deps.db.withTransaction((tx) => plan(deps, tx, itemId, to))
  if (!planned) return
  const { toObject } = planned.attempt
  try {
    const made = await sealAnew(deps, planned)
    await deps.db.withTransaction((tx) => keep(deps, tx, planned, made))
  } catch (error) {
    // A commit that nobody confirmed may have been kept, and then its object must stay.
    if (await isKept(deps, planned)) return
    await deps.vault.remove(toObject)
    await recordDamage(deps, planned, error)
    throw error
  }
}

async function plan(
  deps: ResealDeps,
  tx: Transaction,
  itemId: string,
  to: string,
): Promise<Planned | undefined> {
  const seen = await findItem(tx, itemId)
  if (!seen) return undefined
  const held = await lockHeld(tx, itemId)
  if (held?.item.status.state !== 'sealed' || held.item.cipherProfile === to) return undefined
  const now = deps.clock()
  const exchange = deps.exchanges.find(held.agreement, held.exchange, now)
  if (exchange?.cipherProfile !== to) throw new Error(`${held.agreement} ${held.exchange} is sealed under ${exchange?.cipherProfile ?? 'nothing'}, and not under ${to}`) // prettier-ignore
  const { permit, said } = await judged(deps, tx, held, now)
  const before = await findRunning(tx, itemId)
  if (before) await endAttempt(tx, before.id, 'given-up', now)
  const { vaultObject: fromObject, cipherProfile: fromProfile } = held.item
  const id = randomUUID()
  // The entry of an attempt that came to nothing lets the key out of the same opening still.
  const resumed = before?.fromObject === fromObject && before.toProfile === to ? before : undefined
  const entryId = resumed?.entryId ?? (await record(tx, [{ ...said, type: 'item.resealed', detail: { collection: id, from: fromProfile, to } }], now))[0].entryId // prettier-ignore
  const attempt = { id, itemId, entryId, fromObject, toObject: randomBytes(24).toString('hex'), fromProfile, toProfile: to } // prettier-ignore
  await insertAttempt(tx, permit, { ...attempt, startedAt: now, ...(resumed && { resumes: resumed.id }) })
  return { held, attempt }
}

/** The same act that moves a key to another shelf: nothing changes but how it is kept. */
async function judged({ judge }: ResealDeps, tx: Transaction, held: Held, now: Date) {
  const facts = await factsOfHeld(tx, gatewayProcess, held, now)
  const { permit, decisionId } = await judge.judgeProcess({ tx, now }, 'move-key', facts)
  const { item } = held
  const said = {
    actor: { kind: 'process', name: 'worker' },
    correlation: item.id,
    agreement: held.agreement,
    subjects: [{ kind: 'item', id: item.id }, item.of],
    decision: decisionId,
    policy: policyHash(permit.pack),
    clauses: [...permit.tested],
  } as const
  return { permit, said }
}

async function sealAnew(deps: ResealDeps, { held: { item }, attempt }: Planned): Promise<SealedAnew> {
  if (item.status.state !== 'sealed') throw new Error('only what is sealed is sealed anew')
  const context = sealingContext(item)
  const opened = await unwrapForOpening(deps.keyStore, item.shelfRef, item.status.wrappedKey, context, deps.proofOf(attempt.entryId)) // prettier-ignore
  const plaintext = openItem(deps.vault.read(item.vaultObject), {
    itemKey: opened,
    itemId: item.id,
    context,
    ciphertextSha256: Buffer.from(item.ciphertextSha256).toString('hex'),
    profile: attempt.fromProfile,
  })
  const itemKey = newItemKey()
  try {
    const { ciphertext, sealed } = sealItem(plaintext, { itemKey, itemId: item.id, context, profile: attempt.toProfile }) // prettier-ignore
    await deps.vault.write(attempt.toObject, ciphertext)
    const measured = await sealed
    if (measured.plaintextBytes !== item.plaintextBytes) throw new KeyFault('item.altered', 'What was opened is not as long as what was sealed.') // prettier-ignore
    await mustLieThere(deps, attempt.toObject, measured.ciphertextSha256)
    return {
      vaultObject: attempt.toObject,
      ciphertextSha256: measured.ciphertextSha256,
      ciphertextBytes: measured.ciphertextBytes,
      cipherProfile: attempt.toProfile,
      wrappedKey: await deps.keyStore.wrap(item.shelfRef, itemKey, context),
    }
  } finally {
    itemKey.wipe()
  }
}

/** Read back before the old object is given up. */
async function mustLieThere({ vault }: ResealDeps, name: string, sha256: string): Promise<void> {
  const hash = createHash('sha256')
  for await (const chunk of vault.read(name)) hash.update(chunk as Buffer)
  if (hash.digest('hex') !== sha256) throw new KeyFault('item.altered', 'What lies in the vault is not what was written. The item stays as it was.') // prettier-ignore
}

async function keep(
  deps: ResealDeps,
  tx: Transaction,
  { held: planned, attempt }: Planned,
  made: SealedAnew,
): Promise<void> {
  const now = deps.clock()
  await holdStoreInUse(tx, deps.keyStore)
  await keepShelf(tx, planned.item.shelfRef)
  const held = await lockHeld(tx, planned.item.id)
  if (!held) throw new Error('an item that was opened is not there any more')
  const { permit, said } = await judged(deps, tx, held, now)
  if (!(await endAttempt(tx, attempt.id, 'kept', now)) || !(await putObject(tx, permit, planned.item, made)))
    throw stateConflict('Something else has just happened to this item.')
  const { ciphertextSha256: sha256, ciphertextBytes: sizeBytes } = made
  const { shelfRef: shelf, destroyOn, rowCount: rows } = held.item
  await record(tx, [{ ...said, type: 'item.sealed', detail: { sha256, sizeBytes, shelf, destroyOn, rows } }], now) // prettier-ignore
}

/** The lock waits for a commit that is still on its way. */
async function isKept({ db }: ResealDeps, { held, attempt }: Planned): Promise<boolean> {
  return db.withTransaction(async (tx) => {
    const found = await lockHeld(tx, held.item.id)
    return found?.item.vaultObject === attempt.toObject
  })
}

const damage: readonly KeyFaultCode[] = ['item.altered', 'item.truncated', 'item.wrong-context']

/** What is damaged is an incident, whoever finds it, and stays under its old profile. */
async function recordDamage(deps: ResealDeps, { held: { item } }: Planned, error: unknown): Promise<void> {
  if (!(error instanceof KeyFault) || !damage.includes(error.code)) return
  const found = error.code
  await deps.db.withTransaction(
    (tx) =>
    record(tx, [{ type: 'incident.raised', actor: { kind: 'process', name: 'worker' }, correlation: item.id, subjects: [{ kind: 'item', id: item.id }, item.of], detail: { kind: 'object-damaged', found } }], deps.clock()), // prettier-ignore
  )
}

/** Whoever began to collect the old object may still read it. */
const readersMs = 10 * 60_000

/** Removes what attempts left in the vault; of a destroyed item everything, at once. @returns how many objects */
export async function clearLeftObjects({
  db,
  clock,
  vault,
}: Pick<ResealDeps, 'db' | 'clock' | 'vault'>): Promise<number> {
  const now = clock()
  let cleared = 0
  for (const { id, objects } of await findLeftObjects(db, new Date(now.getTime() - readersMs))) {
    for (const name of objects) await vault.remove(name)
    await db.withTransaction((tx) => markCleared(tx, id, now))
    cleared += objects.length
  }
  return cleared
}
