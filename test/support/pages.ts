// A person at a browser: signed in over the real provider's pages, with a cookie jar, sending forms with their CSRF token.
import { createBrowser, type Browser, type Visit } from '../../demo/identity/browser.ts'
import { choosePerson } from '../../demo/identity/sign-in.ts'
import type { Subject, TestGateway } from './gateway.ts'

export interface PagePerson {
  readonly browser: Browser
  /** The page at this path; redirects are followed. */
  page(path: string): Promise<Visit>
  /** One answer, without following where it leads. */
  once(path: string): Promise<Visit>
  /** Sends a form as a page of this session would, with its token unless another is given; one answer. */
  send(path: string, fields?: Readonly<Record<string, string>>, token?: string): Promise<Visit>
  /** The token that forms of this session carry. */
  token(): Promise<string>
}

export async function signedIn(gateway: TestGateway, subject: Subject): Promise<PagePerson> {
  const browser = createBrowser()
  await choosePerson(browser, new URL('/sign-in', gateway.url), subject)
  return personAt(gateway, browser)
}

export function personAt(gateway: Pick<TestGateway, 'url'>, browser: Browser): PagePerson {
  const at = (path: string) => new URL(path, gateway.url)
  const token = async () => csrfOf(await browser.visit(at('/keys')))
  return {
    browser,
    page: (path) => browser.visit(at(path)),
    once: (path) => browser.visit(at(path), { stopAt: () => true }),
    token,
    send: async (path, fields = {}, given) => {
      const form = new URLSearchParams({ ...fields, _csrf: given ?? (await token()) })
      return browser.visit(at(path), { form, stopAt: () => true })
    },
  }
}

/** @throws when the page has no form with a token */
export function csrfOf(visit: Visit): string {
  const found = /name="_csrf" value="([^"]+)"/.exec(visit.body)?.[1]
  if (found === undefined) throw new Error(`no form at ${visit.url.pathname} (${visit.status})`)
  return found
}
