// What is said, in plain English, about a key that cannot be used, and what to do about it.
import type { KeyFaultCode } from './key-fault.ts'

export type KeyJudgementCode = Extract<KeyFaultCode, `key.${string}`>

export interface JudgedFault {
  readonly code: KeyJudgementCode
  readonly message: string
  readonly remedy: string
}

const makeNew = 'Make a new key, here in the browser or with your own software, and paste its public part.'

const words: Record<KeyJudgementCode, { message: string; remedy: string }> = {
  'key.not-a-key': {
    message: 'This is not an OpenPGP public key.',
    remedy:
      'Export your public key as text. It starts with “-----BEGIN PGP PUBLIC KEY BLOCK-----”. Paste all of it, including the first and last lines.',
  },
  'key.private': {
    message: 'This is your private key. You must never give it to anyone, including us. We have not kept it.',
    remedy:
      'Treat this key as exposed: revoke it and tell anyone who uses it. Then make a new key and paste only its public part.',
  },
  'key.several': {
    message: 'There is more than one key in what you pasted.',
    remedy: 'Paste one key: the one that you want your packages encrypted to.',
  },
  'key.unreadable-version': {
    message: 'This key is in a format that our partners’ software cannot read yet.',
    remedy: 'Make a version 4 key (RSA with 3072 bits or more, or Curve25519) and paste its public part.',
  },
  'key.not-yet-valid': {
    message: 'This key says that it was made in the future.',
    remedy: 'Check the date and time of the computer that made the key, then make a new key.',
  },
  'key.expired': {
    message: 'This key has expired.',
    remedy: 'Extend the key’s expiry date or make a new key, and paste its public part again.',
  },
  'key.revoked': { message: 'This key has been revoked by its owner.', remedy: makeNew },
  'key.weak': {
    message: 'This key is too weak to protect sensitive information.',
    remedy: `${makeNew} Choose RSA with 3072 bits or more, or Curve25519.`,
  },
  'key.cannot-encrypt': {
    message: 'This key can sign but cannot encrypt, so nothing can be sent to it.',
    remedy: 'Add an encryption subkey to it, or make a new key, and paste its public part again.',
  },
  'key.wrong-person': {
    message: 'This key does not carry your email address.',
    remedy:
      'Paste your own key. If it is yours, add the email address that you sign in with to the key and paste it again.',
  },
}

/** @param detail one more sentence about this key, if there is something particular to say */
export function keyFault(code: KeyJudgementCode, detail?: string): JudgedFault {
  const { message, remedy } = words[code]
  return { code, message: detail === undefined ? message : `${message} ${detail}`, remedy }
}
