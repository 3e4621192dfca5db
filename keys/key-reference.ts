// The names of keys in a store, and as what they are written where not every character may stand: lower-case letters, digits and
// '-' stand for themselves, every other byte of the UTF-8 is '_' and two hexadecimal digits, so that '/', '.' and case survive.
import { KeyFault } from './key-fault.ts'

const longest = 240 // a file name holds 255 bytes, suffix included

/** @throws {KeyFault} `store.bad-reference` */
export function encodeReference(ref: string): string {
  const encoded = ref.isWellFormed()
    ? Array.from(Buffer.from(ref, 'utf8'), (byte) => {
        const character = String.fromCharCode(byte)
        return /[a-z0-9-]/.test(character) ? character : `_${byte.toString(16).padStart(2, '0')}`
      }).join('')
    : ''
  if (encoded === '' || encoded.length > longest) {
    throw new KeyFault(
      'store.bad-reference',
      'A key reference is well-formed text of 1 to 240 bytes when encoded.',
    )
  }
  return encoded
}

export function unknownKey(ref: string): KeyFault {
  return new KeyFault('store.key-unknown', `There is no key ${ref} in this key store.`)
}

export function destroyedKey(ref: string): KeyFault {
  return new KeyFault('store.key-destroyed', `Key ${ref} was destroyed. What it protected cannot be opened.`)
}

export function existingKey(ref: string): KeyFault {
  return new KeyFault('store.key-exists', `There is already a key ${ref}.`)
}
