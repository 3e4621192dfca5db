#!/usr/bin/env -S MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=1048576 node --disable-warning=ExperimentalWarning --max-semi-space-size=2 --v8-pool-size=1
// The `concordat` command: one file a verb, each loading what it needs only when it runs, so that a verifier never touches
// a database. Exit codes are those of failure.ts.
import { Command, CommanderError } from 'commander'
import { version } from '../version.ts'
import { attestVerb } from './attest.ts'
import { backupVerb } from './backup.ts'
import { certificateVerb } from './certificate.ts'
import { clausesVerb } from './clauses.ts'
import { concernsVerb } from './concerns.ts'
import { exitCodeOf, exitCodes, plainWords } from './failure.ts'
import { exportVerb } from './export.ts'
import { fetchVerb } from './fetch.ts'
import { keysVerb } from './keys.ts'
import { ledgerVerb } from './ledger.ts'
import { migrateVerb } from './migrate.ts'
import { packVerb } from './pack.ts'
import { restoreVerb } from './restore.ts'
import { serveVerb } from './serve.ts'
import { witnessVerb } from './witness.ts'
import { workerVerb } from './worker.ts'

const guide = `
Examples:
  A first start, against your own PostgreSQL
    $ MIGRATION_DATABASE_URL=postgres://owner@db/concordat npx concordat migrate
    $ KEY_DIRECTORY=/var/lib/concordat/keys LEDGER_ORIGIN=gateway.example/audit/1 npx concordat keys create
    $ npx concordat serve
  Where is paragraph 16 of the agreement, and what makes it happen?
    $ npx concordat clauses 16
  Is this entry in the ledger, and was this destruction certified? (no network, no database)
    $ npx concordat ledger verify --proof proof.txt --vkey ledger.vkey
    $ npx concordat certificate verify --certificate certificate.json --key certificate.jwk --vkey ledger.vkey
  What came of the quarterly concerns export since last time, verified and decrypted, in a scheduled job
    $ npx concordat fetch --help

Exit codes:
  0  done, and everything that was looked at holds
  1  it does not hold, or it was tried and failed
  2  it could not begin: a wrong option, a missing file, a mistake in the configuration
`

const verbs = [
  serveVerb,
  workerVerb,
  migrateVerb,
  keysVerb,
  ledgerVerb,
  witnessVerb,
  attestVerb,
  backupVerb,
  restoreVerb,
  certificateVerb,
  packVerb,
  clausesVerb,
  concernsVerb,
  exportVerb,
  fetchVerb,
]

function program(): Command {
  const command = new Command('concordat')
    .description(
      'A data-sharing gateway that makes the clauses of an agreement happen, and proves that they did.',
    )
    .version(version, '-V, --version', 'say which version this is')
    .helpOption('-h, --help', 'explain a command')
    .addHelpText('after', guide)
    .showHelpAfterError('(add --help for how it is used)')
  for (const verb of verbs) command.addCommand(verb())
  return throwing(command)
}

/** Commander ends the process by itself unless each command is told to throw. */
function throwing(command: Command): Command {
  command.exitOverride()
  for (const child of command.commands) throwing(child)
  return command
}

try {
  await program().parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    // What was wrong is printed already; help and version are no mistake.
    process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  } else {
    process.stderr.write(`${plainWords(error)}\n`)
    process.exitCode = exitCodeOf(error)
  }
}
