// A browser as small as signing in needs: fetch, a cookie jar and forms. The headless demonstration and the tests walk
// the real pages with it. Cookies are kept by host and path; as browsers do, it treats localhost as secure.

export interface Visit {
  readonly url: URL
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

export interface Browser {
  /** One request, cookies sent and kept, redirects followed until `stopAt` says that a place is the end of the walk. */
  visit(
    url: URL,
    options?: { form?: URLSearchParams | FormData; stopAt?: (url: URL) => boolean },
  ): Promise<Visit>
}

interface Cookie {
  readonly host: string
  readonly path: string
  readonly name: string
  readonly value: string
}

const redirectLimit = 20

export function createBrowser(): Browser {
  const cookies = new Map<string, Cookie>()
  return {
    async visit(start, options = {}) {
      let url = start
      let form = options.form
      for (let step = 0; step <= redirectLimit; step += 1) {
        const response = await request(cookies, url, form)
        const location = response.headers.get('location')
        if (location === null || response.status < 300 || response.status > 399) return toVisit(url, response)
        await response.body?.cancel()
        url = new URL(location, url)
        form = undefined
        if (options.stopAt?.(url))
          return { url, status: response.status, headers: response.headers, body: '' }
      }
      throw new Error(`More than ${redirectLimit} redirects from ${start.href}`)
    },
  }
}

/** The first form on a page: where it goes and the hidden and button values that it offers. */
export function readForm(visit: Visit): { action: URL; offers(name: string, value: string): boolean } {
  const action = /<form[^>]*\baction="([^"]*)"/.exec(visit.body)?.[1]
  if (action === undefined) throw new Error(`There is no form at ${visit.url.href} (status ${visit.status})`)
  return {
    action: new URL(action, visit.url),
    offers: (name, value) => visit.body.includes(`name="${name}" value="${value}"`),
  }
}

async function request(
  cookies: Map<string, Cookie>,
  url: URL,
  form?: URLSearchParams | FormData,
): Promise<Response> {
  const cookie = [...cookies.values()]
    .filter((kept) => kept.host === url.hostname && url.pathname.startsWith(kept.path))
    .map((kept) => `${kept.name}=${kept.value}`)
    .join('; ')
  const headers = new Headers({ accept: 'text/html,application/xhtml+xml' })
  if (cookie !== '') headers.set('cookie', cookie)
  const response = await fetch(url, {
    redirect: 'manual',
    headers,
    ...(form && { method: 'POST', body: form }),
  })
  for (const line of response.headers.getSetCookie()) keep(cookies, url, line)
  return response
}

function keep(cookies: Map<string, Cookie>, url: URL, line: string): void {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
  const [name = '', ...rest] = pair.split('=')
  const attribute = (wanted: string) =>
    attributes.find((part) => part.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1)
  const path = attribute('path') ?? '/'
  const key = `${url.hostname} ${path} ${name}`
  const expires = attribute('expires')
  const isDeleted = attribute('max-age') === '0' || (expires !== undefined && Date.parse(expires) <= 0)
  if (isDeleted) cookies.delete(key)
  else cookies.set(key, { host: url.hostname, path, name, value: rest.join('=') })
}

async function toVisit(url: URL, response: Response): Promise<Visit> {
  return { url, status: response.status, headers: response.headers, body: await response.text() }
}
