// Versions of an agreement in a browser: the folder is sent as a .zip, what is wrong comes back with file and line, what it changes
// is read word by word, and another person activates it. What cannot be a pack is refused and what is in force stays in force.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ZipFile } from 'yazl'
import { readSources } from '../../policies/sources.ts'
import { policiesDir } from '../policies/policies.ts'
import {
  entriesOf,
  permittedRequest,
  startGateway,
  type Subject,
  type TestGateway,
} from '../support/gateway.ts'
import { signedIn } from '../support/pages.ts'

const key = 'hmpps-2025'
const { sources } = await readSources(policiesDir)

type Changes = Readonly<Record<string, (text: string) => string>>

function folder(change: Changes = {}, of = key): Map<string, string> {
  const prefix = `agreements/${of}/`
  const own = [...sources].filter(([path]) => path.startsWith(prefix))
  const named = own.map(([path, text]) => [path.slice(prefix.length), text] as const)
  return new Map(named.map(([path, text]) => [path, change[path]?.(text) ?? text]))
}

async function zipOf(
  files: Iterable<readonly [string, string]>,
  links: readonly string[] = [],
): Promise<Buffer> {
  const zip = new ZipFile()
  for (const [path, text] of files) zip.addBuffer(Buffer.from(text), path)
  for (const path of links) zip.addBuffer(Buffer.from('/etc/passwd'), path, { mode: 0o120777 })
  zip.end()
  const chunks: Buffer[] = []
  for await (const chunk of zip.outputStream as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** The same archive with every mention of a name replaced by another one of its length: no honest tool writes such a name. */
function renamed(zip: Buffer, from: string, to: string): Buffer {
  return Buffer.from(zip.toString('latin1').replaceAll(from, to), 'latin1')
}

describe('a version in the browser', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startGateway({ people: 50, withWorker: false })
  })
  afterAll(() => gateway.close())

  const send = async (who: Subject, bytes: Buffer | undefined) => {
    const person = await signedIn(gateway, who)
    const form = new FormData()
    form.append('_csrf', await person.token())
    if (bytes) form.append('file', new Blob([new Uint8Array(bytes)]), 'pack.zip')
    const url = new URL('/agreements/propose', gateway.url)
    return person.browser.visit(url, { form, stopAt: () => true })
  }
  const inForce = () => gateway.wiring.policies.today().agreements.get(key)?.hash

  test('is proposed as a .zip, read as a difference with its replay, and activated by another keeper', async () => {
    await (await gateway.as('ayesha.rahman')).post('/api/v1/requests', permittedRequest(gateway))
    const before = inForce()
    const change = {
      '16-case-level-data.yaml': (text: string) => text.replace('local: 5 working days', 'local: 7 working days'),
      'agreement.yaml': (text: string) => text.replace('from: { local: 2025-01-02 } }', 'from: { local: 2025-01-02 }, until: { local: 2026-06-30 } }'),
      '16-case-level-data.cedar': (text: string) => text.replace('@remedy("Enrol', '@remedy("Please enrol'),
    } // prettier-ignore
    const sent = await send('ruth.castle', await zipOf(folder(change)))
    expect(sent.status, sent.body).toBe(303)
    const { pathname } = sent.url
    const ruth = await signedIn(gateway, 'ruth.castle')
    const { body } = await ruth.page(pathname)
    for (const words of ['Ruth Castle, HMI Prisons', 'Clock: Limit', '5 working days', '7 working days', 'local default', 'In force: until', 'Paragraph 16', 'would change', 'hmpps-2025/16-dsa', 'cannot activate this version', 'local/second-keeper', 'Withdraw this version']) expect(body).toContain(words) // prettier-ignore
    expect(body).not.toContain('Activate this version')
    expect((await ruth.page(`${pathname}?since=2099-01-01`)).body).toContain('0 decisions were')
    expect((await ruth.page(`${pathname}?since=yesterday`)).status).toBe(400)
    const refused = await ruth.send(`${pathname}/activate`)
    expect(refused.status).toBe(403)
    expect(refused.body).toContain('cannot also activate it')
    expect(inForce()).toBe(before)
    const analyst = await signedIn(gateway, 'ayesha.rahman')
    const seen = (await analyst.page(pathname)).body
    expect(seen).toContain('It waits for a keeper')
    expect(seen).not.toMatch(/(Activate|Withdraw) this version/)
    const peter = await signedIn(gateway, 'peter.lowe')
    expect((await peter.page(pathname)).body).toContain('Activate this version')
    expect((await peter.send(`${pathname}/activate`)).status).toBe(303)
    const list = (await peter.page(`/agreements/${key}/versions`)).body
    for (const words of ['Activated', 'Peter Lowe, HMPPS', 'The release that was installed']) expect(list).toContain(words) // prettier-ignore
    expect(inForce()).not.toBe(before)
    const [entry] = (await entriesOf(gateway, 'type=agreement.version-activated')).slice(-1)
    expect(entry).toMatchObject({ agreement: key })
  }) // prettier-ignore

  test('that changes a word shows it struck out and underlined, and each to who listens', async () => {
    const change = { '20-concerns-export.yaml': (text: string) => text.replace(/summary: (\S+)/, 'summary: Amended $1') }
    const { url } = await send('ruth.castle', await zipOf(folder(change)))
    const ruth = await signedIn(gateway, 'ruth.castle')
    const { body } = await ruth.page(url.pathname)
    expect(body).toContain('Summary')
    expect(body).toContain('Amended')
    expect((await ruth.send(`${url.pathname}/withdraw`)).status).toBe(303)
    expect((await ruth.page(url.pathname)).body).toContain('Withdrawn')
  }) // prettier-ignore

  test('with faults is shown with each file, line and remedy, and the refusal is an entry', async () => {
    const before = inForce()
    const change = { '16-case-level-data.yaml': (text: string) => text.replace('5 working days', '5 days') }
    const answer = await send('ruth.castle', await zipOf(folder(change)))
    expect(answer.status).toBe(422)
    for (const words of ['The version was refused', 'agreements/hmpps-2025/16-case-level-data.yaml', 'What to do', 'must be a number and hours']) expect(answer.body).toContain(words) // prettier-ignore
    const [entry] = (await entriesOf(gateway, 'type=request.rejected')).slice(-1)
    expect(entry).toMatchObject({ detail: { code: 'pack.refused', route: '/agreements/propose' } })
    expect(inForce()).toBe(before)
    // The attempt left nothing: each decision that is kept is named by an entry.
    const { rows } = await gateway.owner.query(`select d.act from concordat.decision d where not exists (select from ledger.entry e where convert_from(e.body, 'UTF8')::jsonb ->> 'decision' = d.id::text)`) // prettier-ignore
    expect(rows).toEqual([])
  })

  test('needs a file, and a keeper', async () => {
    const without = await send('ruth.castle', undefined)
    expect(without.status).toBe(400)
    expect(without.body).toContain('Choose a file.')
    const byAnalyst = await send('ayesha.rahman', await zipOf(folder()))
    expect(byAnalyst.status).toBe(403)
    expect(byAnalyst.body).toContain('local/default-deny')
  })

  const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']
  const bomb = letters.map((letter, index) => `${letter}: &${letter} [${Array<string>(10).fill(index === 0 ? 'x' : `*${letters[index - 1] ?? ''}`).join(', ')}]\n`).join('') // prettier-ignore
  test.each([
    ['a path that leaves the folder', async () => renamed(await zipOf([...folder(), ['xx/evil.cedar', 'permit (principal, action, resource);']]), 'xx/', '../'), '../evil.cedar'],
    ['a link', () => zipOf(folder(), ['17-link.yaml']), '17-link.yaml'],
    ['a zip bomb', () => zipOf([...folder(), ['17-zeros.yaml', '\n'.repeat(40 * 2 ** 20)]]), '17-zeros.yaml'],
    ['an enormous file', () => zipOf([...folder(), ['17-long.yaml', `# ${'x'.repeat(3 * 2 ** 20)}`], ['18-long.yaml', `# ${'x'.repeat(2 * 2 ** 20)}`]]), '18-long.yaml'],
    ['a YAML alias bomb', () => zipOf(folder({ 'agreement.yaml': (text) => text + bomb })), 'agreement.yaml'],
    ['ids that are there twice', () => zipOf(folder({ '20-concerns-export.yaml': (text) => text.replace('id: hmpps-2025/20-address', 'id: hmpps-2025/20') })), '20-concerns-export.yaml'],
    ['a circle of supersession', () => zipOf(folder({ 'agreement.yaml': (text) => `${text}supersedes: hmpps-2025\n` }, 'hmpps-2019')), 'hmpps-2025 supersedes hmpps-2019 supersedes hmpps-2025.'],
    ['dates that overlap its successor’s', () => zipOf(folder({ 'agreement.yaml': (text) => text.replace('until: { local: 2025-01-01 }', 'until: { local: 2025-06-30 }') }, 'hmpps-2019')), 'hmpps-2019 is in force until 2025-06-30, when hmpps-2025 already is.'],
    ['a first day on which a later version decides already', () => zipOf(folder({ 'agreement.yaml': (text) => text.replaceAll('2025-01-02', '2024-12-31') })), 'This version would never decide'],
    ['a file that is no archive', () => Promise.resolve(Buffer.from('key: hmpps-2025')), 'This is no .zip file.'],
    ['no head', () => zipOf([['16.yaml', 'paragraph: 16']]), 'There is no agreement.yaml.'],
    ['bytes that are no text', () => zipOf(folder()).then((zip) => zip.subarray(0, zip.length - 30)), 'the archive'],
  ] as const)('with %s is refused with the place, and what is in force stays', async (_what, make, place) => {
    const before = inForce()
    const answer = await send('ruth.castle', await make())
    expect([answer.status, answer.body.includes('The version was refused')]).toEqual([422, true])
    expect(answer.body.replaceAll('&#39;', "'")).toContain(place)
    const { rows } = await gateway.owner.query(`select 1 from concordat.agreement_proposal where state = 'proposed'`)
    expect(rows).toEqual([])
    expect(inForce()).toBe(before)
  }) // prettier-ignore
})
