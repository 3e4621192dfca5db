// Verifies bearer tokens of the API: JWT access tokens (RFC 9068) from one issuer for one audience, signed by a key
// of the issuer's published set, with an asymmetric algorithm from a fixed list (RFC 8725 §3.1). Keys rotate: an
// unknown `kid` fetches the set again. Nothing in a token chooses a key or a place to fetch one from.
import { createRemoteJWKSet, decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose'
import { z } from 'zod'

const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA']
const longestToken = 16 * 1024
/** Header parameters by which a token would bring its own key or rules. */
const foreignKeyParameters = ['jku', 'jwk', 'x5u', 'x5c', 'crit'] as const

export type TokenFaultCode =
  | 'token.malformed'
  | 'token.unknown'
  | 'token.expired'
  | 'token.not-yet-valid'
  | 'token.wrong-audience'
  | 'token.wrong-type'
  | 'token.keys-unavailable'

export type BearerResult =
  | {
      readonly outcome: 'accepted'
      readonly issuer: string
      readonly subject: string
      readonly clientId: string | undefined
      readonly scopes: readonly string[]
      readonly expiresAt: Date
      /** When and how the person signed in, where the issuer says so: for acts that need a recent sign-in. */
      readonly authenticatedAt: Date | undefined
      readonly methods: readonly string[]
    }
  | { readonly outcome: 'refused'; readonly code: TokenFaultCode; readonly message: string }

export interface BearerVerifier {
  verify(token: string): Promise<BearerResult>
}

const messages: Record<TokenFaultCode, string> = {
  'token.malformed': 'The access token cannot be read.',
  'token.unknown': 'The access token was not issued by the identity provider that this service trusts.',
  'token.expired': 'The access token has expired. Get a new one.',
  'token.not-yet-valid': 'The access token is not valid yet.',
  'token.wrong-audience': 'The access token is for another service.',
  'token.wrong-type': 'This is not an access token.',
  'token.keys-unavailable': 'The identity provider’s keys cannot be fetched. Try again.',
}

const claimsSchema = z.object({
  iss: z.string(),
  sub: z.string().min(1),
  exp: z.number(),
  client_id: z.string().optional(),
  scope: z.string().default(''),
  auth_time: z.number().optional(),
  amr: z.array(z.string()).default([]),
})

/**
 * @param options.refetchAfterMs how long to wait at least between two fetches of the key set
 * @param options.toleranceSeconds by how much the issuer's clock and ours may differ
 */
export function bearerVerifier(options: {
  readonly issuer: string
  readonly audience: string
  readonly jwksUri: string
  readonly clock: () => Date
  readonly refetchAfterMs?: number
  readonly toleranceSeconds?: number
}): BearerVerifier {
  const keys = createRemoteJWKSet(new URL(options.jwksUri), {
    cooldownDuration: options.refetchAfterMs ?? 30_000,
    timeoutDuration: 5_000,
  })
  return {
    async verify(token) {
      if (token.length > longestToken || bringsItsOwnKey(token)) return refused('token.malformed')
      try {
        const { payload } = await jwtVerify(token, keys, {
          issuer: options.issuer,
          audience: options.audience,
          algorithms,
          typ: 'at+jwt',
          requiredClaims: ['sub', 'exp', 'iat'],
          currentDate: options.clock(),
          clockTolerance: options.toleranceSeconds ?? 5,
        })
        return accepted(payload)
      } catch (error) {
        return refused(codeOf(error))
      }
    },
  }
}

function bringsItsOwnKey(token: string): boolean {
  try {
    const header = decodeProtectedHeader(token)
    return foreignKeyParameters.some((name) => header[name] !== undefined)
  } catch {
    return true
  }
}

function accepted(payload: JWTPayload): BearerResult {
  const parsed = claimsSchema.safeParse(payload)
  if (!parsed.success) return refused('token.malformed')
  const claims = parsed.data
  return {
    outcome: 'accepted',
    issuer: claims.iss,
    subject: claims.sub,
    clientId: claims.client_id,
    scopes: claims.scope.split(' ').filter((scope) => scope !== ''),
    expiresAt: new Date(claims.exp * 1000),
    authenticatedAt: claims.auth_time === undefined ? undefined : new Date(claims.auth_time * 1000),
    methods: claims.amr,
  }
}

function codeOf(error: unknown): TokenFaultCode {
  if (error instanceof errors.JWTExpired) return 'token.expired'
  if (error instanceof errors.JWTClaimValidationFailed) {
    const byClaim: Record<string, TokenFaultCode> = {
      nbf: 'token.not-yet-valid',
      aud: 'token.wrong-audience',
      typ: 'token.wrong-type',
      iss: 'token.unknown',
    }
    return byClaim[error.claim] ?? 'token.malformed'
  }
  if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid) return 'token.malformed'
  const isTokensFault =
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported
  // What is left is ours or the issuer's: no answer, no key set, a set that cannot be read.
  return isTokensFault ? 'token.unknown' : 'token.keys-unavailable'
}

function refused(code: TokenFaultCode): BearerResult {
  return { outcome: 'refused', code, message: messages[code] }
}
