// The demonstration provider's pages: sign in, sign out, something went wrong. Plain HTML without script; each page
// comes with the content security policy it needs, which names the one style sheet by hash and, where a form leads on
// to the gateway by redirect, the gateway's origin.
import { createHash } from 'node:crypto'
import type { DemonstrationPerson } from './people.ts'

export interface Page {
  readonly html: string
  readonly contentSecurityPolicy: string
}

const style = `
body { margin: 0; background: #fff; color: #0b0c0c; font: 1.1875rem/1.4 Arial, sans-serif }
header { background: #1d70b8; color: #fff }
header div, main { max-width: 40rem; margin: 0 auto; padding: 1rem }
h1 { font-size: 2rem; line-height: 1.2; margin: 1rem 0 }
.warning { border: 5px solid #d4351c; padding: 1rem; margin: 0 0 1.5rem }
.warning p { margin: 0 }
ul { list-style: none; margin: 0; padding: 0 }
li { margin: 0 0 1rem }
button { width: 100%; padding: .75rem 1rem; border: 2px solid #0b0c0c; background: #f3f2f1; color: #0b0c0c;
  font: inherit; text-align: left; cursor: pointer }
button strong, button span { display: block }
button:hover { background: #dbdad9 }
:focus-visible { outline: 3px solid #0b0c0c; outline-offset: 0; background: #fd0; color: #0b0c0c }
`
const styleHash = createHash('sha256').update(style).digest('base64')

/** Makes a text safe inside HTML, in an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

function page(title: string, body: string, formTargets: readonly string[]): Page {
  const warning =
    '<div class="warning"><p><strong>Demonstration only.</strong> Anybody can sign in here as any of these invented ' +
    'people, without a password. Never use this service in production.</p></div>'
  return {
    html:
      '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">' +
      '<meta name="viewport" content="width=device-width, initial-scale=1">' +
      `<title>${escapeHtml(title)} – demonstration sign-in</title><style>${style}</style></head>` +
      '<body><header><div>Demonstration sign-in</div></header>' +
      `<main><h1>${escapeHtml(title)}</h1>${warning}${body}</main></body></html>\n`,
    contentSecurityPolicy: [
      "default-src 'none'",
      `style-src 'sha256-${styleHash}'`,
      `form-action ${["'self'", ...formTargets].join(' ')}`,
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  }
}

/** @param continueTo the origin of the client's redirect URI: browsers hold redirects after a form to `form-action` */
export function signInPage(people: readonly DemonstrationPerson[], action: string, continueTo: string): Page {
  const buttons = people.map(
    (person) =>
      `<li><button type="submit" name="person" value="${escapeHtml(person.subject)}">` +
      `<strong>${escapeHtml(person.name)}</strong> <span>${escapeHtml(person.description)}</span></button></li>`,
  )
  const cancel = '<li><button type="submit" name="cancel" value="yes">Cancel and go back</button></li>'
  const body =
    '<p>Choose who to sign in as. A second factor is taken as given.</p>' +
    `<form method="post" action="${escapeHtml(action)}"><ul>${buttons.join('')}${cancel}</ul></form>`
  return page('Who are you?', body, [continueTo])
}

/** @param form the provider's own form `op.logoutForm`, with its forgery token */
export function signOutPage(form: string, continueTo: string | undefined): Page {
  const body =
    form +
    '<ul><li><button type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button></li>' +
    '<li><button type="submit" form="op.logoutForm">Stay signed in</button></li></ul>'
  return page('Do you want to sign out?', body, continueTo === undefined ? [] : [continueTo])
}

export function signedOutPage(): Page {
  return page('You have signed out', '<p>You can close this page.</p>', [])
}

export function problemPage(explanation: string): Page {
  const body = `<p>${escapeHtml(explanation)}</p><p>Go back to the service that you came from and sign in again.</p>`
  return page('You cannot sign in from here', body, [])
}
