// The parts of a page by their ids, and how it says what went wrong: a summary that takes the focus, as GOV.UK's does.

/** @throws {Error} where the page and its module do not belong together */
export function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id)
  if (!(found instanceof type)) throw new Error(`the page has no ${id}`)
  return found
}

/** What the page's template tells its module. */
export function told(name: string): string {
  const value = document.querySelector<HTMLElement>('[data-module-of-page]')?.dataset[name]
  if (value === undefined) throw new Error(`the page does not say ${name}`)
  return value
}

export function show(id: string, shown = true): HTMLElement {
  const part = element(id, HTMLElement)
  part.hidden = !shown
  return part
}

/** @param field where the way out is, if it is a field */
export function complain(message: string, field?: string): void {
  const summary = show('problem')
  const words = element('problem-words', HTMLElement)
  const link = document.createElement('a')
  link.href = `#${field ?? 'problem'}`
  link.textContent = message
  words.replaceChildren(link)
  summary.focus()
}

export function noComplaint(): void {
  show('problem', false)
}

/** Says something to everybody, screen readers too, without moving the focus. */
export function say(message: string): void {
  element('said', HTMLElement).textContent = message
}

/** Runs one step of a page with its button held down, and complains in plain words when it fails. */
export function onSubmit(form: string, act: () => Promise<void>, wordsFor: (error: unknown) => string): void {
  const found = element(form, HTMLFormElement)
  found.addEventListener('submit', (event) => {
    event.preventDefault()
    noComplaint()
    const button = found.querySelector('button')
    if (button) button.disabled = true
    act()
      .catch((error: unknown) => complain(wordsFor(error)))
      .finally(() => {
        if (button) button.disabled = false
      })
  })
}
