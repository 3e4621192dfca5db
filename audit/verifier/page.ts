// The verifier's page: takes files or pasted text, runs documents.ts, and says each step in words. It asks nothing of any
// network, and its policy would not let it.
import { type Answer, kindOf, verifyDocument } from './documents.ts'

const fieldOf = {
  proof: 'document',
  certificate: 'document',
  checkpoint: 'document',
  unknown: 'document',
  'ledger-key': 'ledger-key',
  'certificate-key': 'certificate-key',
  policy: 'policy',
} as const

function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id)
  if (!(found instanceof type)) throw new Error(`the page has no ${id}`)
  return found
}

function field(id: 'document' | 'ledger-key' | 'certificate-key' | 'policy'): HTMLTextAreaElement {
  return element(id, HTMLTextAreaElement)
}

async function takeFiles(files: Iterable<File>): Promise<void> {
  for (const file of files) {
    const text = await file.text()
    field(fieldOf[kindOf(text)]).value = text
  }
  await verify()
}

async function verify(): Promise<void> {
  const given = field('document').value
  if (given.trim() === '') {
    show({
      verified: false,
      says: 'Nothing to verify yet: give a proof, a certificate or a checkpoint.',
      steps: [],
    })
    return
  }
  const optional = (id: 'certificate-key' | 'policy') => {
    const text = field(id).value
    return text.trim() === '' ? undefined : text
  }
  show(
    await verifyDocument({
      document: given,
      ledgerKeys: field('ledger-key').value,
      certificateKey: optional('certificate-key'),
      policy: optional('policy'),
    }),
  )
}

const words = { passed: 'Passed', failed: 'Failed', skipped: 'Skipped' } as const

function show({ verified, says, remark, steps }: Answer): void {
  const result = element('result', HTMLElement)
  result.className = verified ? 'verified' : 'not-verified'
  const heading = element('outcome', HTMLHeadingElement)
  heading.textContent = says
  element('remark', HTMLParagraphElement).textContent = remark ?? ''
  element('steps', HTMLOListElement).replaceChildren(
    ...steps.map((step) => {
      const item = document.createElement('li')
      const outcome = document.createElement('strong')
      outcome.textContent = `${words[step.outcome]}: ${step.name}.`
      item.className = step.outcome
      item.append(outcome, ` ${step.says}`)
      return item
    }),
  )
  result.hidden = false
  heading.focus()
}

element('form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault()
  void verify()
})
const chooser = element('files', HTMLInputElement)
chooser.addEventListener('change', () => {
  void takeFiles(chooser.files ?? [])
})
document.addEventListener('dragover', (event) => event.preventDefault())
document.addEventListener('drop', (event) => {
  event.preventDefault()
  void takeFiles(event.dataTransfer?.files ?? [])
})
