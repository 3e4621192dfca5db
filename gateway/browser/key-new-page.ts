// Makes a key here: private part made, locked and kept in this browser, its backup saved and shown again, and only then the
// public part given to the gateway. One press offers it, opens the challenge and answers it. The private part is never sent.
import { KeyFault } from '../../keys/key-fault.ts'
import { openWith, unlock, type UnlockedKey } from '../../keys/open-message.ts'
import { createPersonKey, type ArmoredKeyPair } from '../../keys/openpgp-keys.ts'
import { complain, element, onSubmit, say, show, told } from './elements.ts'
import { keepKey } from './key-box.ts'
import { judgePassphrase } from './passphrase.ts'
import { codeIn, offerKey, proveKey } from './key-calls.ts'

const validForDays = 730

interface Made {
  readonly pair: ArmoredKeyPair
  readonly passphrase: string
  readonly unlocked: UnlockedKey
}

let made: Made | undefined

function passphrases(): [HTMLInputElement, HTMLInputElement] {
  return [element('passphrase', HTMLInputElement), element('passphrase-again', HTMLInputElement)]
}

async function make(): Promise<void> {
  const [first, again] = passphrases()
  const strength = judgePassphrase(first.value, [told('name'), told('email')])
  if (strength.level === 'too-weak') {
    complain(strength.advice, 'passphrase')
    return
  }
  if (first.value !== again.value) {
    complain('The two passphrases are not the same. Type it again.', 'passphrase-again')
    return
  }
  const passphrase = first.value
  const person = { name: told('name'), email: told('email'), at: new Date(told('now')), validForDays }
  const pair = await createPersonKey({ ...person, passphrase })
  made = { pair, passphrase, unlocked: await unlock(pair.privateArmored, passphrase) }
  for (const field of [first, again]) field.value = ''
  offerBackup(pair)
  show('make', false)
  show('backup').focus()
  say('Your key is made. Save its backup now.')
}

function offerBackup({ privateArmored, fingerprint }: ArmoredKeyPair): void {
  const link = element('save-backup', HTMLAnchorElement)
  link.href = URL.createObjectURL(new Blob([privateArmored], { type: 'application/pgp-keys' }))
  link.download = `key-backup-${fingerprint.slice(-8)}.asc`
}

/** The file is opened as it would be on the day when it is needed. */
async function checkBackup(): Promise<void> {
  const [file] = element('backup-file', HTMLInputElement).files ?? []
  if (!made || !file) {
    complain('Choose the file that you saved a moment ago.', 'backup-file')
    return
  }
  const { fingerprint } = await unlock(await file.text(), made.passphrase)
  if (fingerprint !== made.pair.fingerprint) {
    complain('This is the backup of another key. Choose the file that you saved a moment ago.', 'backup-file')
    return
  }
  show('backup', false)
  show('use').focus()
  say('The backup is good.')
}

async function use(): Promise<void> {
  if (!made) return
  const { pair, unlocked } = made
  await keepKey({
    fingerprint: pair.fingerprint,
    email: told('email'),
    privateArmored: pair.privateArmored,
    publicArmored: pair.publicArmored,
  })
  const offered = await offerKey(pair.publicArmored)
  const opened = await openWith(offered.message, unlocked, told('gatewayKey'))
  await proveKey(offered.fingerprint, codeIn(opened.content))
  location.assign('/keys')
}

function words(error: unknown): string {
  if (error instanceof KeyFault && error.code.startsWith('private-key.'))
    return 'This file is not the backup of your key. Choose the file that you saved a moment ago.'
  return error instanceof Error
    ? error.message
    : 'It did not work. Try again, or paste a key that you made elsewhere.'
}

const [first] = passphrases()
first.addEventListener('input', () => {
  element('strength', HTMLElement).textContent = judgePassphrase(first.value, [
    told('name'),
    told('email'),
  ]).advice
})
for (const box of document.querySelectorAll<HTMLInputElement>('[data-shows]'))
  box.addEventListener('change', () => {
    for (const field of passphrases()) field.type = box.checked ? 'text' : 'password'
  })
onSubmit('make-form', make, words)
onSubmit('backup-form', checkBackup, words)
onSubmit('use-form', use, words)
show('needs-script', false)
show('make')
