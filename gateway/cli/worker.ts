// `concordat worker`: what runs beside requests, in a process of its own. Any number may run.
import { Command } from 'commander'
import { processEnvironment } from '../config.ts'

export function workerVerb(): Command {
  return new Command('worker')
    .description('Run a worker: it seals what was supplied, sends mail, and destroys what is due.')
    .addHelpText(
      'after',
      `
It listens on nothing and needs the same environment as the gateway.

Example:
  $ npx concordat worker
`,
    )
    .action(async () => {
      const { start } = await import('../start.ts')
      await start(processEnvironment(), { serves: false, works: true })
    })
}
