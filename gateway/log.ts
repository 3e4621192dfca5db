// Winston JSON lines for operators: one object a line with the request's id, and no personal data. The ledger, not this
// log, is the record; fields that may carry secrets or people are blanked by name wherever they stand.
import winston from 'winston'

export type Log = Pick<winston.Logger, 'error' | 'warn' | 'info' | 'debug'>

const redactedNames =
  /^(authorization|cookie|set-cookie|password|secret|token|accessToken|idToken|code|csrf|_csrf|email|name|username|ip|body|prisonNumbers?|text|armored|challenge)$/i

/** @param destination where lines go; tests pass a stream of their own */
export function createLog(level: string, destination: NodeJS.WritableStream = process.stdout): Log {
  return winston.createLogger({
    level,
    format: winston.format.combine(redact(), winston.format.timestamp(), winston.format.json()),
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- winston's types declare two of this class
    transports: [new winston.transports.Stream({ stream: destination })],
  })
}

const redact = winston.format((info) => Object.assign(info, blank(info, 0)))

function blank(value: unknown, depth: number): unknown {
  if (value instanceof Error) return { name: value.name, ...wordsOf(value), code: codeOf(value) }
  if (value === null || typeof value !== 'object') return value
  if (depth > 6) return '[deep]'
  if (Array.isArray(value)) return value.map((each) => blank(each, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      redactedNames.test(key) ? '[redacted]' : blank(each, depth + 1),
    ]),
  )
}

function codeOf(error: Error): unknown {
  return 'code' in error ? error.code : undefined
}

/** A database's own words may quote the values that it was given; its code and where it happened say enough. */
function wordsOf(error: Error): { message?: string; stack?: string } {
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n')
  return 'severity' in error ? { stack: frames } : { message: error.message, stack: frames }
}
