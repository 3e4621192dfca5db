// Keys and packages in a real browser: a key that is made there and never leaves it, a challenge answered in one press, and a
// package that is opened without a byte going anywhere.
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Gnupg } from '../keys/gnupg.ts'
import { findChromium, launch, missing } from '../support/chromium.ts'
import { confirmKey, startGateway, transferIn, type Subject, type TestGateway } from '../support/gateway.ts'
import { check, complaintsOf, desktop, tabTo } from './page-check.ts'

const executable = findChromium()
if (executable === undefined) test.skip(missing, () => undefined)
const passphrase = 'quarry lantern fondue ninety'

describe.skipIf(executable === undefined)('hmpps-2025/16-encryption: keys and packages in a browser', () => {
  let gateway: TestGateway
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let backup: string
  let collected: string
  const sent: { url: string; body: string }[] = []
  const complaints: string[][] = []

  beforeAll(async () => {
    gateway = await startGateway()
    browser = await launch(executable ?? '')
    context = await browser.newContext({ viewport: desktop, locale: 'en-GB' })
    complaints.push(complaintsOf(context))
    context.on('request', (request) => sent.push({ url: request.url(), body: request.postData() ?? '' }))
    page = await context.newPage()
    await signIn('ayesha.rahman')
  })
  afterAll(async () => {
    await browser.close()
    await gateway.close()
  })
  afterEach(async () => {
    await context.setOffline(false)
    expect(complaints.flat()).toEqual([])
  })

  async function signIn(subject: Subject): Promise<void> {
    await page.goto(`${gateway.url}/start`)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.locator(`button[value="${subject}"]`).click()
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
  }
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
  const problem = (words: string) => page.locator('#problem').getByText(words).waitFor()
  const saved = async (selector: string) => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator(selector).click()])
    return download.path()
  }
  /** Every form of the private part, and the passphrase, in what went out. */
  const leaks = (armored: string) => {
    const secret = armored.split('\n')[5] ?? 'none'
    return sent.filter(({ url, body }) => [url, body].some((text) => text.includes('PRIVATE') || text.includes(encodeURIComponent(secret)) || text.includes('lantern'))) // prettier-ignore
  }

  test('She makes a key by keyboard alone; weak and mistyped passphrases are told in words, and the backup must be shown to be whole.', async () => {
    await page.goto(`${gateway.url}/keys/new`)
    await page.getByRole('heading', { name: '1. Choose a passphrase' }).waitFor()
    await check(page, 'key-new')
    await tabTo(page, '#passphrase')
    await page.keyboard.type('ayesharahman1')
    expect(await page.locator('#strength').innerText()).toContain('It has your name or address in it')
    await tabTo(page, '#make-form button')
    await page.keyboard.press('Enter')
    await problem('It has your name or address in it')
    await check(page, 'key-new-weak')
    await page.locator('#passphrase').fill('')
    await tabTo(page, '#passphrase')
    await page.keyboard.type(passphrase)
    await tabTo(page, '#passphrase-again')
    await page.keyboard.type('quarry lantern')
    await page.keyboard.press('Enter')
    await problem('The two passphrases are not the same.')
    await page.locator('#passphrase-again').fill(passphrase)
    await page.keyboard.press('Enter')
    await page.locator('#backup').waitFor()
    await check(page, 'key-new-backup')
    backup = await readFile(await saved('#save-backup'), 'utf8')
    expect(backup).toMatch(/^-----BEGIN PGP PRIVATE KEY BLOCK-----/)
    const wrong = path.join(gateway.directory, 'wrong.asc')
    await writeFile(wrong, 'not a key')
    await page.locator('#backup-file').setInputFiles(wrong)
    await press('Check the backup')
    await problem('This file is not the backup of your key.')
    const right = path.join(gateway.directory, 'backup.asc')
    await writeFile(right, backup)
    await page.locator('#backup-file').setInputFiles(right)
    await press('Check the backup')
    await page.locator('#use').waitFor()
    await check(page, 'key-new-use')
  })

  test('One press offers it, opens the challenge and answers it; nothing but the public part and the code went out.', async () => {
    await press('Use this key')
    await page.getByText('You are ready to collect.').waitFor()
    await page.locator('#keys-here li').waitFor()
    await check(page, 'keys-in-browser')
    expect(leaks(backup)).toEqual([])
    expect(sent.filter(({ body }) => body.includes('PUBLIC'))).toHaveLength(1)
  })

  test('GnuPG reads the backup with its passphrase, and it is the key that is enrolled.', async () => {
    const gnupg = new Gnupg()
    await gnupg.must(['--pinentry-mode', 'loopback', '--passphrase', passphrase, '--import'], backup)
    const { stdout } = await gnupg.must(['--list-secret-keys', '--with-colons'])
    const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(stdout.toString())?.[1]
    const { rows } = await gateway.owner.query(
      `select fingerprint from concordat.person_key where state = 'enrolled'`,
    )
    expect(rows).toEqual([{ fingerprint }])
    gnupg.close()
  })

  test('She collects a package to the page and opens it there: the gateway’s signature first, then marking, date, files and rows.', async () => {
    const id = await transferIn(gateway, 'available')
    await page.goto(`${gateway.url}/requests/${id}`)
    await page.getByRole('button', { name: 'Collect and open in this browser' }).click()
    await page.getByRole('heading', { name: '1. Collect the package' }).waitFor()
    await check(page, 'open-collect')
    await press('Collect it to this page')
    await page.getByLabel('Passphrase of your key').waitFor()
    collected = await saved('#save-locked')
    const before = sent.length
    await page.getByLabel('Passphrase of your key').fill('not the passphrase')
    await press('Open the package')
    await page.locator('#problem').getByText('The passphrase does not open this key.').waitFor()
    await page.getByLabel('Passphrase of your key').fill(passphrase)
    await press('Open the package')
    await page.locator('#opened').waitFor()
    expect(sent.slice(before)).toEqual([])
    expect(await page.locator('#opened-marking').innerText()).toBe('OFFICIAL-SENSITIVE')
    expect(await page.locator('#opened-destroy-by').innerText()).toMatch(/^\d+ \w+ 20\d\d$/)
    expect(await page.locator('#opened-contents').innerText()).toMatch(
      /data\.csv[^]*datapackage\.json[^]*HANDLING\.txt/,
    )
    expect(await page.locator('#opened-header').innerText()).toMatch(/prison_number/)
    expect(await page.locator('#opened-preview tr').count()).toBeGreaterThan(0)
    await check(page, 'opened')
    const zip = await readFile(await saved('#save-opened'))
    expect(zip.subarray(0, 2).toString('latin1')).toBe('PK')
  })

  test('Without a network a file that is dropped on the page opens, with the key file and its passphrase.', async () => {
    await page.goto(`${gateway.url}/open`)
    await page.locator('#open-section').waitFor()
    await check(page, 'open-file')
    await context.setOffline(true)
    const before = sent.length
    const bytes = (await readFile(collected)).toString('base64')
    await page.evaluate((base64) => {
      const data = new DataTransfer()
      data.items.add(new File([Uint8Array.from(atob(base64), (each) => each.charCodeAt(0))], 'package.pgp'))
      document.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
    }, bytes)
    await page.getByLabel('Your key', { exact: true }).selectOption('file')
    await page.locator('#key-file').setInputFiles(path.join(gateway.directory, 'backup.asc'))
    await page.getByLabel('Passphrase of your key').fill(passphrase)
    await press('Open the package')
    await page.locator('#opened').waitFor()
    expect(sent.slice(before)).toEqual([])
    await context.setOffline(false)
  })

  test('The page that opens files cannot send anything: the browser itself forbids it.', async () => {
    const answer = await page.goto(`${gateway.url}/open`)
    expect(answer?.headers()['content-security-policy']).toContain("connect-src 'none'")
    const outcome = await page.evaluate(() => fetch('/ping').then(() => 'sent', () => 'forbidden')) // prettier-ignore
    expect(outcome).toBe('forbidden')
    complaints[0]?.splice(0) // what the console says of exactly that
  })

  test('A package that was changed by one bit says so in plain words, and nothing of it is shown.', async () => {
    await page.goto(`${gateway.url}/open`)
    await page.locator('#open-section').waitFor()
    const bytes = await readFile(collected)
    bytes[bytes.length - 40] = (bytes.at(-40) ?? 0) ^ 1
    await page
      .locator('#package-file')
      .setInputFiles({ name: 'package.pgp', mimeType: 'application/octet-stream', buffer: bytes })
    await page.getByLabel('Passphrase of your key').fill(passphrase)
    await press('Open the package')
    await page.locator('#problem').getByText('This package does not open.').waitFor()
    expect(await page.locator('#opened').isVisible()).toBe(false)
    await check(page, 'open-changed')
  })

  test('After signing out the key is still in the browser; pasted again, it is answered there.', async () => {
    await page.goto(gateway.url)
    await press('Sign out')
    await context.clearCookies()
    await signIn('ayesha.rahman')
    const key = await page.evaluate(
      async () =>
        new Promise<{ fingerprint: string; publicArmored: string }>((resolve, reject) => {
          const opening = indexedDB.open('concordat')
          opening.onsuccess = () => {
            const all = opening.result.transaction('keys').objectStore('keys').getAll()
            all.onsuccess = () => resolve(all.result[0] as { fingerprint: string; publicArmored: string }) // as it was kept
            all.onerror = () => reject(new Error('not there'))
          }
        }),
    )
    await gateway.owner.query(
      `update concordat.person_key set state = 'offered', challenge_hash = sha256('x'), enrolled_at = null, answered_at = null where fingerprint = $1`,
      [key.fingerprint],
    )
    await page.goto(`${gateway.url}/keys`)
    await page.getByLabel('Your public key').fill(key.publicArmored)
    await press('Check this key')
    await page.getByLabel('Passphrase of your key').fill(passphrase)
    await check(page, 'keys-answer-here')
    await press('Open the message and answer')
    await page.getByText('You are ready to collect.').waitFor()
  })

  test('A colleague hears the end of the fingerprint and confirms a change.', async () => {
    await page.goto(`${gateway.url}/keys/new`)
    await page.locator('#passphrase').fill(passphrase)
    await page.locator('#passphrase-again').fill(passphrase)
    await press('Make my key')
    await page.locator('#backup-file').setInputFiles(await saved('#save-backup'))
    await press('Check the backup')
    await press('Use this key')
    await page.getByRole('heading', { name: 'Your new key waits for a colleague' }).waitFor()
    await check(page, 'keys-waiting')
    const { rows } = await gateway.owner.query(
      `select fingerprint from concordat.person_key where state = 'waiting'`,
    )
    const colleague = await browser.newContext({ viewport: desktop, locale: 'en-GB' })
    page = await colleague.newPage()
    await signIn('gwen.pritchard')
    await page.goto(`${gateway.url}/keys/changes`)
    await check(page, 'key-changes')
    await confirmKey(gateway, 'gwen.pritchard', { fingerprint: String(rows[0]?.['fingerprint']) })
    await page.reload()
    await check(page, 'key-changes-none')
  })
})
