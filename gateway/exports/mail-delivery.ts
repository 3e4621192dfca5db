// Sends each delivery to the mailbox that the clause names (hmpps-2025/20-address): as a message that only the members of the
// team can read, each with their own key, or as a notice and a link. Decided afresh for the address and for each person; entries
// first, then the key, then the mail server. Whatever breaks, it is owed until the server took it; the message keeps its id.
import { randomUUID } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import type { LedgerEvent } from '../../audit/events.ts'
import { encryptForAll } from '../../keys/openpgp-message.ts'
import type { Permit } from '../../policies/decide.ts'
import type { Config } from '../config.ts'
import type { Transaction } from '../db.ts'
import { gatewayProcess } from '../decisions/gateway-process.ts'
import { policyHash } from '../decisions/judge.ts'
import { record } from '../http/mount.ts'
import type { Item } from '../retention/item.ts'
import { findItemOfDelivery } from '../retention/store.ts'
import { sealMail, type SendSealed } from '../sealed-mail.ts'
import type { ExportDeps } from './act.ts'
import { openCopy, type OpenDeps } from './copy.ts'
import { isSent, type SentDelivery } from './delivery.ts'
import { factsOf } from './facts.ts'
import { mailboxWords, messageWords } from './mail-words.ts'
import { decideReaders, type Reader } from './mail-readers.ts'
import { insertOpening, lockMail, markMailed, type DeliveryMail, type NoticeReason } from './mail-store.ts'
import { tell } from './notices.ts'
import { findDelivery } from './store.ts'

export interface MailDeliveryDeps extends ExportDeps, OpenDeps {
  readonly config: Pick<Config, 'mailFrom' | 'exportMail'>
  readonly sendSealed: SendSealed
  /** Rejects while the mail server takes nothing. */
  readonly mailServerAnswers: () => Promise<void>
}

/** What one opening of the copy is for. */
interface Planned {
  readonly mail: DeliveryMail
  readonly delivery: SentDelivery
  readonly address: string
  readonly copy: Item
  readonly opening: string
  readonly readers: readonly Reader[]
  /** The entry that lets the key out. */
  readonly entryId: string
}

/**
 * Who may read is decided again at each try, and each try that gets as far as the server opens the copy again: the message is
 * kept nowhere in between, where it would outlive its readers' leaving.
 *
 * @throws what broke; the mail stays owed
 */
export async function mailDelivery(deps: MailDeliveryDeps, deliveryId: string): Promise<void> {
  if (deps.config.exportMail.form === 'message') await deps.mailServerAnswers()
  const planned = await deps.db.withTransaction((tx) => plan(deps, tx, deliveryId))
  if (!planned) return
  try {
    const raw = await sealMessage(deps, planned)
    await deps.db.withTransaction((tx) => handOver(deps, tx, planned, raw))
  } catch (error) {
    await deps.db.withTransaction((tx) => recordBroken(deps, tx, planned))
    throw error
  }
}

async function plan(deps: MailDeliveryDeps, tx: Transaction, id: string): Promise<Planned | undefined> {
  const mail = await lockMail(tx, id)
  const delivery = await findDelivery(tx, id)
  if (!mail || mail.sent || !isSent(delivery)) return undefined
  const judged = await judgeMailbox(deps, tx, id)
  const { address } = deps.concernsExport
  const copy = await findItemOfDelivery(tx, id)
  if (address === undefined || !copy) throw new Error('a permit was given without an address or a copy')
  const said = saidOf(deps, judged, delivery, copy)
  const preferred = whyNotice(deps, copy)
  const readers = preferred ? [] : await decideReaders(deps, tx, { delivery, copy, mailId: mail.id })
  const reason = preferred ?? (readers.length === 0 ? 'nobody-has-a-key' : undefined)
  if (reason !== undefined) return notify(deps, tx, judged.permit, { said, delivery, address, reason })
  const opening = randomUUID()
  const now = deps.clock()
  await insertOpening(tx, judged.permit, { id: opening, deliveryId: id, itemId: copy.id, openedAt: now })
  const detail = { collection: opening, people: readers.length }
  const [entry] = await record(tx, [{ ...said, type: 'item.mailed', detail }, ...readers.map(({ event }) => event)], now) // prettier-ignore
  return { mail, delivery, address, copy, opening, readers, entryId: entry.entryId }
}

/** The same act that sealed it: making a package, for that recipient at that address. */
async function judgeMailbox(deps: MailDeliveryDeps, tx: Transaction, id: string) {
  const now = deps.clock()
  const { cipherProfile } = deps.concernsExport
  const facts = await factsOf(tx, deps.concernsExport, gatewayProcess, now, { id, cipherProfile })
  return deps.judge.judgeProcess({ tx, now }, 'pack', facts)
}

type Said = Omit<LedgerEvent, 'type' | 'detail'>

function saidOf(
  { concernsExport }: MailDeliveryDeps,
  { permit, decisionId }: { readonly permit: Permit; readonly decisionId: string },
  { id }: SentDelivery,
  copy: Item,
): Said {
  return {
    actor: { kind: 'process', name: 'worker' },
    subjects: [
      { kind: 'delivery', id },
      { kind: 'item', id: copy.id },
    ],
    correlation: copy.id,
    agreement: concernsExport.agreement,
    decision: decisionId,
    policy: policyHash(permit.pack),
    clauses: [...permit.tested],
  }
}

/** Base64 inside the encryption and armour around it: each adds a third and its line ends. */
const wireFactor = (4 / 3) ** 2 * 1.05

function whyNotice({ config }: MailDeliveryDeps, copy: Item): NoticeReason | undefined {
  if (copy.status.state === 'destroyed') return 'destroyed'
  if (config.exportMail.form === 'notice') return 'preferred'
  return copy.plaintextBytes * wireFactor > config.exportMail.mostBytes ? 'too-large' : undefined
}

/** Its own row and job in the outbox, in the transaction that says so. */
async function notify(
  deps: MailDeliveryDeps,
  tx: Transaction,
  permit: Permit,
  { said, delivery, address, reason }: { readonly said: Said; readonly delivery: SentDelivery; readonly address: string; readonly reason: NoticeReason }, // prettier-ignore
): Promise<undefined> {
  const now = deps.clock()
  await tell(deps, { tx, now }, [address], mailboxWords(delivery, reason))
  await markMailed(tx, permit, delivery.id, { form: 'notice', reason }, now)
  const detail = { delivery: delivery.number, form: 'notice', reason }
  await record(tx, [{ ...said, type: 'concerns-export.mailed', detail }], now)
}

async function sealMessage(deps: MailDeliveryDeps, planned: Planned): Promise<Buffer> {
  const { mail, delivery, address, copy, readers, entryId } = planned
  const plaintext = await openCopy(deps, copy, entryId)
  const bytes = await buffer(plaintext)
  const words = messageWords(delivery, deps)
  const recipientsArmored = readers.map(({ armored }) => armored)
  return sealMail(
    { id: mail.id, from: deps.config.mailFrom, to: address, date: delivery.sentAt, ...words, attachment: { name: `delivery-${delivery.number}.zip`, bytes } },
    (entity) => encryptForAll(entity, { recipientsArmored, signer: deps.signingKeys.packages, at: deps.clock() }),
  ) // prettier-ignore
}

/** Under the row's lock, and only the latest opening: two workers hand one message over. */
async function handOver(
  deps: MailDeliveryDeps,
  tx: Transaction,
  planned: Planned,
  raw: Buffer,
): Promise<void> {
  const { delivery, address, copy, opening, readers } = planned
  const mail = await lockMail(tx, delivery.id)
  if (!mail || mail.sent || mail.opening !== opening) return
  const judged = await judgeMailbox(deps, tx, delivery.id)
  await deps.sendSealed({ id: mail.id, from: deps.config.mailFrom, to: address, raw })
  const now = deps.clock()
  await markMailed(tx, judged.permit, delivery.id, { form: 'message', people: readers.length }, now)
  const detail = { delivery: delivery.number, form: 'message', people: readers.length }
  await record(tx, [{ ...saidOf(deps, judged, delivery, copy), type: 'concerns-export.mailed', detail }], now)
}

/** So that an opening that came to nothing accounts for itself. */
async function recordBroken(deps: MailDeliveryDeps, tx: Transaction, { delivery, copy, opening }: Planned) {
  const subjects = [
    { kind: 'delivery', id: delivery.id },
    { kind: 'item', id: copy.id },
  ] as const
  const detail = { reason: 'not-mailed', channel: 'mail', collection: opening }
  await record(tx, [{
    type: 'delivery.failed', actor: { kind: 'process', name: 'worker' }, subjects, correlation: copy.id,
    agreement: deps.concernsExport.agreement, detail,
  }], deps.clock()) // prettier-ignore
}
