// The witnesses of HMI Prisons and HMPPS, as each of them would run one: with a key, a memory and a port of its own. Here they
// run in the demonstration's process; elsewhere they are `concordat witness` on machines of the parties.
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { formatVerifierKey } from '../audit/note.ts'
import { systemClock } from '../gateway/clock.ts'
import { openKeyDirectory } from '../gateway/key-directory.ts'
import { ledgerSigner } from '../gateway/ledger-signer.ts'
import { createLog } from '../gateway/log.ts'
import { createWitnessFiles, type RunningWitness, startWitness } from '../gateway/witness.ts'

export interface Witnesses {
  /** C2SP tlog-policy: both must have cosigned. */
  readonly policyFile: string
  /** A line each, for people. */
  readonly about: readonly string[]
  stop(): Promise<void>
}

const parties = ['hmi-prisons', 'hmpps'] as const

export async function startWitnesses(
  directory: string,
  keyDirectory: string,
  origin: string,
  now: Date,
): Promise<Witnesses> {
  const keys = await openKeyDirectory(keyDirectory, { createMissing: true, email: 'gateway@concordat.example', at: now }) // prettier-ignore
  const log = formatVerifierKey((await ledgerSigner(origin, keys.ledger[0].privateKey)).key)
  const running: { party: string; witness: RunningWitness; url: string }[] = []
  for (const party of parties) {
    const folder = path.join(directory, 'witnesses', party)
    await mkdir(folder, { recursive: true })
    await writeFile(path.join(folder, 'ledger.vkey'), `${log}\n`)
    const [keyFile, stateDirectory] = [path.join(folder, 'witness.key'), path.join(folder, 'state')]
    await createWitnessFiles(`${party}.example/witness`, keyFile, stateDirectory)
    const witness = await startWitness({
      keyFiles: [keyFile],
      logsFile: path.join(folder, 'ledger.vkey'),
      stateDirectory,
      host: '127.0.0.1',
      port: 0,
      clock: systemClock,
      log: createLog('error', process.stderr),
    })
    running.push({ party, witness, url: `http://127.0.0.1:${witness.port}` })
  }
  const policyFile = path.join(directory, 'ledger.policy')
  await writeFile(policyFile, policyOf(log, running))
  return {
    policyFile,
    about: running.map(({ party, url }) => `${party.padEnd(12)} ${url}`),
    stop: async () => {
      for (const { witness } of running) await witness.stop()
    },
  }
}

function policyOf(
  log: string,
  running: readonly { party: string; witness: RunningWitness; url: string }[],
): string {
  const lines = [
    '# Both parties must have cosigned a checkpoint before it counts.',
    `log ${log}`,
    ...running.map(({ party, witness, url }) => `witness ${party} ${witness.verifierKeys[0] ?? ''} ${url}`),
    `group both all ${running.map(({ party }) => party).join(' ')}`,
    'quorum both',
  ]
  return `${lines.join('\n')}\n`
}
