// How a command ends when it cannot do what was asked: in the words of whoever can mend it. Only what nobody foresaw keeps
// its stack.
import { CheckpointMalformed } from '../../audit/checkpoint.ts'
import { Unprovable } from '../../audit/fsck/prove-published.ts'
import { LogUnreadable } from '../../audit/fsck/published-log.ts'
import { LedgerFault } from '../../audit/fault.ts'
import { NoteRefused } from '../../audit/note.ts'
import { PolicyMalformed } from '../../audit/policy.ts'
import { TimeRefused } from '../../audit/time/refused.ts'
import { WitnessFault } from '../../audit/witness/fault.ts'
import { KeyFault } from '../../keys/key-fault.ts'
import { PackFault } from '../../policies/fault.ts'
import { BackupFault } from '../backup/manifest.ts'
import { ConfigFault } from '../config.ts'
import { GatewayAnswer } from './gateway-answer.ts'

/** 0 is done and all of it holds; 1 looked and it does not hold, or tried and failed; 2 could not begin. */
export const exitCodes = { done: 0, failed: 1, usage: 2 } as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** The command cannot begin: a file is missing or is not what it should be. */
export class UsageFault extends Error {}

export function plainWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const missing = missingFile(error)
  if (missing !== undefined) return missing
  const silent = silentServer(error)
  if (silent !== undefined) return silent
  const known = [
    UsageFault,
    GatewayAnswer,
    BackupFault,
    ConfigFault,
    PackFault,
    KeyFault,
    NoteRefused,
    CheckpointMalformed,
    LedgerFault,
    LogUnreadable,
    PolicyMalformed,
    Unprovable,
    WitnessFault,
  ]
  return known.some((kind) => error instanceof kind) ? error.message : (error.stack ?? error.message)
}

export function exitCodeOf(error: unknown): ExitCode {
  const couldNotBegin = [
    UsageFault,
    ConfigFault,
    NoteRefused,
    CheckpointMalformed,
    WitnessFault,
    TimeRefused,
    PolicyMalformed,
  ].some((kind) => error instanceof kind)
  return couldNotBegin || (error instanceof Error && missingFile(error) !== undefined)
    ? exitCodes.usage
    : exitCodes.failed
}

/** Node's own connection errors, as sentences. A name with two addresses gives one error for each. */
function silentServer(error: Error): string | undefined {
  const from = error.message === 'fetch failed' ? error.cause : error
  const first: unknown = from instanceof AggregateError ? from.errors[0] : from
  if (!(first instanceof Error) || !('syscall' in first) || !('code' in first)) return undefined
  if (first.syscall !== 'connect' && first.syscall !== 'getaddrinfo') return undefined
  return `A server that this needs did not answer (${first.message}).`
}

/** Node's own file errors, as sentences. */
function missingFile(
  error: Error & { readonly code?: unknown; readonly path?: unknown },
): string | undefined {
  if (typeof error.path !== 'string') return undefined
  if (error.code === 'ENOENT') return `There is no file ${error.path}.`
  if (error.code === 'EISDIR') return `${error.path} is a directory, and a file is needed.`
  if (error.code === 'EACCES') return `${error.path} may not be read by this account.`
  return undefined
}
