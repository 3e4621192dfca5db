// A witness as a process: its keys, its memory and its port. A party runs it on a machine of its own; it needs no database and
// knows nothing of the gateway but the verifier key of its log.
import { randomBytes } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createDurably } from '../audit/durable-file.ts'
import { formatVerifierKey } from '../audit/note.ts'
import { type Cosigner, cosigner, formatSignerKey, parseCosignerKey } from '../audit/note-signer.ts'
import { WitnessFault } from '../audit/witness/fault.ts'
import { parseLogList } from '../audit/witness/log-list.ts'
import { createWitnessMemory, openWitnessMemory } from '../audit/witness/memory.ts'
import { witnessServer } from '../audit/witness/serve.ts'
import { createWitness, type WitnessAnswer, type WitnessedLog } from '../audit/witness/witness.ts'
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'

export interface WitnessFiles {
  /** The witness's signing key; several while it is being changed, each signs. */
  readonly keyFiles: readonly string[]
  /** Verifier keys of the logs that it watches, or a list of logs (C2SP tlog-list). */
  readonly logsFile: string
  readonly stateDirectory: string
}

export interface WitnessOptions extends WitnessFiles {
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  readonly clock: Clock
  readonly log: Log
}

export interface RunningWitness {
  readonly port: number
  readonly verifierKeys: readonly string[]
  stop(): Promise<void>
}

/** @throws {WitnessFault | NoteRefused} and the file system's errors, before anything listens */
export async function startWitness(options: WitnessOptions): Promise<RunningWitness> {
  const cosigners = await readCosigners(options.keyFiles)
  const { name } = cosigners[0].key
  const logs = await parseLogList(await readFile(options.logsFile, 'utf8'))
  if (logs.length === 0) throw new WitnessFault(`${options.logsFile} names no log.`)
  const memory = await openWitnessMemory(options.stateDirectory, name)
  const verifierKeys = cosigners.map(({ key }) => formatVerifierKey(key))
  const server = witnessServer({
    witness: createWitness({ logs, cosigners, memory, clock: options.clock }),
    about: about(verifierKeys, logs),
    onAnswer: (answer) => note(options.log, answer),
    onFault: (error) => options.log.error('witness.fault', { error }),
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  options.log.info('witness.listening', {
    port,
    witness: verifierKeys,
    logs: logs.map(({ origin }) => origin),
  })
  return {
    port,
    verifierKeys,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function readCosigners(files: readonly string[]): Promise<readonly [Cosigner, ...Cosigner[]]> {
  const [first, ...rest] = await Promise.all(files.map(readCosigner))
  if (!first) throw new WitnessFault('A witness needs its signing key.')
  const other = rest.find(({ key }) => key.name !== first.key.name)
  if (other) throw new WitnessFault(`The keys are of two witnesses: ${first.key.name} and ${other.key.name}.`)
  return [first, ...rest]
}

async function readCosigner(file: string): Promise<Cosigner> {
  if (((await stat(file)).mode & 0o077) !== 0)
    throw new WitnessFault(`Others can read the signing key ${file}. Set its mode to 0600.`)
  return parseCosignerKey((await readFile(file, 'utf8')).trim())
}

export interface MadeWitness {
  readonly verifierKey: string
  /** False where the key was there already: it is never overwritten. */
  readonly isNew: boolean
}

/** Makes what is missing of a witness's key and memory. @throws {WitnessFault | NoteRefused} */
export async function createWitnessFiles(
  name: string,
  keyFile: string,
  stateDirectory: string,
): Promise<MadeWitness> {
  const seed = randomBytes(32)
  const made = await cosigner(name, seed)
  await createWitnessMemory(stateDirectory, name)
  const isNew = await createDurably(keyFile, `${formatSignerKey(made.key, seed)}\n`, 0o600)
  const { key } = isNew ? made : await readCosigner(keyFile)
  if (key.name !== name) throw new WitnessFault(`${keyFile} is the key of ${key.name}, not of ${name}.`)
  return { verifierKey: formatVerifierKey(key), isNew }
}

function about(verifierKeys: readonly string[], logs: readonly WitnessedLog[]): string {
  const lines = [
    'This is a witness of transparency logs (C2SP tlog-witness). Checkpoints are sent to /add-checkpoint.',
    '',
    ...verifierKeys.map((key) => `witness ${key}`),
    ...logs.map(({ origin }) => `log ${origin}`),
  ]
  return `${lines.join('\n')}\n`
}

function note(log: Log, answer: WitnessAnswer): void {
  if (answer.status === 200) log.info('witness.cosigned', { origin: answer.origin, size: answer.size })
  else if (answer.isEvidence === true)
    log.error('witness.evidence', { status: answer.status, says: answer.says })
  else log.info('witness.refused', { status: answer.status, says: answer.says })
}
