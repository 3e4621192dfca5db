// `concordat serve`: the gateway, with a worker in the same process unless others do that work.
import { Command } from 'commander'
import { processEnvironment } from '../config.ts'

export function serveVerb(): Command {
  return new Command('serve')
    .description('Run the gateway and a worker, as the environment says.')
    .option('--no-worker', 'serve only; workers run as processes of their own')
    .addHelpText(
      'after',
      `
The environment names the databases, directories, identity provider and mail server; a start with a mistake in it lists
every mistake at once. Without DATABASE_URL, and not in production, it brings an embedded PostgreSQL of its own.

Example:
  $ npx concordat serve --no-worker
`,
    )
    .action(async ({ worker }: { worker: boolean }) => {
      const { start } = await import('../start.ts')
      await start(processEnvironment(), { serves: true, works: worker })
    })
}
