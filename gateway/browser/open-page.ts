// Opens a package in this browser: with the key that is kept here, or a key file, and its passphrase. The gateway's signature
// is checked before anything is shown. A file that is dropped here is opened without any network, and nothing is ever sent.
import { KeyFault } from '../../keys/key-fault.ts'
import { openWith, unlock, type UnlockedKey } from '../../keys/open-message.ts'
import { complain, element, onSubmit, say, show, told } from './elements.ts'
import { allKeys, findKey } from './key-box.ts'
import { readPackage, showPackage } from './package-view.ts'

/** The whole package is held, and several times over while it is opened. */
const largestBytes = 100 * 1024 * 1024

let locked: Uint8Array<ArrayBuffer> | undefined

async function open(): Promise<void> {
  show('opened', false)
  const message = locked ?? (await chosenPackage())
  if (!message) return
  const passphrase = element('open-passphrase', HTMLInputElement)
  const key = await chosenKey(passphrase.value)
  if (!key) return
  say('Opening the package.')
  const { content, signedAt } = await openWith(message, key, told('gatewayKey'))
  const shown = await readPackage(content)
  passphrase.value = ''
  saveable('save-opened', content, 'application/zip')
  showPackage(shown, signedAt)
  say('The package is open. The gateway signed it, and nobody changed it since.')
}

async function chosenPackage(): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const [file] = element('package-file', HTMLInputElement).files ?? []
  if (!file) complain('Choose the package, a file that ends in .pgp.', 'package-file')
  else if (file.size > largestBytes)
    complain(
      'This package is larger than 100 MB, which is too much for a browser. Open it with Kleopatra or gpg.',
      'package-file',
    )
  else return new Uint8Array(await file.arrayBuffer())
  return undefined
}

async function chosenKey(passphrase: string): Promise<UnlockedKey | undefined> {
  const choice = element('key-choice', HTMLSelectElement).value
  if (choice !== 'file') {
    const kept = await findKey(choice)
    if (kept) return unlock(kept.privateArmored, passphrase)
  }
  const [file] = element('key-file', HTMLInputElement).files ?? []
  if (file) return unlock(await file.text(), passphrase)
  complain('Choose your key file: the backup that you saved when you made the key.', 'key-file')
  return undefined
}

/** The download itself, from the gateway and nowhere else. It is an entry in the ledger, and one more copy of yours. */
async function collect(): Promise<void> {
  const response = await fetch(told('collect'), {
    method: 'POST',
    body: new URLSearchParams({ _csrf: told('csrf') }),
  })
  const isPackage = response.headers.get('content-type')?.startsWith('application/pgp-encrypted') === true
  if (!response.ok || !isPackage) {
    complain('The package was not released. Go back to the request, which says why.')
    return
  }
  locked = new Uint8Array(await response.arrayBuffer())
  saveable('save-locked', locked, 'application/pgp-encrypted')
  show('collected')
  show('collect', false)
  show('open-section')
  element('open-passphrase', HTMLInputElement).focus()
  say('The package is here, still locked.')
}

function saveable(id: string, bytes: Uint8Array, type: string): void {
  const link = element(id, HTMLAnchorElement)
  if (link.href.startsWith('blob:')) URL.revokeObjectURL(link.href)
  link.href = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type }))
}

function words(error: unknown): string {
  if (error instanceof KeyFault && error.code === 'message.unopened')
    return 'This package does not open. It was changed, it is not whole, it is not from this service, or it is locked with another key. Nothing of it is shown. Collect it again; if that fails too, tell the supply desk.'
  if (error instanceof Error) return error.message
  return 'It did not work. Open the package with Kleopatra or gpg.'
}

async function listKeys(): Promise<void> {
  const choice = element('key-choice', HTMLSelectElement)
  const kept = await allKeys()
  choice.prepend(
    ...kept.map(({ fingerprint, email }) => new Option(`The key in this browser, …${fingerprint.slice(-8)} for ${email}`, fingerprint)), // prettier-ignore
  )
  choice.selectedIndex = 0
  const askForFile = () => show('key-file-group', choice.value === 'file')
  choice.addEventListener('change', askForFile)
  askForFile()
}

function takeDropped(event: DragEvent): void {
  event.preventDefault()
  const { files } = event.dataTransfer ?? {}
  if (files?.[0]) element('package-file', HTMLInputElement).files = files
}

await listKeys()
onSubmit('open-form', open, words)
if (document.getElementById('collect-form')) {
  onSubmit('collect-form', collect, words)
  show('collect')
} else {
  document.addEventListener('dragover', (event) => event.preventDefault())
  document.addEventListener('drop', takeDropped)
  show('open-section')
}
show('needs-script', false)
