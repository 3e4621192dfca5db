// On the pages about a person's key: answers a challenge with the key that is in this browser, and says which keys it holds.
import { KeyFault } from '../../keys/key-fault.ts'
import { openWith, unlock } from '../../keys/open-message.ts'
import { element, onSubmit, show, told } from './elements.ts'
import { codeIn } from './key-calls.ts'
import { allKeys, findKey, removeKey, type KeptKey } from './key-box.ts'

async function offerToAnswer(): Promise<void> {
  const message = document.getElementById('message')
  if (!(message instanceof HTMLTextAreaElement)) return
  const key = await findKey(told('offered').toUpperCase())
  if (!key) return
  show('answer-here')
  onSubmit('answer-here-form', () => answer(key, message.value), words)
}

async function answer(key: KeptKey, message: string): Promise<void> {
  const passphrase = element('answer-passphrase', HTMLInputElement)
  const unlocked = await unlock(key.privateArmored, passphrase.value)
  passphrase.value = ''
  const { content } = await openWith(message, unlocked, told('gatewayKey'))
  const field = element('answer', HTMLInputElement)
  field.value = codeIn(content)
  field.form?.requestSubmit()
}

function words(error: unknown): string {
  return error instanceof KeyFault || error instanceof Error
    ? error.message
    : 'It did not work. Open the message with your own software.'
}

async function listKeys(): Promise<void> {
  const list = document.getElementById('keys-here')
  if (!(list instanceof HTMLUListElement)) return
  const keys = await allKeys()
  list.replaceChildren(...keys.map((key) => line(key)))
  show('keys-here-section', keys.length > 0)
}

function line(key: KeptKey): HTMLLIElement {
  const item = document.createElement('li')
  const save = document.createElement('a')
  save.className = 'govuk-link'
  save.textContent = `Save its backup again`
  save.href = URL.createObjectURL(new Blob([key.privateArmored], { type: 'application/pgp-keys' }))
  save.download = `key-backup-${key.fingerprint.slice(-8)}.asc`
  const remove = document.createElement('button')
  remove.type = 'button'
  remove.className = 'concordat-link-button'
  remove.textContent = 'Remove it from this browser'
  remove.addEventListener('click', () => {
    if (remove.dataset['sure'] === undefined) {
      remove.dataset['sure'] = ''
      remove.textContent = 'Remove it for good? Without its backup, nothing locked with it opens again'
      return
    }
    removeKey(key.fingerprint).then(listKeys, (error: unknown) => void (remove.textContent = words(error)))
  })
  item.append(`…${key.fingerprint.slice(-8)} for ${key.email}. `, save, '. ', remove)
  return item
}

await listKeys()
await offerToAnswer()
