// Reads one pack: its head, and a YAML and a Cedar file for each paragraph. What is wrong inside one file is found here;
// what does not fit between files is found in lint.ts.
import type { z } from 'zod'
import type { Clause, Exchange, Pack, Paragraph } from './agreements.ts'
import type { DutyRule } from './duty.ts'
import type { Fault, Place } from './fault.ts'
import { paragraphShape, type DutyFile, type ExampleFile, type ParagraphFile } from './pack-shape.ts'
import { readRules, type Rule } from './rules.ts'
import { hashOf, type Sources } from './sources.ts'
import { parseYaml, type YamlFile } from './yaml-file.ts'

const inAgreementOrder = new Intl.Collator('en', { numeric: true })

/**
 * Reads the pack in `folder`, whose head is `headFile`. Mistakes go to `faults`.
 *
 * @returns undefined where there is no head to go by; paragraphs that cannot be read are left out, and are faults
 */
export function readPack<Head extends { key: string }>(
  sources: Sources,
  folder: string,
  headFile: { name: string; shape: z.ZodType<Head> },
  schema: string,
  faults: Fault[],
): Pack<Head> | undefined {
  const path = `${folder}/${headFile.name}`
  const text = sources.get(path)
  if (text === undefined) {
    faults.push({
      code: 'file',
      file: path,
      line: 1,
      message: 'The pack has no head.',
      remedy: `Write ${headFile.name}.`,
    })
    return undefined
  }
  const head = parseYaml(path, text, headFile.shape, faults)
  if (head === undefined) return undefined
  const { key } = head.value
  const paragraphs = readParagraphs(sources, folder, path, key, schema, faults)
  return { key, hash: hashOf(sources, folder), head, paragraphs: numbered(paragraphs) }
}

function readParagraphs(
  sources: Sources,
  folder: string,
  headPath: string,
  key: string,
  schema: string,
  faults: Fault[],
) {
  const paths = [...sources.keys()].filter(
    (path) => path.startsWith(`${folder}/`) && path !== headPath && !isBrought(path.slice(folder.length + 1)),
  )
  const stems = new Set(paths.map((path) => path.replace(/\.(yaml|cedar|csv)$/, '')))
  return [...stems].toSorted((a, b) => inAgreementOrder.compare(a, b)).flatMap((stem) => {
    const cedar = sources.get(`${stem}.cedar`)
    const rules = cedar === undefined ? [] : readRules(`${stem}.cedar`, cedar, schema, faults)
    const yaml = sources.get(`${stem}.yaml`)
    if (yaml === undefined) {
      const file = paths.find((path) => path.startsWith(stem)) ?? stem
      faults.push({ code: 'file', file, line: 1, message: 'No paragraph goes with this file.', remedy: `Write ${stem}.yaml.` })
      return []
    }
    const file = parseYaml(`${stem}.yaml`, yaml, paragraphShape, faults)
    return file === undefined ? [] : [paragraphOf(file, key, rules)]
  }) // prettier-ignore
}

/** What an agreement brings that is no paragraph: parties, schedules and datasets that nobody else has. */
function isBrought(path: string): boolean {
  return path === 'parties.yaml' || path.startsWith('schedules/') || path.startsWith('datasets/')
}

function paragraphOf(file: YamlFile<ParagraphFile>, pack: string, rules: readonly Rule[]): Paragraph {
  const { value } = file
  const number = String(value.paragraph ?? value.section)
  return {
    number,
    title: value.title,
    file: file.file,
    // A permit is named after its exchange; two agreements can have exchanges of the same name.
    rules: rules.map((rule) => (rule.clause === undefined ? { ...rule, id: `${pack}/${rule.id}` } : rule)),
    clauses: value.clauses.map((clause, index): Clause => ({
      ...clause,
      pack,
      paragraph: number,
      place: file.place(['clauses', index]),
    })),
    exchanges: Object.entries(value.exchanges).map(([key, exchange]): Exchange => ({
      ...exchange,
      key,
      agreement: pack,
      place: file.place(['exchanges', key]),
    })),
    duties: Object.entries(value.duties).map(([clause, duty]) =>
      dutyOf(clause, duty, file.place(['duties', clause])),
    ),
    examples: value.examples.map((example, index) => ({
      ...example,
      ...sampleOf(example, value, pack),
      pack,
      place: file.place(['examples', index]),
    })),
  }
}

/** Which exchange's sample an example starts from: what it says, what its file says, or the file's only exchange. */
function sampleOf(example: ExampleFile, file: ParagraphFile, pack: string): { of?: string } {
  const [only, ...others] = Object.keys(file.exchanges)
  const own = only === undefined || others.length > 0 ? undefined : `${pack}/${only}`
  const of = example.of ?? file.examplesOf ?? own
  return of === undefined ? {} : { of }
}

function dutyOf(clause: string, duty: DutyFile, place: Place): DutyRule & { place: Place } {
  const { starts, meets, limit, before, target, notBefore, grace, strength, word, warn, escalate } = duty
  const time = limit ?? before
  if (time === undefined) throw new Error(`${clause} has no limit.`) // the shape sees to it
  return {
    ...{ clause, starts, meets, strength, place },
    limit: time.value,
    counts: limit ? 'after' : 'before',
    ...(target && { target: target.value }),
    ...(notBefore && { notBefore: notBefore.value }),
    ...(grace && { grace: grace.value }),
    ...(word !== undefined && { word }),
    warn: warn.value,
    escalate: escalate.value,
    local: time.local,
    localParts: Object.entries(duty).flatMap(([name, part]) => (isLocal(part) ? [name] : [])),
  }
}

function isLocal(part: unknown): boolean {
  return typeof part === 'object' && part !== null && 'local' in part && part.local === true
}

/** A clause can need several rules, and an exchange several permits: each gets an id of its own. */
function numbered(paragraphs: readonly Paragraph[]): Paragraph[] {
  const counts = new Map<string, number>()
  return paragraphs.map((paragraph) => ({
    ...paragraph,
    rules: paragraph.rules.map((rule) => {
      const count = (counts.get(rule.id) ?? 0) + 1
      counts.set(rule.id, count)
      return count === 1 ? rule : { ...rule, id: `${rule.id}#${count}` }
    }),
  }))
}
