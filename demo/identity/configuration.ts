// How the demonstration provider is set up: authorization code with PKCE only, consent taken as given, access tokens
// as JWTs (RFC 9068) whose audience is the gateway, and signing keys that live as long as the process.
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { errors, interactionPolicy } from 'oidc-provider'
import type { Configuration, JWK, KoaContextWithOIDC } from 'oidc-provider'
import { createMemory } from './memory.ts'
import { problemPage, signedOutPage, signOutPage } from './pages.ts'
import type { Page } from './pages.ts'
import type { DemonstrationPerson } from './people.ts'

export interface IdentityClients {
  /** The gateway's web pages: a confidential client. */
  readonly web: {
    readonly clientId: string
    readonly clientSecret: string
    readonly redirectUris: readonly string[]
    readonly postLogoutRedirectUris: readonly string[]
  }
  /** The command line: a public client on the loopback interface, any port (RFC 8252 §7.3). */
  readonly commandLine: { readonly clientId: string; readonly redirectUris: readonly string[] }
  /** The gateway's API: the one resource (RFC 8707) that tokens are for, and the scopes that it knows. */
  readonly resource: { readonly indicator: string; readonly scopes: readonly string[] }
}

const signingAlgorithm = 'ES256'
const minute = 60
const hour = 60 * minute

export function providerConfiguration(
  people: readonly DemonstrationPerson[],
  clients: IdentityClients,
): Configuration {
  const policy = interactionPolicy.base()
  policy.remove('consent')
  return {
    adapter: createMemory(),
    clients: [webClient(clients.web), commandLineClient(clients.commandLine)],
    clientDefaults: { id_token_signed_response_alg: signingAlgorithm },
    jwks: { keys: [createSigningKey()] },
    cookies: {
      keys: [randomBytes(32).toString('base64url')],
      names: { session: 'demo_identity', interaction: 'demo_interaction', resume: 'demo_resume' },
    },
    responseTypes: ['code'],
    pkce: { required: () => true },
    claims: { openid: ['sub', 'auth_time', 'amr'], profile: ['name'], email: ['email'] },
    conformIdTokenClaims: false,
    extraTokenClaims: whenAndHowSignedIn,
    findAccount: (_ctx, subject) => findAccount(people, subject),
    loadExistingGrant: (ctx) => grantWhatWasAsked(ctx, clients.resource),
    interactions: { policy, url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    ttl: {
      AccessToken: 10 * minute,
      AuthorizationCode: minute,
      IdToken: hour,
      Interaction: hour,
      Session: 8 * hour,
      Grant: 8 * hour,
    },
    clientBasedCORS: () => false,
    renderError: (ctx, out) => show(ctx, problemPage(out.error_description ?? out.error)),
    features: providerFeatures(clients),
  }
}

function providerFeatures({ resource }: IdentityClients): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    userinfo: { enabled: true },
    revocation: { enabled: false },
    introspection: { enabled: false },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => show(ctx, signOutPage(form, logoutTarget(ctx))),
      postLogoutSuccessSource: (ctx) => show(ctx, signedOutPage()),
    },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: (_ctx, indicator) => {
        if (indicator !== resource.indicator) throw new errors.InvalidTarget()
        return {
          audience: resource.indicator,
          scope: resource.scopes.join(' '),
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: signingAlgorithm } },
        }
      },
    },
  }
}

function webClient(web: IdentityClients['web']) {
  return {
    client_id: web.clientId,
    client_secret: web.clientSecret,
    client_name: 'Concordat',
    redirect_uris: [...web.redirectUris],
    post_logout_redirect_uris: [...web.postLogoutRedirectUris],
    grant_types: ['authorization_code'],
    response_types: ['code' as const],
    require_auth_time: true,
  }
}

function commandLineClient(commandLine: IdentityClients['commandLine']) {
  return {
    client_id: commandLine.clientId,
    client_name: 'Concordat command line',
    application_type: 'native' as const,
    token_endpoint_auth_method: 'none' as const,
    redirect_uris: [...commandLine.redirectUris],
    grant_types: ['authorization_code'],
    response_types: ['code' as const],
    require_auth_time: true,
  }
}

function createSigningKey(): JWK {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  // node:crypto types every member of an exported JWK as optional; for an EC key kty, crv, x, y and d are there.
  return {
    ...(privateKey.export({ format: 'jwk' }) as JWK),
    kid: randomUUID(),
    use: 'sig',
    alg: signingAlgorithm,
  }
}

/** RFC 9068 §2.2.1: an API can ask for a recent sign-in as pages can. */
function whenAndHowSignedIn(ctx: KoaContextWithOIDC) {
  const code = ctx.oidc.entities.AuthorizationCode
  return code && { auth_time: code.authTime, amr: code.amr }
}

function findAccount(people: readonly DemonstrationPerson[], subject: string) {
  const person = people.find((candidate) => candidate.subject === subject)
  return (
    person && {
      accountId: subject,
      claims: () => ({ sub: subject, name: person.name, email: person.email }),
    }
  )
}

async function grantWhatWasAsked(ctx: KoaContextWithOIDC, resource: IdentityClients['resource']) {
  const { client, provider, session, params } = ctx.oidc
  if (!client || !session?.accountId) return undefined
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
  const asked = typeof params?.['scope'] === 'string' ? params['scope'].split(' ') : []
  grant.addOIDCScope(asked.join(' '))
  grant.addResourceScope(
    resource.indicator,
    asked.filter((scope) => resource.scopes.includes(scope)).join(' '),
  )
  await grant.save()
  return grant
}

function logoutTarget(ctx: KoaContextWithOIDC): string | undefined {
  const target = ctx.oidc.params?.['post_logout_redirect_uri']
  return typeof target === 'string' ? new URL(target).origin : undefined
}

function show(ctx: KoaContextWithOIDC, page: Page): void {
  ctx.type = 'html'
  ctx.set('content-security-policy', page.contentSecurityPolicy)
  ctx.set('x-content-type-options', 'nosniff')
  ctx.set('referrer-policy', 'no-referrer')
  ctx.body = page.html
}
