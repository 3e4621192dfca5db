// Words of a scaffold that nobody has replaced: a pack that still has them does not load, so it cannot be activated.
import type { Fault } from './fault.ts'
import type { Sources } from './sources.ts'

/** Stands in a scaffold wherever whoever drafts the pack has to write. */
export const replaceMe = 'REPLACE-ME'

export function leftOvers(sources: Sources): Fault[] {
  return [...sources].flatMap(([file, text]) =>
    text.split('\n').flatMap((line, index): Fault[] => {
      if (!line.includes(replaceMe)) return []
      const message = `The scaffold's words are left: ${line.trim()}`
      return [{ code: 'left-over', file, line: index + 1, message, remedy: 'Write your own in their place.' }]
    }),
  )
}
