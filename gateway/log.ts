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
    transports: [new winston.transports.Stream({ stream: destination })],
  })
}

const redact = winston.format((info) => Object.assign(info, blank(info, 0)))

function blank(value: unknown, depth: number): unknown {
  if (value instanceof Error)
    return { name: value.name, message: value.message, stack: value.stack, code: codeOf(value) }
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
