// Before a key's first use its owner shows that they can open what is encrypted to it: a one-time code goes out
// encrypted, and only its hash stays here.
import { createHash, randomInt, timingSafeEqual } from 'node:crypto'
import { fingerprintOf } from './openpgp-keys.ts'
import { encryptText, type Correspondence } from './openpgp-message.ts'

export interface Challenge {
  /** Armoured OpenPGP message to show or send to the key's owner. */
  readonly message: string
  /** To be stored, with the key's fingerprint, until it is answered. */
  readonly answerSha256: string
}

// 20 characters of 30 are 98 bits. No letter or digit that is easily taken for another.
const letters = '23456789ABCDEFGHJKMNPQRSTVWXYZ'
const codeLength = 20
const groupLength = 5

/** @throws {KeyFault} as encryptForRecipient does */
export async function makeChallenge(to: Correspondence): Promise<Challenge> {
  const code = Array.from({ length: codeLength }, () => letters.charAt(randomInt(letters.length))).join('')
  const shown = code.replaceAll(new RegExp(`(.{${groupLength}})(?!$)`, 'g'), '$1-')
  const { armored, recipient } = await encryptText(`Your code is ${shown}\n`, to)
  return { message: armored, answerSha256: hashOf(code, fingerprintOf(recipient)) }
}

/** Takes the answer with or without spaces, hyphens and capitals. Compares in constant time. */
export function isRightAnswer(
  answer: string,
  expected: { readonly answerSha256: string; readonly fingerprint: string },
): boolean {
  const code = answer.replaceAll(/[\s-]/g, '').toUpperCase()
  const given = Buffer.from(hashOf(code, expected.fingerprint), 'hex')
  const stored = Buffer.from(expected.answerSha256, 'hex')
  return given.length === stored.length && timingSafeEqual(given, stored)
}

function hashOf(code: string, fingerprint: string): string {
  return createHash('sha256').update(`concordat key challenge\n${fingerprint}\n${code}`).digest('hex')
}
