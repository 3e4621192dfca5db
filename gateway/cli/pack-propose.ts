// `concordat pack propose`: sends an agreement's folder to a gateway as a new version of it. The gateway decides who may, and
// says every fault.
import path from 'node:path'
import { Command } from 'commander'
import { z } from 'zod'
import { PackFault } from '../../policies/fault.ts'
import { readFolder } from '../../policies/sources.ts'
import { processEnvironment } from '../config.ts'
import { exitCodes, UsageFault } from './failure.ts'

interface Options {
  readonly gateway: string
  readonly key?: string
}

const answerShape = z.object({
  id: z.string().optional(),
  hash: z.string().optional(),
  missing: z.array(z.string()).default([]),
  detail: z.string().optional(),
  fields: z.array(z.object({ field: z.string(), message: z.string() })).default([]),
  refusals: z.array(z.object({ clause: z.string(), reason: z.string(), remedy: z.string() })).default([]),
})
type Answer = z.output<typeof answerShape>

export function proposeVerb(): Command {
  return new Command('propose')
    .description('Propose a version of an agreement to a gateway. Another person activates it there.')
    .argument('<folder>', 'the agreement’s folder, such as policies/agreements/hmpps-2025')
    .requiredOption('--gateway <url>', 'where the gateway is')
    .option('--key <key>', 'the agreement’s key; without it, the folder’s name')
    .addHelpText(
      'after',
      `
The token of the person who proposes is read from CONCORDAT_TOKEN. It ends with 1 when the version is not accepted, and says
every fault with its file and line.

Example:
  $ npx concordat pack propose policies/agreements/hmpps-2025 --gateway https://gateway.example
`,
    )
    .action(async (folder: string, { gateway, key = path.basename(path.resolve(folder)) }: Options) => {
      const token = processEnvironment()['CONCORDAT_TOKEN']
      if (token === undefined || token === '') throw new UsageFault('Put your token in CONCORDAT_TOKEN.')
      if (!URL.canParse(gateway)) throw new UsageFault(`--gateway ${gateway}: must be a URL.`)
      const { sources, faults } = await readFolder(folder)
      if (faults.length > 0) throw new PackFault(faults)
      const response = await fetch(new URL(`/api/v1/agreements/${key}/versions`, gateway), {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ files: Object.fromEntries(sources) }),
      })
      process.stdout.write(inWords(answerShape.parse(await response.json()), key))
      if (!response.ok) process.exitCode = exitCodes.failed
    })
}

function inWords({ id, hash, missing, detail, fields, refusals }: Answer, key: string): string {
  const lines = [
    ...fields.map(({ field, message }) => `${field}: ${message}`),
    ...refusals.map(({ clause, reason, remedy }) => `${clause}: ${reason} ${remedy}`),
    ...(detail === undefined ? [] : [detail]),
    ...missing.map((each) => `missing before it can be activated: ${each}`),
    ...(id === undefined || hash === undefined
      ? []
      : [`Proposed ${key}@${hash} as ${id}. Another keeper of agreements activates it.`]),
  ]
  return `${lines.join('\n')}\n`
}
