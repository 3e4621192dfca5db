// What a page does beyond HTML: govuk-frontend's components, and buttons that copy. Every page works without it.
import { initAll } from '/assets/govuk/govuk-frontend.min.js'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')
initAll()

// A page with more to do names its module; without it the page still says what else one can do.
for (const part of document.querySelectorAll('[data-module-of-page]'))
  await import(`/assets/modules/gateway/browser/${part.dataset.moduleOfPage}.ts`)

for (const source of document.querySelectorAll('[data-copy]')) {
  const button = document.createElement('button')
  const said = document.createElement('span')
  button.type = 'button'
  button.className = 'govuk-button govuk-button--secondary concordat-copy'
  button.textContent = source.dataset.copy
  said.className = 'govuk-body-s concordat-copied'
  said.setAttribute('role', 'status')
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText('value' in source ? source.value : source.textContent.trim())
      said.textContent = 'Copied'
    } catch {
      said.textContent = 'Your browser did not allow it. Select the text and copy it yourself.'
    }
  })
  source.after(button, said)
}
