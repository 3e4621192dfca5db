// A trust policy (C2SP tlog-policy): which logs and witnesses are known, and which of the witnesses must have cosigned a
// checkpoint for it to count. Byte format, one item a line, separated by spaces and tabs:
//   log <vkey> [url] | witness <name> <vkey> [url] | group <name> all|any|<k> <member> ... | quorum <name>|none
// A comment begins with # at the beginning of a line, and, as others write it, after an item. No Node API.
import { sameBytes } from './bytes.ts'
import type { SignedCheckpoint } from './checkpoint.ts'
import { parseTimestamped } from './cosignature.ts'
import { canCosign, canSignLogs, COSIGNATURE_V1, ED25519, NoteRefused, openNote, parseVerifierKey, verifierKey, type VerifierKey } from './note.ts' // prettier-ignore

export interface PolicyLog {
  readonly key: VerifierKey
  readonly url: string | undefined
}

export interface PolicyWitness {
  /** Means something within the policy alone. */
  readonly name: string
  readonly key: VerifierKey
  /** Where the witness takes checkpoints: the submission prefix of C2SP tlog-witness. */
  readonly url: string | undefined
}

export interface Policy {
  /** Empty where the log is known from elsewhere. */
  readonly logs: readonly PolicyLog[]
  readonly witnesses: readonly PolicyWitness[]
  readonly quorum: Quorum
}

export type Quorum =
  | { readonly kind: 'none' }
  | { readonly kind: 'witness'; readonly name: string }
  | {
      readonly kind: 'group'
      readonly name: string
      readonly threshold: number
      readonly members: readonly Quorum[]
    }

/** Nobody is asked, as a line `quorum none` says. */
export const NO_POLICY: Policy = { logs: [], witnesses: [], quorum: { kind: 'none' } }

export class PolicyMalformed extends Error {}

const RESERVED = new Set(['none', 'all', 'any'])
const LIMIT = 1000

/** @throws {PolicyMalformed} naming the line */
export async function parsePolicy(text: string): Promise<Policy> {
  // C2SP tlog-policy, "Character set": of the control characters only tab and newline.
  if (/[\x00-\x08\x0b-\x1f\x7f]/.test(text)) throw new PolicyMalformed('The policy is not plain text.')
  const policy: Draft = { logs: [], witnesses: [], named: new Map(), members: new Set(), quorum: undefined }
  const lines = text.split('\n')
  if (lines.length > LIMIT) throw new PolicyMalformed(`The policy has more than ${LIMIT} lines.`)
  for (const [i, line] of lines.entries()) {
    const fields = line.split(/[ \t]+/).filter((field) => field !== '')
    const comment = fields.findIndex((field) => field.startsWith('#'))
    const [kind, ...rest] = comment < 0 ? fields : fields.slice(0, comment)
    if (kind === undefined) continue
    try {
      await takeLine(policy, kind, rest)
    } catch (error) {
      if (!(error instanceof PolicyMalformed || error instanceof NoteRefused)) throw error
      throw new PolicyMalformed(`Line ${i + 1} of the policy: ${error.message}`)
    }
  }
  const { logs, witnesses, quorum } = policy
  if (!quorum) throw new PolicyMalformed('The policy has no quorum line.')
  return { logs, witnesses, quorum }
}

interface Draft {
  readonly logs: PolicyLog[]
  readonly witnesses: PolicyWitness[]
  readonly named: Map<string, Quorum>
  /** Names that are a member of a group already. */
  readonly members: Set<string>
  quorum: Quorum | undefined
}

async function takeLine(policy: Draft, kind: string, fields: readonly string[]): Promise<void> {
  switch (kind) {
    case 'log':
      return takeLog(policy, fields)
    case 'witness':
      return takeWitness(policy, fields)
    case 'group':
      takeGroup(policy, fields)
      return
    case 'quorum':
      takeQuorum(policy, fields)
      return
    default:
      throw new PolicyMalformed(`${kind} is not log, witness, group or quorum.`)
  }
}

async function takeLog(policy: Draft, [vkey, url, ...more]: readonly string[]): Promise<void> {
  if (vkey === undefined || more.length > 0) throw new PolicyMalformed('A log is written: log <vkey> [url].')
  const key = await parseVerifierKey(vkey)
  if (!canSignLogs(key)) throw new PolicyMalformed('This is the key of a witness, not of a log.')
  refuseTwice(policy.logs, key)
  policy.logs.push({ key, url })
}

async function takeWitness(policy: Draft, [name, vkey, url, ...more]: readonly string[]): Promise<void> {
  if (name === undefined || vkey === undefined || more.length > 0)
    throw new PolicyMalformed('A witness is written: witness <name> <vkey> [url].')
  requireFree(policy, name)
  const key = await cosigningKey(await parseVerifierKey(vkey))
  refuseTwice(policy.witnesses, key)
  policy.witnesses.push({ name, key, url })
  policy.named.set(name, { kind: 'witness', name })
}

/** Some write a witness's key with the type of a plain Ed25519 key; it signs cosignatures all the same. */
async function cosigningKey(key: VerifierKey): Promise<VerifierKey> {
  const own = key.type === ED25519 ? await verifierKey(key.name, COSIGNATURE_V1, key.publicKey) : key
  if (!canCosign(own)) throw new PolicyMalformed('This is not the key of a witness.')
  return own
}

function takeGroup(policy: Draft, [name, threshold, ...names]: readonly string[]): void {
  if (name === undefined || threshold === undefined || names.length === 0)
    throw new PolicyMalformed('A group is written: group <name> all|any|<number> <member> ….')
  requireFree(policy, name)
  const members = names.map((member) => {
    const known = policy.named.get(member)
    if (!known) throw new PolicyMalformed(`${member} is not defined before this line.`)
    if (policy.members.has(member)) throw new PolicyMalformed(`${member} is a member already.`)
    policy.members.add(member)
    return known
  })
  policy.named.set(name, { kind: 'group', name, threshold: thresholdOf(threshold, members.length), members })
}

function thresholdOf(text: string, count: number): number {
  if (text === 'all') return count
  const threshold = text === 'any' ? 1 : Number(/^[1-9][0-9]{0,5}$/.exec(text)?.[0] ?? 0)
  if (threshold < 1 || threshold > count)
    throw new PolicyMalformed(`The threshold ${text} is not a number from 1 to ${count}.`)
  return threshold
}

function takeQuorum(policy: Draft, [name, ...more]: readonly string[]): void {
  if (name === undefined || more.length > 0)
    throw new PolicyMalformed('The quorum is written: quorum <name>|none.')
  if (policy.quorum) throw new PolicyMalformed('There is more than one quorum line.')
  const quorum: Quorum | undefined = name === 'none' ? { kind: 'none' } : policy.named.get(name)
  if (!quorum) throw new PolicyMalformed(`${name} is not defined before this line.`)
  policy.quorum = quorum
}

function requireFree({ named }: Draft, name: string): void {
  if (RESERVED.has(name)) throw new PolicyMalformed(`${name} is a word of the policy, not a name.`)
  if (named.has(name)) throw new PolicyMalformed(`${name} is defined twice.`)
}

/** C2SP tlog-policy, "Public key representation": one key under two names would count twice. */
function refuseTwice(known: readonly { readonly key: VerifierKey }[], { publicKey }: VerifierKey): void {
  if (known.some(({ key }) => sameBytes(key.publicKey, publicKey)))
    throw new PolicyMalformed('The same key is there already.')
}

/** @param cosigned names of the witnesses that did */
export function isMet(quorum: Quorum, cosigned: ReadonlySet<string>): boolean {
  switch (quorum.kind) {
    case 'none':
      return true
    case 'witness':
      return cosigned.has(quorum.name)
    case 'group':
      return quorum.members.filter((member) => isMet(member, cosigned)).length >= quorum.threshold
  }
}

export interface Cosigned {
  readonly witness: PolicyWitness
  readonly at: Date
}

export interface Witnessed {
  /** Whether the quorum is reached. */
  readonly isMet: boolean
  readonly cosigned: readonly Cosigned[]
}

/**
 * Which witnesses of the policy cosigned a checkpoint.
 *
 * @throws {NoteRefused} `bad-signature` when a line of one of them is bad: such a checkpoint is refused as a whole
 */
export async function witnessesOf(checkpoint: SignedCheckpoint, policy: Policy): Promise<Witnessed> {
  const { lines } = await openNote(checkpoint.note, [
    ...checkpoint.signedBy,
    ...policy.witnesses.map(({ key }) => key),
  ])
  const cosigned = policy.witnesses.flatMap((witness): Cosigned[] => {
    const found = lines.find(({ key }) => key === witness.key)
    const seconds = found && parseTimestamped(found.line.signature)?.seconds
    return seconds === undefined ? [] : [{ witness, at: new Date(seconds * 1000) }]
  })
  return { cosigned, isMet: isMet(policy.quorum, new Set(cosigned.map(({ witness }) => witness.name))) }
}

/** Whether the policy knows the log; one without logs leaves that to whoever uses it. */
export function knowsLog({ logs }: Policy, { origin, signedBy }: SignedCheckpoint): boolean {
  if (logs.length === 0) return true
  return logs.some(({ key }) => key.name === origin && signedBy.some((own) => sameKey(own, key)))
}

function sameKey(a: VerifierKey, b: VerifierKey): boolean {
  return a.name === b.name && a.type === b.type && sameBytes(a.publicKey, b.publicKey)
}

/** Who witnessed, and when. */
export function inWords({ cosigned }: Witnessed): string {
  if (cosigned.length === 0) return 'No witness of the policy cosigned it.'
  const each = cosigned.map(({ witness, at }) => `${witness.key.name} (${at.toISOString()})`)
  return `Cosigned by ${each.join(' and ')}.`
}
