// The written documents as tests read them: their text, their command blocks, the files and tests that they name.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..')

export interface Document {
  /** Relative to the project. */
  readonly file: string
  readonly text: string
}

export interface Block {
  readonly file: string
  readonly language: string
  readonly text: string
  /** The nearest heading above it. */
  readonly heading: string
}

export function readDocument(file: string): Document {
  return { file, text: readFileSync(path.join(root, file), 'utf8') }
}

/** Every Markdown file of the project. */
export function allDocuments(): Document[] {
  return filesUnder('', (name) => name.endsWith('.md')).map(readDocument)
}

export function blocksOf({ file, text }: Document): Block[] {
  return [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm)].map((match) => ({
    file,
    language: match[2] ?? '',
    text: (match[3] ?? '').replaceAll(new RegExp(`^${match[1] ?? ''}`, 'gm'), ''),
    heading: [...text.slice(0, match.index).matchAll(/^#+ (.+)$/gm)].at(-1)?.[1] ?? '',
  }))
}

/** Lines of the shell blocks, those that go on over a line end joined. */
export function commandsOf(document: Document): string[] {
  return blocksOf(document)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.replaceAll('\\\n', ' ').split('\n'))
    .flatMap((line) => line.split('&&'))
    .map((command) => command.trim())
    .filter((command) => command !== '' && !command.startsWith('#'))
}

/** Commands in the middle of a sentence. One with … in it stands for many. */
export function inlineCommandsOf({ text }: Document): string[] {
  const inline = [...text.matchAll(/`((?:npm|npx) [^`\n]+)`/g)].map((match) => match[1] ?? '')
  return inline.filter((command) => !command.includes('…'))
}

/** What stands between “ and ”: names of tests, by the agreement of these documents. */
export function namedTests({ text }: Document): string[] {
  return [...text.matchAll(/“([^”]+)”/g)].flatMap((match) => (match[1] === 'a › b' ? [] : (match[1] ?? [])))
}

/** The headings of a document as link targets, as Markdown hosts write them. */
export function anchorsOf({ text }: Document): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map((match) =>
    (match[1] ?? '').toLowerCase().replaceAll(/[^\w\- ]/g, '').replaceAll(' ', '-'),
  ) // prettier-ignore
}

const left = new Set(['node_modules', '.git', '.demo', '.data', 'coverage'])

/** @param folder relative to the project, '' for all of it */
export function filesUnder(folder: string, wanted: (name: string) => boolean): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(folder, entry.name)
    if (left.has(entry.name)) return []
    return entry.isDirectory() ? filesUnder(name, wanted) : wanted(name) ? [name] : []
  })
}
