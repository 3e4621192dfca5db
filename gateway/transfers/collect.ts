// Collecting: a fresh decision, an entry, the commit; only then the item's key comes out, and the package is streamed from
// the vault to the collector's own OpenPGP key, signed by the gateway (hmpps-2025/16-encryption). Nothing is kept readable.
import { randomUUID } from 'node:crypto'
import { encryptForRecipient } from '../../keys/package-pgp.ts'
import type { SigningKeysInUse } from '../signing/keys-in-use.ts'
import { openItem } from '../../keys/item.ts'
import { KeyFault, type KeyFaultCode } from '../../keys/key-fault.ts'
import type { KeyStore } from '../../keys/key-store.ts'
import { unwrapForOpening, type OpeningProof } from '../../keys/opening.ts'
import { refused, type Outcome } from '../decisions/judge.ts'
import type { PersonContext, Streamed } from '../http/endpoint.ts'
import { Problem } from '../http/problem.ts'
import { findEnrolledKey } from '../people/store.ts'
import { startCopyDuties, type CopyDuties } from '../retention/copy-duties.ts'
import { sealingContext, type Item } from '../retention/item.ts'
import { findItemOf, insertCollection } from '../retention/store.ts'
import type { Vault } from '../vault.ts'
import { entryBase, type ActDeps } from './act.ts'
import { lockVisible } from './approve.ts'
import { factsOf } from './facts.ts'
import { findTransfer, move } from './store.ts'

export interface CollectDeps extends ActDeps {
  readonly vault: Pick<Vault, 'read'>
  readonly keyStore: Pick<KeyStore, 'unwrap'>
  readonly signingKeys: Pick<SigningKeysInUse, 'packages'>
  readonly clock: () => Date
  readonly copyDuties: CopyDuties
  /** Confirms, outside the transaction that wrote it, that an entry is there to stay. */
  readonly proofOf: (entryId: string) => OpeningProof
}

export async function collectTransfer(
  deps: CollectDeps,
  context: PersonContext,
  id: string,
): Promise<Outcome<Streamed>> {
  const transfer = await lockVisible(deps, context, id)
  const item = await heldItem(context, id)
  const judged = await deps.judge.judge(
    context,
    'collect',
    await factsOf(context.tx, context.person, transfer, context.now, openingFacts(item)),
  )
  if (judged.outcome === 'refusal') return refused(judged)
  await move(context.tx, judged.permit, transfer, 'collect', context.now)
  const key = await findEnrolledKey(context.tx, context.person.id)
  if (!item || !key) throw new Error('a permit to collect was given without an item or a key')
  const collection = {
    id: randomUUID(),
    itemId: item.id,
    personId: context.person.id,
    keyFingerprint: key.fingerprint,
    collectedAt: context.now,
  }
  await insertCollection(context.tx, collection)
  await startCopyDuties(context.tx, deps.copyDuties, { ...collection, transferId: transfer.id, destroyOn: item.destroyOn }) // prettier-ignore
  const base = entryBase(context, transfer, judged)
  const said = { ...base, subjects: [...base.subjects, { kind: 'item', id: item.id } as const] }
  const event = {
    ...said,
    type: 'item.collected',
    detail: { collection: collection.id, fingerprint: key.fingerprint },
  } as const
  const value: Streamed = {
    filename: `${transfer.reference}.pgp`,
    contentType: 'application/pgp-encrypted',
    open: ({ entries }, signal) =>
      openPackage(deps, item, key.armored, deps.proofOf(entries[0].entryId), signal),
    onBroken: (reason) => ({
      ...said,
      type: 'delivery.failed',
      detail: { reason, collection: collection.id },
    }),
    isStillPermitted: (then) => isStillPermitted(deps, then, id, key.fingerprint),
    incidentOf: (cause) => {
      const found = damageIn(cause)
      return found && { ...said, type: 'incident.raised', detail: { kind: 'object-damaged', found } }
    },
  }
  return { kind: 'done', value, events: [event] }
}

/** Decided as it would be now, and not kept: the decision that let it begin is. */
async function isStillPermitted(
  deps: CollectDeps,
  { tx, now, person }: Pick<PersonContext, 'tx' | 'now' | 'person'>,
  transferId: string,
  fingerprint: string,
): Promise<boolean> {
  const transfer = await findTransfer(tx, transferId)
  const item = await findItemOf(tx, transferId)
  const key = await findEnrolledKey(tx, person.id)
  if (!transfer || item?.status.state !== 'sealed' || key?.fingerprint !== fingerprint) return false
  const facts = await factsOf(tx, person, transfer, now, openingFacts(item))
  return deps.judge.rehearse('collect', facts).outcome === 'permit'
}

const damage: readonly KeyFaultCode[] = ['item.altered', 'item.truncated', 'item.wrong-context']

/** What is wrong with the sealed object, wherever in the chain of causes it is said. */
function damageIn(cause: unknown): KeyFaultCode | undefined {
  if (cause instanceof KeyFault && damage.includes(cause.code)) return cause.code
  return cause instanceof Error && cause.cause !== undefined ? damageIn(cause.cause) : undefined
}

/** @throws {Problem} `item.destroyed` */
async function heldItem(context: PersonContext, transferId: string): Promise<Item | undefined> {
  const item = await findItemOf(context.tx, transferId)
  if (item?.status.state !== 'destroyed') return item
  throw new Problem('item.destroyed', `It was due on ${item.destroyOn}. Its certificate is with the request.`)
}

/** What the rules ask about the item itself; the grant ends with the data. */
export function openingFacts(item: Item | undefined) {
  return item && { cipherProfile: item.cipherProfile, destroyOn: item.destroyOn, grantUntil: item.destroyOn }
}

async function openPackage(
  deps: CollectDeps,
  item: Item,
  recipientArmored: string,
  proof: OpeningProof,
  signal: AbortSignal,
) {
  if (item.status.state !== 'sealed') throw new Error('only a sealed item opens')
  const context = sealingContext(item)
  const itemKey = await unwrapForOpening(deps.keyStore, item.shelfRef, item.status.wrappedKey, context, proof)
  const ciphertext = deps.vault.read(item.vaultObject)
  signal.addEventListener('abort', () => ciphertext.destroy(), { once: true })
  const plaintext = openItem(ciphertext, {
    itemKey,
    itemId: item.id,
    context,
    profile: item.cipherProfile,
    ciphertextSha256: Buffer.from(item.ciphertextSha256).toString('hex'),
  })
  return encryptForRecipient(plaintext, {
    recipientArmored,
    signer: deps.signingKeys.packages,
    at: deps.clock(),
  })
}
