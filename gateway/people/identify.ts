// Finds the person behind a bearer token or a session. Nobody is let in who is not registered here; a wrong token and an
// unknown person are both recorded.
import type { Request } from 'express'
import { bearerVerifier, type BearerVerifier } from '../../keys/bearer.ts'
import type { Clock } from '../clock.ts'
import { Problem } from '../http/problem.ts'
import type { Claim, Identify } from '../http/who.ts'
import type { IdentityProvider } from './identity-provider.ts'
import { findPersonById, findPersonByIdentity } from './store.ts'

export interface IdentifyDeps {
  readonly identityProvider: IdentityProvider
  readonly issuer: string
  readonly audience: string
  readonly clock: Clock
}

export function createIdentify(deps: IdentifyDeps): Identify {
  let verifier: BearerVerifier | undefined
  const bearer = async () => {
    if (verifier) return verifier
    const jwksUri = (await deps.identityProvider()).serverMetadata().jwks_uri
    if (jwksUri === undefined) throw new Error('the identity provider publishes no keys')
    return (verifier = bearerVerifier({
      issuer: deps.issuer,
      audience: deps.audience,
      jwksUri,
      clock: deps.clock,
    }))
  }
  return {
    claim: async (req, surface) => (surface === 'api' ? tokenClaim(req, await bearer()) : sessionClaim(req)),
    person: async (tx, claim, now) => {
      const found =
        claim.kind === 'token'
          ? await findPersonByIdentity(tx, claim.issuer, claim.subject, now)
          : await findPersonById(tx, claim.personId, now)
      if (!found) throw unknownPerson()
      return found
    },
  }
}

async function tokenClaim(req: Request, bearer: BearerVerifier): Promise<Claim> {
  const [scheme, token, ...more] = (req.get('authorization') ?? '').split(' ')
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined || token === '' || more.length > 0) {
    throw new Problem(
      'token.missing',
      'Send the header Authorization: Bearer with an access token of the identity provider.',
    )
  }
  const verified = await bearer.verify(token)
  if (verified.outcome === 'accepted')
    return { kind: 'token', issuer: verified.issuer, subject: verified.subject }
  if (verified.code === 'token.expired')
    throw new Problem('token.expired', 'Get a new token from the identity provider and try again.')
  throw new Problem('token.invalid', 'Get a token from the identity provider for this service and try again.')
}

function sessionClaim(req: Request): Claim {
  const { personId } = req.session
  if (personId === undefined) throw new Problem('session.required', 'Sign in and try again.')
  return { kind: 'session', personId }
}

export function unknownPerson(): Problem {
  return new Problem(
    'person.unknown',
    'Ask your organisation’s information assurance officer to register you, then sign in again.',
  )
}
