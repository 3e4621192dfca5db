// Bearer tokens as the identity provider gives them, and as a forger writes them.
import { generateKeyPairSync, sign } from 'node:crypto'
import { scopes } from '../../demo/environment.ts'
import { signInHeadless } from '../../demo/identity/sign-in.ts'
import type { Subject, TestGateway } from './gateway.ts'

/** A fresh access token of the real provider. */
export async function tokenOf({ environment }: TestGateway, person: Subject): Promise<string> {
  const { config, identity, commandLine } = environment
  const { accessToken } = await signInHeadless({
    ...commandLine,
    issuer: identity.issuer,
    resource: config.apiAudience,
    scope: ['openid', ...scopes].join(' '),
    person,
  })
  return accessToken
}

/** The token's header and claims, signed with a key that nobody published. */
export function forged(token: string, claims: Record<string, unknown> = {}): string {
  const [header = '', payload = ''] = token.split('.')
  const said = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown> // a JWT's claims
  const signed = `${header}.${Buffer.from(JSON.stringify({ ...said, ...claims })).toString('base64url')}`
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`
}
