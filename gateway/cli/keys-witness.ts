// `concordat keys witness`: the key and the memory of a witness, before its first start.
import { Command } from 'commander'

export function witnessKeyCommand(): Command {
  return new Command('witness')
    .description('Make a witness’s key and its memory, and print the verifier key.')
    .requiredOption('--name <name>', 'what the witness is called for ever, like hmi-prisons.example/witness')
    .requiredOption('--key <file>', 'where the signing key goes; never overwritten')
    .requiredOption('--state <folder>', 'where it will remember what it signed')
    .addHelpText(
      'after',
      `
Run again, it prints the same. To change the key, make a second one with the same name and state and another file, and run
the witness with both until everybody's policy has the new one.

Example:
  $ npx concordat keys witness --name hmi-prisons.example/witness --key witness.key --state witness/
`,
    )
    .action(async (options: { name: string; key: string; state: string }) => {
      const { createWitnessFiles } = await import('../witness.ts')
      const { verifierKey, isNew } = await createWitnessFiles(options.name, options.key, options.state)
      process.stdout.write(`${isNew ? 'Made' : 'Already there:'} ${options.key}\n  ${verifierKey}\n`)
    })
}
