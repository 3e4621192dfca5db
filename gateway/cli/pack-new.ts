// `concordat pack new`: the files of a new agreement to start from. The gateway does not start while a marked word is left.
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Command } from 'commander'
import { replaceMe } from '../../policies/left-over.ts'
import { loadAgreements } from '../../policies/pack.ts'
import { scaffold } from '../../policies/scaffold.ts'
import { UsageFault } from './failure.ts'

interface Options {
  readonly from: string
  readonly to: string
  readonly folder: string
}

export function newVerb(): Command {
  return new Command('new')
    .description('Write the files of a new agreement to start from.')
    .argument('<key>', 'its key, such as ofsted-2026')
    .requiredOption('--from <party>', 'who supplies: a key of parties.yaml')
    .requiredOption('--to <party>', 'who receives: a key of parties.yaml')
    .option('--folder <folder>', 'the policies folder to write it in', 'policies')
    .addHelpText(
      'after',
      `
The pack is whole but for the words that stand in the agreement. Each is marked ${replaceMe}; "concordat pack lint" lists
those that are left, and the gateway does not start with one.

Example:
  $ npx concordat pack new ofsted-2026 --from hmpps --to hmi-prisons
`,
    )
    .action(async (key: string, { from, to, folder }: Options) => {
      const made = scaffold(await loadAgreements(folder), { key, from, to })
      if ('problem' in made) throw new UsageFault(made.problem)
      const directory = path.join(folder, 'agreements', key)
      // A folder that is there is somebody's work: mkdir fails, and nothing is written over.
      await mkdir(directory).catch((error: unknown) => {
        const taken = error instanceof Error && 'code' in error && error.code === 'EEXIST'
        throw taken ? new UsageFault(`${directory} is there already.`) : error
      })
      for (const [file, text] of made.files) {
        await writeFile(path.join(folder, file), text, { flag: 'wx' })
        process.stdout.write(`wrote  ${path.join(folder, file)}\n`)
      }
      process.stdout.write(
        `Write your own words where ${replaceMe} stands, then run "npx concordat pack lint ${folder}".\n`,
      )
    })
}
