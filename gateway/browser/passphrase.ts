// How good a passphrase is, said while it is typed. Length and variety are what a rule can see; that it was not used
// elsewhere only its owner knows. Nothing is looked up anywhere.

export interface Strength {
  readonly level: 'too-weak' | 'fair' | 'strong'
  /** One sentence: what it is, or what would make it better. */
  readonly advice: string
}

export const fewestCharacters = 12
const fewestDifferent = 6
const strongCharacters = 20
const common = /passw|passphrase|qwert|letmein|welcome|12345|abcde|concordat/i

/** @param own the person's name and address, which others would try first */
export function judgePassphrase(passphrase: string, own: readonly string[]): Strength {
  const weak = weakness(passphrase, own)
  if (weak !== undefined) return { level: 'too-weak', advice: weak }
  const words = passphrase.split(/[\s\-_.,]+/).filter((word) => word.length > 2)
  if (passphrase.length >= strongCharacters || words.length >= 4)
    return { level: 'strong', advice: 'This is a strong passphrase.' }
  return { level: 'fair', advice: 'This will do. One more word makes it strong.' }
}

function weakness(passphrase: string, own: readonly string[]): string | undefined {
  if (passphrase.length < fewestCharacters)
    return `Use at least ${fewestCharacters} characters. Three or four words that have nothing to do with each other are easy to remember.`
  if (new Set(passphrase.toLowerCase()).size < fewestDifferent)
    return 'It repeats itself. Use more different characters.'
  if (common.test(passphrase)) return 'Many people use this, so it is tried first. Choose other words.'
  const parts = own.flatMap((each) => each.toLowerCase().split(/[\s@.]+/)).filter((part) => part.length > 3)
  if (parts.some((part) => passphrase.toLowerCase().includes(part)))
    return 'It has your name or address in it, which is tried first. Choose other words.'
  return undefined
}
