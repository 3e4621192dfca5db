// One YAML file, checked against its shape, that still knows on which line everything stands. Aliases are refused: a few
// of them can expand into gigabytes, and a pack never needs one.
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Document } from 'yaml'
import type { z } from 'zod'
import type { Fault, Place } from './fault.ts'

type Path = readonly PropertyKey[]
type Issue = z.core.$ZodIssue

export interface YamlFile<T> {
  readonly file: string
  readonly value: T
  /** The place of a key or item; of the nearest thing around it where it is not there. */
  place(path: Path): Place
}

interface Read {
  readonly text: string
  readonly shape: unknown
  readonly read: unknown
  readonly faults: readonly Fault[]
}

/** Of each file what was read last: most files of a pack that is loaded again are as they were. */
const lastRead = new Map<string, Read>()

/** Parses and checks one file; every mistake in it goes to `faults`, and then the answer is undefined. */
export function parseYaml<T>(
  file: string,
  text: string,
  shape: z.ZodType<T>,
  faults: Fault[],
): YamlFile<T> | undefined {
  const known = lastRead.get(file)
  if (known?.text === text && known.shape === shape) {
    faults.push(...known.faults)
    return known.read as YamlFile<T> | undefined // read by this very shape
  }
  const found: Fault[] = []
  const read = parseAnew(file, text, shape, found)
  lastRead.set(file, { text, shape, read, faults: found })
  faults.push(...found)
  return read
}

function parseAnew<T>(
  file: string,
  text: string,
  shape: z.ZodType<T>,
  faults: Fault[],
): YamlFile<T> | undefined {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter, merge: false })
  const mistakes = [...document.errors, ...document.warnings]
  for (const mistake of mistakes) {
    const said = mistake.message.split('\n')[0] ?? mistake.code
    faults.push({
      code: 'yaml',
      file,
      line: counter.linePos(mistake.pos[0]).line,
      message: said,
      remedy: 'Mend the YAML.',
    })
  }
  if (mistakes.length > 0) return undefined
  const place = (path: Path): Place => ({ file, line: lineOf(document, counter, path) })
  const data = withoutAliases(document, place([]), faults)
  if (data === undefined) return undefined
  const result = shape.safeParse(data)
  if (result.success) return { file, value: result.data, place }
  for (const issue of result.error.issues.flatMap((each) => leaves(each))) {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : []
    const path = keys[0] === undefined ? issue.path : [...issue.path, keys[0]]
    const what = issue.path.length === 0 ? '' : `${issue.path.map(String).join('.')}: `
    faults.push({
      code: 'shape',
      ...place(path),
      message: `${what}${issue.message}.`,
      remedy: 'See docs/packs.md.',
    })
  }
  return undefined
}

function withoutAliases(document: Document.Parsed, at: Place, faults: Fault[]): unknown {
  try {
    const data: unknown = document.toJS({ maxAliasCount: 0 })
    if (data !== null && data !== undefined) return data
    faults.push({ code: 'yaml', ...at, message: 'The file is empty.', remedy: 'Fill it in or remove it.' })
  } catch {
    faults.push({
      code: 'yaml',
      ...at,
      message: 'The file uses a YAML alias.',
      remedy: 'Write the value out.',
    })
  }
  return undefined
}

/** The line of the last part of `path` that exists: a key's own line, not its value's. */
function lineOf(document: Document.Parsed, counter: LineCounter, path: Path): number {
  let node: unknown = document.contents
  let offset = 0
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === part)
      if (pair === undefined || !isScalar(pair.key)) break
      offset = pair.key.range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node) && typeof part === 'number') {
      const item = node.items[part]
      if (!isScalar(item) && !isMap(item) && !isSeq(item)) break
      offset = item.range?.[0] ?? offset
      node = item
    } else break
  }
  return counter.linePos(offset).line
}

/** "Invalid input" says nothing: of the ways in which a value could have been meant, show the one that it came nearest to. */
function leaves(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const near = issue.errors.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length)[0]
  if (near === undefined || near.length === 0) return [issue]
  return near.flatMap((each) => leaves({ ...each, path: [...issue.path, ...each.path] }))
}

function depth(issues: readonly Issue[]): number {
  return Math.max(0, ...issues.map((issue) => (issue.code === 'unrecognized_keys' ? 0 : issue.path.length)))
}
