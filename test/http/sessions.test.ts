// Sessions and pages: cookies, headers of every page, limits of time, tokens of forms, and that the ledger knows who came and
// went (ASVS 3.3, 3.4, 3.5.1, 7.2.4, 7.3, 14.3; CSRF is on here as in production).
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { setTimeout } from 'node:timers/promises'
import type { Database } from '../../gateway/db.ts'
import { createBrowser, type Visit } from '../../demo/identity/browser.ts'
import { choosePerson } from '../../demo/identity/sign-in.ts'
import { allEndpoints } from '../../gateway/app.ts'
import { absoluteHours, idleMinutes } from '../../gateway/http/session.ts'
import { enrolKey, entriesOf, startGateway, type TestGateway } from '../support/gateway.ts'
import { csrfOf, personAt, signedIn } from '../support/pages.ts'
import { stateOf, transferAt } from '../support/transfers.ts'

const cookieName = '__Host-concordat'

describe('pages and sessions', () => {
  let gateway: TestGateway
  let aheadMs = 0
  let providerAway = false
  let savingTakesMs = 0
  beforeAll(async () => {
    gateway = await startGateway({
      people: 300,
      change: (wiring) => ({
        ...wiring,
        db: { ...wiring.db, pool: slowed(wiring.db.pool) },
        clock: () => new Date(Date.now() + aheadMs),
        identityProvider: () =>
          providerAway
            ? Promise.reject(new Error('planted: the provider is away'))
            : wiring.identityProvider(),
      }),
    })
    await enrolKey(gateway)
  })
  afterAll(() => gateway.close())
  afterEach(() => {
    aheadMs = 0
    providerAway = false
    savingTakesMs = 0
  })

  /** The pool, whose writing of sessions takes as long as it is told to. */
  const slowed = (pool: Database['pool']): Database['pool'] =>
    new Proxy(pool, {
      get: (real, name) => {
        const found: unknown = Reflect.get(real, name)
        if (typeof found !== 'function') return found
        if (name !== 'query') return found.bind(real) as unknown
        return async (text: string, values: unknown[]) => {
          if (/insert into .*session/i.test(text)) await setTimeout(savingTakesMs)
          return real.query(text, values)
        }
      },
    })

  const at = (path: string) => new URL(path, gateway.url)
  const cookieOf = (visit: Pick<Visit, 'headers'>) =>
    visit.headers.getSetCookie().find((line) => line.startsWith(`${cookieName}=`))
  const sidOf = (visit: Pick<Visit, 'headers'>) =>
    decodeURIComponent(/=s%3A([^.;]+)\./.exec(cookieOf(visit) ?? '')?.[1] ?? '')
  const kept = async (sid: string) =>
    (await gateway.owner.query('select 1 from concordat.session where sid = $1', [sid])).rows.length
  const codesOf = async (visit: Pick<Visit, 'headers'>) =>
    (await entriesOf(gateway, `correlation=${visit.headers.get('x-request-id') ?? 'none'}`)).map((entry) => [
      entry['type'],
      (entry['detail'] as { code?: string }).code,
    ])

  test('the cookie is bound to this host, is for HTTPS, no script reads it, and it holds a random name alone', async () => {
    const person = await signedIn(gateway, 'gwen.pritchard')
    const cookie = cookieOf(await person.once('/'))
    expect(cookie?.startsWith(`${cookieName}=s%3A`)).toBe(true)
    const attributes = (cookie ?? '')
      .split('; ')
      .slice(1)
      .map((each) => each.toLowerCase())
    expect(attributes).toEqual(expect.arrayContaining(['path=/', 'httponly', 'secure', 'samesite=lax']))
    expect(attributes.filter((each) => each.startsWith('domain'))).toEqual([])
    expect(cookie).not.toMatch(/gwen|pritchard/i)
  })

  test('every page, whoever asks, has a strict content policy, is not kept, and holds no inline script or style', async () => {
    const id = await transferAt(gateway, 'destroyed')
    const other = await transferAt(gateway, 'available')
    const marta = await signedIn(gateway, 'marta.kowalczyk')
    const ayesha = await signedIn(gateway, 'ayesha.rahman')
    const stranger = personAt(gateway, createBrowser())
    const returned = await transferAt(gateway, 'returned')
    const shown = [
      ...(await Promise.all(['/start', '/nowhere', '/sign-in/callback?code=forged&state=forged'].map((path) => stranger.once(path)))),
      ...(await Promise.all(['/access-log', '/access-log?type=nothing', '/keys', `/requests/${id}`, '/certificate-key'].map((path) => marta.once(path)))),
      ...(await Promise.all(['/', '/requests/new', '/keys', '/access-log', `/requests/${id}`, `/requests/${id}/certificate`, `/requests/${other}`, `/requests/${returned}/change`, '/requests/nothing'].map((path) => ayesha.once(path)))),
      await ayesha.send('/requests/check', { relevance: 'x' }),
      await ayesha.send(`/requests/${other}/approve`),
      await ayesha.send(`/requests/${other}/approve`, {}, 'forged'),
    ] // prettier-ignore
    for (const { url, status, headers, body } of shown) {
      const where = `${url.pathname} ${status}`
      const policy = Object.fromEntries(
        (headers.get('content-security-policy') ?? '')
          .split(';')
          .map((part) => part.trim().split(/ (.*)/s) as [string, string]),
      ) // name, then its values
      expect(policy, where).toMatchObject({
        'default-src': `'none'`, 'script-src': `'self'`, 'style-src': `'self'`, 'base-uri': `'none'`, 'frame-ancestors': `'none'`, 'img-src': `'self'`,
      }) // prettier-ignore
      expect(policy['form-action'], where).toBe(
        `'self' ${new URL(gateway.environment.identity.issuer).origin}`,
      )
      expect(JSON.stringify(policy), where).not.toMatch(/unsafe|data:|\*|http:\/\/(?!localhost)/)
      expect(headers.get('cache-control'), where).toBe('no-store')
      expect(headers.get('x-content-type-options'), where).toBe('nosniff')
      expect(headers.get('referrer-policy'), where).toBe('no-referrer')
      expect(headers.get('strict-transport-security'), where).toMatch(/max-age=\d{8}/)
      expect(headers.get('x-powered-by'), where).toBeNull()
      expect(body, where).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle="|\son\w+="/i)
      if (body !== '' && url.pathname !== '/certificate-key') expect(body, where).toMatch(/^<!doctype html>/i)
    }
    expect(new Set(shown.map(({ status }) => status))).toEqual(new Set([200, 400, 401, 403, 404]))
  })

  test('what is not signed in is led to the start, and the look that was tried is an entry', async () => {
    const stranger = personAt(gateway, createBrowser())
    for (const path of [
      '/',
      '/requests/new',
      '/keys',
      '/access-log',
      '/requests/8c9f0f5e-6f0e-4c64-9a35-0d6f1f8f2c11',
    ]) {
      const visit = await stranger.once(path)
      expect([visit.status, visit.headers.get('location')], path).toEqual([303, '/start'])
      expect(await codesOf(visit)).toEqual([['request.rejected', 'session.required']])
    }
  })

  test('a session gets a new name at sign-in, so that one that was planted before is worth nothing', async () => {
    const browser = createBrowser()
    const before = sidOf(await browser.visit(at('/sign-in'), { stopAt: () => true }))
    savingTakesMs = 200
    const back = await choosePerson(browser, at('/sign-in'), 'tom.whitfield', (url) => url.pathname === '/')
    const after = sidOf(back)
    expect([before.length > 20, after.length > 20, before === after]).toEqual([true, true, false])
    expect([await kept(before), await kept(after)]).toEqual([0, 1])
    expect(await codesOf(back)).toEqual([['person.signed-in', undefined]])
  })

  test('a session ends when it is idle, and each look puts that off', async () => {
    const person = await signedIn(gateway, 'tom.whitfield')
    const sid = sidOf(await person.once('/'))
    const left = async () => {
      const { rows } = await gateway.owner.query(
        'select extract(epoch from expire - now()) / 60 as minutes from concordat.session where sid = $1',
        [sid],
      )
      return Number(rows[0]?.['minutes'])
    }
    const age = (minutes: number) =>
      gateway.owner.query(
        `update concordat.session set expire = expire - make_interval(mins => $2) where sid = $1`,
        [sid, minutes],
      )
    expect(Math.abs((await left()) - idleMinutes)).toBeLessThan(1)
    await age(idleMinutes - 2)
    expect((await person.once('/')).status).toBe(200)
    expect(Math.abs((await left()) - idleMinutes)).toBeLessThan(1)
    await age(idleMinutes + 1)
    expect((await person.once('/')).headers.get('location')).toBe('/start')
  })

  test('a session ends at its absolute age, however busy it was', async () => {
    const person = await signedIn(gateway, 'tom.whitfield')
    const sid = sidOf(await person.once('/'))
    aheadMs = absoluteHours * 3_600_000 - 60_000
    expect((await person.once('/')).status).toBe(200)
    aheadMs = absoluteHours * 3_600_000 + 1000
    expect((await person.once('/')).headers.get('location')).toBe('/start')
    aheadMs = 0
    expect((await person.once('/')).headers.get('location')).toBe('/start')
    expect(await kept(sid)).toBe(0)
  })

  test('signing out ends the session, clears the browser and leads to the provider’s own end', async () => {
    const person = await signedIn(gateway, 'gwen.pritchard')
    const sid = sidOf(await person.once('/'))
    const out = await person.send('/sign-out')
    expect(out.status).toBe(303)
    expect(out.headers.get('clear-site-data')).toBe('"cache"') // and not "storage": a key made there stays
    expect(out.headers.get('location')?.startsWith(gateway.environment.identity.issuer)).toBe(true)
    expect(cookieOf(out)).toMatch(/expires=Thu, 01 Jan 1970/i)
    expect([await kept(sid), await codesOf(out)]).toEqual([0, [['person.signed-out', undefined]]])
    expect((await person.once('/')).headers.get('location')).toBe('/start')
  })

  test('signing out works while the provider is away, and signing in says plainly that it does not', async () => {
    const person = await signedIn(gateway, 'gwen.pritchard')
    const sid = sidOf(await person.once('/'))
    const token = await person.token()
    providerAway = true
    const out = await person.send('/sign-out', {}, token)
    expect([out.status, out.headers.get('location'), await kept(sid)]).toEqual([303, '/start', 0])
    expect(out.headers.get('clear-site-data')).toBe('"cache"') // and not "storage": a key made there stays
    const visit = await person.once('/sign-in')
    expect([visit.status, visit.body.includes('Sign-in did not work')]).toEqual([401, true])
  })

  test('every form of every page is refused without its token and with a forged or another session’s one; nothing happens and nobody is signed out', async () => {
    const posts = allEndpoints(gateway.wiring).filter(
      ({ surface, method }) => surface === 'page' && method === 'post',
    )
    expect(posts.length).toBeGreaterThanOrEqual(10)
    const id = await transferAt(gateway, 'requested')
    const person = await signedIn(gateway, 'gwen.pritchard')
    const others = await (await signedIn(gateway, 'ayesha.rahman')).token()
    for (const path of [...posts.map((each) => each.path), '/sign-out']) {
      for (const token of ['', 'forged', others]) {
        const visit = await person.send(path.replace(':id', id), { reason: 'x' }, token)
        expect([visit.status, visit.headers.get('clear-site-data')], `${path} ${token}`).toEqual([403, null])
        expect(visit.body).toContain('This form has expired')
      }
      const none = await person.browser.visit(at(path.replace(':id', id)), {
        form: new URLSearchParams({ reason: 'x' }),
        stopAt: () => true,
      })
      expect(none.status, path).toBe(403)
      expect(await codesOf(none)).toEqual([['request.rejected', 'csrf.invalid']])
    }
    expect(await stateOf(gateway, id)).toBe('requested')
    expect((await person.send(`/requests/${id}/approve`)).status).toBe(303)
    expect(await stateOf(gateway, id)).toBe('approved')
  })

  test('a token is taken from the form alone, never from the address', async () => {
    const id = await transferAt(gateway, 'requested')
    const person = await signedIn(gateway, 'gwen.pritchard')
    const token = await person.token()
    expect((await person.send(`/requests/${id}/approve?_csrf=${token}`, {}, '')).status).toBe(403)
    expect(await stateOf(gateway, id)).toBe('requested')
  })

  test('a refusal is a page with its clauses, and it never signs anybody out', async () => {
    const id = await transferAt(gateway, 'requested')
    const person = await signedIn(gateway, 'ayesha.rahman')
    const sid = sidOf(await person.once('/'))
    const refused = await person.send(`/requests/${id}/approve`)
    expect(refused.status).toBe(403)
    expect(refused.body).toContain('The person who asked cannot also approve.')
    expect((await person.once('/access-log')).status).toBe(403)
    expect([sidOf(await person.once('/')), (await person.once('/')).status, await kept(sid)]).toEqual([
      sid,
      200,
      1,
    ])
  })

  test('somebody who is not registered gets a plain page that says whom to ask, no session, and an entry', async () => {
    const browser = createBrowser()
    const visit = await choosePerson(browser, at('/sign-in'), 'iain.fletcher')
    expect(visit.status).toBe(403)
    expect(visit.body).toContain('You are not registered to use this service')
    expect(visit.body).toContain('information assurance officer')
    expect(await codesOf(visit)).toEqual([['request.rejected', 'person.unknown']])
    expect((await personAt(gateway, browser).once('/')).headers.get('location')).toBe('/start')
  })

  test('somebody without a role sees a home with nothing on it, and may ask for nothing', async () => {
    await gateway.owner.query(
      `insert into concordat.person (id, issuer, subject, name, email, party) values (gen_random_uuid(), $1, 'iain.fletcher', 'Iain Fletcher', 'iain.fletcher@visitor.example', 'imb')`,
      [gateway.environment.identity.issuer],
    )
    const person = await signedIn(gateway, 'iain.fletcher')
    const home = await person.once('/')
    expect(home.status).toBe(200)
    expect(home.body).not.toMatch(/CLD-|href="\/requests\/new"|href="\/access-log"/)
    const refused = await person.send('/keys', { armored: 'hello' })
    expect([refused.status, refused.body.includes('govuk-heading')]).toEqual([403, true])
    await gateway.owner.query(
      `delete from concordat.decision where person_id = (select id from concordat.person where subject = 'iain.fletcher')`,
    )
    await gateway.owner.query(`delete from concordat.person where subject = 'iain.fletcher'`)
    const removed = await person.once('/')
    expect([removed.status, await codesOf(removed)]).toEqual([403, [['request.rejected', 'person.unknown']]])
  })

  test('a sign-in that is forged, replayed or broken off gets a plain page and an entry, and signs nobody in', async () => {
    for (const query of ['?code=forged&state=forged', '?error=access_denied&state=x']) {
      const stranger = personAt(gateway, createBrowser())
      const visit = await stranger.once(`/sign-in/callback${query}`)
      expect([visit.status, visit.body.includes('Sign-in did not work')], query).toEqual([401, true])
      expect(await codesOf(visit)).toEqual([['request.rejected', 'sign-in.failed']])
      expect((await stranger.once('/')).headers.get('location')).toBe('/start')
    }
  })

  test('a form shows again what was typed, in place of losing it, and what was typed is text and not markup', async () => {
    const person = await signedIn(gateway, 'ayesha.rahman')
    const typed = '<script>alert(1)</script>"\'&'
    const again = await person.send('/requests/check', {
      relevance: typed,
      inspection: gateway.environment.seeded.inspection,
      dataset: 'self-harm-incidents',
      purpose: 'safety',
    })
    expect(again.status).toBe(400)
    expect(again.body).not.toContain('<script>alert(1)')
    expect(again.body).toContain('&lt;script&gt;alert(1)')
    expect(csrfOf(again).length).toBeGreaterThan(10)
  })
})
