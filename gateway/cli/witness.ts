// `concordat witness`: what a party runs so that no log can show it one history and somebody else another.
import { Command } from 'commander'
import { systemClock } from '../clock.ts'
import { createLog } from '../log.ts'
import { UsageFault } from './failure.ts'

interface Options {
  readonly key: readonly string[]
  readonly logs: string
  readonly state: string
  readonly listen: string
}

export function witnessVerb(): Command {
  return new Command('witness')
    .description('Watch other people’s logs, and sign each checkpoint that only adds to the last.')
    .requiredOption('--key <file...>', 'the witness’s signing key; two while it is being changed')
    .requiredOption(
      '--logs <file>',
      'verifier keys of the logs, one a line, or a list of logs (C2SP tlog-list)',
    )
    .requiredOption('--state <folder>', 'what it remembers; on a disk that is never restored from a backup')
    .option('--listen <address>', 'where to listen', '127.0.0.1:7380')
    .addHelpText('after', guide)
    .action(run)
}

const guide = `
A witness remembers, for each log, the last checkpoint that it signed. It signs the next one when the log's own key signed it
and a proof shows that it holds everything that the last one held. So a log cannot take an entry back, and cannot show
two people two histories, unless it deceives every witness too. Run it where the log's operator has no access.

It speaks C2SP tlog-witness: POST /add-checkpoint answers 200 with its signature lines, or
  400 not a request of this form        403 not signed by the log's key      404 not a log that it watches
  409 another size was signed last      422 the proof does not hold          503 its clock went back
With 409 comes the size that it signed last. When two signed checkpoints do not fit together, both are kept under
evidence/ in the state folder, and the log line says witness.evidence: tell the other party at once.

Losing the state folder ends the witness: it would sign whatever it saw next. Make a new witness with a new name instead.
Put a web server that speaks TLS in front of it. It writes JSON log lines and stops on SIGTERM.

Example: HMI Prisons witnesses the log of a gateway
  $ npx concordat keys witness --name hmi-prisons.example/witness --key witness.key --state witness/
  $ npx concordat witness --key witness.key --logs ledger.vkey --state witness/ --listen 0.0.0.0:7380
The gateway then names it in its policy (LEDGER_POLICY), with the verifier key that the first command printed.
`

async function run({ key, logs, state, listen }: Options): Promise<void> {
  const [, host, port] = /^(.+):([0-9]{1,5})$/.exec(listen) ?? []
  if (host === undefined || Number(port) > 65_535)
    throw new UsageFault('--listen takes an address and a port, like 127.0.0.1:7380.')
  const { startWitness } = await import('../witness.ts')
  const witness = await startWitness({
    keyFiles: key,
    logsFile: logs,
    stateDirectory: state,
    host: host.replace(/^\[|\]$/g, ''),
    port: Number(port),
    clock: systemClock,
    log: createLog('info'),
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void witness.stop())
}
