// The OpenID provider as it describes itself, asked at first use and kept; one that is down is asked again.
import * as client from 'openid-client'
import { isLoopback, type Config } from '../config.ts'

export type IdentityProvider = () => Promise<client.Configuration>

export function findIdentityProvider({ issuer, clientId, clientSecret }: Config['oidc']): IdentityProvider {
  // Plain HTTP is for a provider on this machine alone; parseConfig refuses any other.
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so only to make it stand out
  const options = isLoopback(issuer) ? { execute: [client.allowInsecureRequests] } : {}
  let found: Promise<client.Configuration> | undefined
  return () => {
    found ??= client
      .discovery(new URL(issuer), clientId, clientSecret, undefined, options)
      .catch((cause: unknown) => {
        found = undefined
        throw new Error('the identity provider did not answer', { cause })
      })
    return found
  }
}
