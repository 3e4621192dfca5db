// `concordat pack lint` and `concordat pack test`: the agreements as whoever drafts them works on them. Loading finds every
// fault; nothing is loaded in part, so a pack that lints also runs.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { Command } from 'commander'
import type { Agreements, Pack } from '../../policies/agreements.ts'
import { inOrder, PackFault, type Fault } from '../../policies/fault.ts'
import { loadAgreements } from '../../policies/pack.ts'
import { wrongQuotations } from '../../policies/quotations.ts'
import { exitCodes, UsageFault } from './failure.ts'
import { newVerb } from './pack-new.ts'
import { proposeVerb } from './pack-propose.ts'
import { diffVerb, replayVerb } from './pack-replay.ts'

export function packVerb(): Command {
  return new Command('pack')
    .description('Check the agreements and the rules that decide.')
    .addCommand(
      verb(
        'lint',
        'Find every fault in the policies folder, each with file, line and remedy.',
        counts,
      ).option('--texts <folder>', 'the agreements’ own texts, to compare every quotation with'),
    )
    .addCommand(
      verb('test', 'Run the examples of the agreements, and list each that holds.', examplesThatHold),
    )
    .addCommand(newVerb())
    .addCommand(diffVerb())
    .addCommand(replayVerb())
    .addCommand(proposeVerb())
}

function verb(name: string, description: string, report: (agreements: Agreements) => string): Command {
  return new Command(name)
    .description(description)
    .argument('[folder]', 'a policies folder; without it, the one that this version ships')
    .addHelpText(
      'after',
      `
It ends with 1 when anything is at fault. The gateway does not start with such a folder.

Example:
  $ npx concordat pack ${name} policies
`,
    )
    .action(async (folder: string | undefined, { texts }: { readonly texts?: string }) => {
      try {
        const agreements = await loadAgreements(folder)
        const misquoted = texts === undefined ? [] : wrongQuotations(agreements, await readTexts(texts))
        if (misquoted.length > 0) throw new PackFault(inOrder(misquoted))
        process.stdout.write(report(agreements))
      } catch (error) {
        if (!(error instanceof PackFault)) throw error
        process.stdout.write(faultList(error.faults))
        process.exitCode = exitCodes.failed
      }
    })
}

async function readTexts(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder).catch(() => {
    throw new UsageFault(`${folder} cannot be read.`)
  })
  const texts = names.filter((name) => name.endsWith('.txt'))
  return new Map(
    await Promise.all(
      texts.map(async (name) => [name, await readFile(path.join(folder, name), 'utf8')] as const),
    ),
  )
}

function counts(agreements: Agreements): string {
  const lines = packsOf(agreements).map(({ key, paragraphs, hash }) => {
    const rules = paragraphs.flatMap((paragraph) => paragraph.rules).length
    const clauses = paragraphs.flatMap((paragraph) => paragraph.clauses).length
    return `${key}  ${paragraphs.length} paragraphs, ${clauses} clauses, ${rules} rules, ${examplesOf({ paragraphs }).length} examples  ${hash}`
  })
  return `${lines.join('\n')}\nNo faults.\n`
}

function examplesThatHold(agreements: Agreements): string {
  const examples = packsOf(agreements).flatMap(examplesOf)
  const lines = examples.map(({ name, place, when, refuses }) => {
    const outcome = refuses === undefined ? 'permitted' : `refused by ${refuses.join(', ')}`
    return `holds  ${place.file}:${place.line}  ${name}: ${when} is ${outcome}`
  })
  return `${lines.join('\n')}\n${examples.length} examples hold.\n`
}

function faultList(faults: readonly Fault[]): string {
  const lines = faults.map(
    ({ file, line, message, remedy }) => `${file}:${line}: ${message}\n    ${remedy}\n`,
  )
  return `${lines.join('')}${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}.\n`
}

function packsOf({ agreements, local }: Agreements): Pack<unknown>[] {
  return [...agreements.values(), local]
}

function examplesOf({ paragraphs }: Pick<Pack<unknown>, 'paragraphs'>) {
  return paragraphs.flatMap((paragraph) => paragraph.examples)
}
