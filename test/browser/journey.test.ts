// The main journey as people take it: in a browser, over the real pages, from request to collected package.
import { readFile } from 'node:fs/promises'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openMessage } from '../../keys/open-message.ts'
import { createPersonKey, type ArmoredKeyPair } from '../../keys/openpgp-keys.ts'
import { findChromium, launch, missing } from '../support/chromium.ts'
import { startGateway, type Subject, type TestGateway } from '../support/gateway.ts'
import { check, complaintsOf, desktop, tabTo } from './page-check.ts'

const executable = findChromium()
if (executable === undefined) test.skip(missing, () => undefined)

describe.skipIf(executable === undefined)('hmpps-2025/16: the journey of a request, in a browser', () => {
  let gateway: TestGateway
  let browser: Browser
  const signedIn = new Map<Subject, Page>()
  const complaints: string[][] = []
  let key: ArmoredKeyPair
  let request: string

  beforeAll(async () => {
    gateway = await startGateway()
    browser = await launch(executable ?? '')
  })
  afterAll(async () => {
    await browser.close()
    await gateway.close()
  })
  afterEach(() => expect(complaints.flat()).toEqual([]))

  async function open(
    options: { javaScriptEnabled?: boolean } = {},
  ): Promise<{ context: BrowserContext; page: Page }> {
    const context = await browser.newContext({ viewport: desktop, locale: 'en-GB', ...options })
    complaints.push(complaintsOf(context))
    return { context, page: await context.newPage() }
  }

  async function signIn(page: Page, subject: Subject): Promise<void> {
    await page.goto(`${gateway.url}/start`)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.locator(`button[value="${subject}"]`).click()
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
  }

  async function as(subject: Subject): Promise<Page> {
    const known = signedIn.get(subject)
    if (known) return known
    const { page } = await open()
    await signIn(page, subject)
    signedIn.set(subject, page)
    return page
  }

  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
  const opened = async (message: Uint8Array | string) =>
    Buffer.from(
      await openMessage(message, {
        privateArmored: key.privateArmored,
        senderArmored: gateway.wiring.signer.publicArmored,
      }),
    )

  test('Somebody who is not signed in is told what this is and how to get in.', async () => {
    const { page } = await open()
    await page.goto(`${gateway.url}/start`)
    await check(page, 'start')
  })

  test('hmpps-2025/16-encryption: the analyst sets up a key, is told what is wrong with a bad one, and proves that it is hers.', async () => {
    const page = await as('ayesha.rahman')
    await check(page, 'home-empty')
    await page.getByRole('link', { name: 'Your key' }).click()
    await check(page, 'keys')
    await page.getByLabel('Your public key').fill('not a key')
    await press(page, 'Check this key')
    await check(page, 'keys-refused')
    expect(await page.getByRole('alert').innerText()).toContain('This is not an OpenPGP public key.')
    key = await createPersonKey({
      name: 'Ayesha Rahman',
      email: 'ayesha.rahman@hmi-prisons.example',
      at: new Date(Date.now() - 60_000),
    })
    await page.getByLabel('Your public key').fill(key.publicArmored)
    await press(page, 'Check this key')
    await check(page, 'keys-challenge')
    const code = /[0-9A-Z-]{20,}/.exec(
      (await opened(await page.getByLabel('Message for you to open').inputValue())).toString('utf8'),
    )?.[0]
    await page.getByLabel('Code in the message').fill(code ?? '')
    await press(page, 'Use this key')
    await page.getByText('You are ready to collect.').waitFor()
    await check(page, 'keys-enrolled')
  })

  test('hmpps-2025/11-relevance: before she sends it, the analyst sees what would be refused and what would change that.', async () => {
    const page = await as('ayesha.rahman')
    const { inspection, establishment } = gateway.environment.seeded
    await page.goto(
      `${gateway.url}/requests/new?inspection=${inspection}&dataset=self-harm-incidents&purpose=safety`,
    )
    await press(page, 'Check before you send')
    expect(await page.getByRole('alert').innerText()).toContain('Give the first day of the period.')
    await check(page, 'builder-mistakes')
    await page.getByLabel('Establishments').fill(`${establishment}, WWI`)
    await page.getByLabel('First day').fill('2025-01-01')
    await page.getByLabel('Last day').fill('2026-12-31')
    await page.getByLabel('Why you need it').fill('Levels of self-harm are a line of enquiry.')
    await press(page, 'Check before you send')
    await check(page, 'check-refused')
    expect(await page.locator('main').innerText()).toContain('hmpps-2025/11-relevance')
    await press(page, 'Send request')
    await page.getByRole('heading', { level: 1, name: 'This request cannot be sent as it is' }).waitFor()
    await check(page, 'refusal')
  })

  test('The analyst asks for data by keyboard alone.', async () => {
    const page = await as('ayesha.rahman')
    await page.goto(`${gateway.url}/requests/new`)
    await check(page, 'builder-choose')
    await tabTo(page, '[name=dataset]')
    await page.keyboard.press('ArrowDown')
    await tabTo(page, '[name=purpose]')
    await page.keyboard.press('Space')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'New request: Self-harm incidents' }).waitFor()
    await check(page, 'builder-fill')
    await tabTo(page, '#periodFrom')
    await page.keyboard.type('01012025')
    await tabTo(page, '#periodTo')
    await page.keyboard.type('12122026') // the same day in every order of day and month
    await tabTo(page, '#relevance')
    await page.keyboard.type('Levels of self-harm are a line of enquiry.')
    await tabTo(page, 'main button[type=submit]')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 2, name: 'Your request meets every clause' }).waitFor()
    await check(page, 'check')
    await tabTo(page, 'button:has-text("Send request")')
    await page.keyboard.press('Enter')
    await page.getByText('Waiting for approval').waitFor()
    await check(page, 'requested')
    request = page.url()
  })

  test('A second person approves it, and must say what has to change to return it.', async () => {
    const page = await as('gwen.pritchard')
    await check(page, 'home-approver')
    await page.getByRole('link', { name: /^Self-harm incidents/ }).click()
    expect(page.url()).toBe(request)
    await page.getByText('Return it for a change').click()
    await press(page, 'Return for a change')
    await check(page, 'return-mistake')
    expect(await page.getByLabel('What has to change?').getAttribute('aria-describedby')).toContain('error')
    await press(page, 'Approve')
    await page.getByText('Waiting for supply').waitFor()
    await check(page, 'approved')
  })

  test('hmpps-2025/10-no-refusal: the supply desk supplies, supplies in part with a reason or escalates, and cannot refuse.', async () => {
    const page = await as('daniel.okafor')
    await page.getByRole('link', { name: /^Self-harm incidents/ }).click()
    await check(page, 'supply')
    expect(await page.getByRole('radio').count()).toBe(3)
    expect(await page.getByRole('button', { name: /refuse|reject|decline/i }).count()).toBe(0)
    await page.getByLabel('Supply part of it').check()
    await press(page, 'Continue')
    await check(page, 'supply-mistake')
    await page.getByLabel('Supply all of it').check()
    expect(await page.getByLabel('Reason', { exact: true }).isVisible()).toBe(false)
    await press(page, 'Continue')
    await page.getByRole('heading', { level: 2, name: 'Supply this request' }).waitFor({ state: 'detached' })
    await check(page, 'supplied')
    await gateway.settle()
  })

  test('The analyst collects a package that only her key opens, and confirms it.', async () => {
    const page = await as('ayesha.rahman')
    await page.goto(gateway.url)
    await check(page, 'home')
    await page.goto(request)
    await check(page, 'available')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the package' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/^[A-Z0-9-]+\.pgp$/)
    const zip = await opened(await readFile(await download.path()))
    expect(zip.subarray(0, 2).toString('latin1')).toBe('PK')
    await page.goto(request)
    await check(page, 'collected')
    await press(page, 'Confirm that it arrived whole')
    await page.getByText('Collected and confirmed').waitFor()
    await check(page, 'confirmed')
  })

  test('The assurance officer reads who did what, finds one request, and takes the proof of an entry.', async () => {
    const page = await as('marta.kowalczyk')
    await page.getByRole('link', { name: 'Access log' }).click()
    await check(page, 'access-log')
    await page.getByLabel('What happened').selectOption({ label: 'Collected a package' })
    await press(page, 'Apply')
    expect(await page.getByRole('table').locator('tbody tr').count()).toBe(1)
    await page.getByText(/^Details/).click()
    await check(page, 'access-log-filtered')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: /^Proof of entry/ }).click(),
    ])
    expect((await readFile(await download.path(), 'utf8')).split('\n')[0]).toBe('c2sp.org/tlog-proof@v1')
    await page.goto(`${gateway.url}/access-log?type=item.destroyed`)
    await check(page, 'access-log-empty')
  })

  test('Who may not look is told why, and what does not exist looks like what may not be seen.', async () => {
    const page = await as('daniel.okafor')
    await page.goto(`${gateway.url}/access-log`)
    await check(page, 'access-log-refused')
    await page.goto(`${gateway.url}/requests/00000000-0000-4000-8000-000000000000`)
    await check(page, 'problem')
  })

  test('The same works with scripts switched off.', async () => {
    const { page } = await open({ javaScriptEnabled: false })
    await signIn(page, 'ayesha.rahman')
    await page.getByRole('link', { name: 'New request' }).click()
    await page.locator('[name=dataset][value=custody-population]').check()
    await page.locator('[name=purpose][value=respect]').check()
    await press(page, 'Continue')
    await page.getByLabel('First day').fill('2026-01-01')
    await page.getByLabel('Last day').fill('2026-06-30')
    await page.getByLabel('Why you need it').fill('The population is a line of enquiry.')
    await press(page, 'Check before you send')
    await press(page, 'Change')
    expect(await page.getByLabel('Why you need it').inputValue()).toBe('The population is a line of enquiry.')
    await press(page, 'Check before you send')
    await press(page, 'Send request')
    await page.getByText('Waiting for approval').waitFor()
    await press(page, 'Sign out')
    expect(await page.getByText('Collect').count()).toBe(0)
  })
})
