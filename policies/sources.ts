// Reads the policies folder into memory, and nothing outside it: no links, no strange files, no enormous ones. What was
// read is what is hashed, checked and decided by, so that a file changed later changes nothing until the next load.
import { createHash } from 'node:crypto'
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Fault } from './fault.ts'

/** Texts by path, relative to the policies folder, with forward slashes, in byte order of path. */
export type Sources = ReadonlyMap<string, string>

const FOLDERS = ['agreements', 'datasets', 'local', 'schedules']
const FILES = ['concordat.cedarschema', 'parties.yaml']
const KINDS = /\.(yaml|cedar|csv)$/
const limitBytes = 1024 * 1024

/** Reads every pack, dataset and schedule under `dir`. What cannot be read is a fault, not an absence. */
export async function readSources(dir: string): Promise<{ sources: Sources; faults: Fault[] }> {
  const faults: Fault[] = []
  const paths = [...FILES]
  for (const folder of FOLDERS) paths.push(...(await filesUnder(dir, folder, faults)))
  const texts: [string, string][] = []
  for (const path of paths.toSorted()) {
    const text = await readText(dir, path, faults)
    if (text !== undefined) texts.push([path, text])
  }
  return { sources: new Map(texts), faults }
}

/** Every file of one agreement's folder, by path below it, in byte order. */
export async function readFolder(dir: string): Promise<{ sources: Sources; faults: Fault[] }> {
  const faults: Fault[] = []
  const texts: [string, string][] = []
  for (const path of (await filesUnder(dir, '.', faults)).toSorted()) {
    const text = await readText(dir, path, faults)
    if (text !== undefined) texts.push([path.slice(2), text])
  }
  return { sources: new Map(texts), faults }
}

async function filesUnder(dir: string, folder: string, faults: Fault[]): Promise<string[]> {
  const entries = await readdir(join(dir, folder), { withFileTypes: true }).catch(() => undefined)
  if (entries === undefined) {
    faults.push(fileFault(folder, 'The folder cannot be read.', 'Restore it, or check who may read it.'))
    return []
  }
  const paths: string[] = []
  for (const entry of entries) {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) paths.push(...(await filesUnder(dir, path, faults)))
    else if (entry.isFile() && KINDS.test(entry.name)) paths.push(path)
    else
      faults.push(
        fileFault(
          path,
          'This is no pack file.',
          'Keep only .yaml, .cedar and .csv files here, and no links.',
        ),
      )
  }
  return paths
}

async function readText(dir: string, path: string, faults: Fault[]): Promise<string | undefined> {
  try {
    const { size } = await lstat(join(dir, path))
    if (size > limitBytes) {
      faults.push(fileFault(path, `The file has ${size} bytes.`, `Keep each file under ${limitBytes} bytes.`))
      return undefined
    }
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(join(dir, path)))
  } catch (error) {
    const why = error instanceof Error ? error.message : 'It cannot be read.'
    faults.push(
      fileFault(
        path,
        `The file cannot be read: ${why}.`,
        'Restore it, save it as UTF-8, or check who may read it.',
      ),
    )
    return undefined
  }
}

function fileFault(file: string, message: string, remedy: string): Fault {
  return { code: 'file', file, line: 1, message, remedy }
}

/**
 * SHA-256 over the files under `folder`, in hex. An outsider gets the same with
 * `cd <folder> && find . -type f | sed 's#^./##' | LC_ALL=C sort | xargs sha256sum | sha256sum`.
 */
export function hashOf(sources: Sources, folder: string): string {
  const inside = [...sources].filter(([path]) => path.startsWith(`${folder}/`))
  return digest(inside.map(([path, text]) => [path.slice(folder.length + 1), text]))
}

/** The same over everything that decides beside the agreements: local rules, schema, datasets, schedules, parties. */
export function hashBesideAgreements(sources: Sources): string {
  return digest([...sources].filter(([path]) => !path.startsWith('agreements/')))
}

function digest(files: readonly (readonly [path: string, text: string])[]): string {
  const inByteOrder = files.toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return sha256(inByteOrder.map(([path, text]) => `${sha256(text)}  ${path}\n`).join(''))
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
