// How far the reading of a file has come: while one is read, the page's own list is asked for again and put in its place, also
// while the form is still on its way. Without this module a person loads the page again, and sees the same.
import { say } from './elements.ts'

const everyMs = 2000
const files = () => document.querySelector<HTMLElement>('[data-files]')

/** @returns whether a file is still being read */
async function refresh(): Promise<boolean> {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
  if (!answer.ok) return false
  const shown = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const fresh = shown.querySelector<HTMLElement>('[data-files]')
  if (!fresh) return false
  files()?.replaceWith(fresh)
  const progress = fresh.dataset['progress'] ?? ''
  if (progress !== '') say(progress)
  return progress !== ''
}

let watching = false

/** @param atLeast how often, until the file that was sent is known to be read */
async function watch(atLeast: number): Promise<void> {
  if (watching) return
  watching = true
  try {
    for (let round = 0; ; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, everyMs))
      const reading = await refresh()
      if (!reading && round >= atLeast) return
    }
  } finally {
    watching = false
  }
}

// A page that cannot be asked for any more stays as it is.
const start = (atLeast: number) => void watch(atLeast).catch(() => undefined)
document.querySelector('form[enctype]')?.addEventListener('submit', () => start(30))
if ((files()?.dataset['progress'] ?? '') !== '') start(0)
