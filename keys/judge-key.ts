// Judges a key that a person pastes to be enrolled, and says in plain English what is wrong with it, if anything.
// Only the public part that is needed is kept: the person's own user ID and the key's own signatures.
import { readKeys, type Key } from 'openpgp'
import { judgeFitness } from './key-fitness.ts'
import { keyFault, type JudgedFault } from './key-remedies.ts'
import { fingerprintOf, openpgpConfig, wholeOpenpgpConfig } from './openpgp-keys.ts'

export type KeyVerdict =
  | {
      readonly verdict: 'usable'
      readonly fingerprint: string
      /** The earlier of the key's and its encryption subkey's expiry; undefined when neither expires. */
      readonly expiresAt: Date | undefined
      /** The public key, with nothing in it that is not needed. */
      readonly armored: string
    }
  | { readonly verdict: 'refused'; readonly faults: readonly [JudgedFault, ...JudgedFault[]] }

const longestPaste = 512 * 1024
const publicHeader = '-----BEGIN PGP PUBLIC KEY BLOCK-----'

/**
 * @param pasted what the person pasted, as it came
 * @param options.email the address that the person is known by here
 * @clause hmpps-2025/16-encryption
 */
export async function judgeKey(
  pasted: string,
  { email, at }: { readonly email: string; readonly at: Date },
): Promise<KeyVerdict> {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-----/.test(pasted)) return refused(keyFault('key.private'))
  const blocks = pasted.split(publicHeader).length - 1
  if (blocks === 0 || pasted.length > longestPaste) return refused(keyFault('key.not-a-key'))
  if (blocks > 1) return refused(keyFault('key.several'))

  const keys = await parse(pasted.slice(pasted.indexOf(publicHeader)))
  if (!Array.isArray(keys)) return refused(keys)
  const [key] = keys
  if (key === undefined) return refused(keyFault('key.not-a-key'))
  if (keys.some((one) => one.isPrivate())) return refused(keyFault('key.private'))
  if (keys.length > 1) return refused(keyFault('key.several'))

  const isTheirs = await keepOnly(key, email, at)
  const fitness = await judgeFitness(key, at)
  const wrongPerson = isTheirs ? [] : [keyFault('key.wrong-person')]
  if (!fitness.fit) {
    // A key that is not in force proves nobody's address, so what is said about the person would mislead.
    const isInForce = fitness.faults.every(({ code }) => code === 'key.cannot-encrypt')
    return refused(...fitness.faults, ...(isInForce ? wrongPerson : []))
  }
  const [wrong] = wrongPerson
  if (wrong !== undefined) return refused(wrong)
  return {
    verdict: 'usable',
    fingerprint: fingerprintOf(key),
    expiresAt: fitness.expiresAt,
    armored: key.armor(wholeOpenpgpConfig),
  }
}

async function parse(armored: string): Promise<Key[] | JudgedFault> {
  try {
    return await readKeys({ armoredKeys: armored, config: openpgpConfig })
  } catch (error) {
    const isVersion =
      error instanceof Error && /version \d+ of the .*key packet|unsupported/i.test(error.message)
    return keyFault(isVersion ? 'key.unreadable-version' : 'key.not-a-key')
  }
}

/** Takes other people's signatures, pictures and other addresses off the key. @returns false, with the key as it was, when no address fits */
async function keepOnly(key: Key, email: string, at: Date): Promise<boolean> {
  const wanted = email.trim().toLowerCase()
  const fitting = []
  for (const user of key.users) {
    if (user.userID?.email.trim().toLowerCase() !== wanted) continue
    const isValid = await user.verify(at, wholeOpenpgpConfig).catch(() => false)
    if (isValid) fitting.push(user)
  }
  if (fitting.length === 0) return false
  for (const user of fitting) user.otherCertifications = []
  key.users = fitting
  return true
}

function refused(...faults: [JudgedFault, ...JudgedFault[]]): KeyVerdict {
  return { verdict: 'refused', faults }
}
