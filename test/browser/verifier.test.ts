// The one-file verifier as people use it: opened from the disk, without a network, with a keyboard or a screen reader.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { verifierFile } from '../../audit/verifier/build.ts'
import { type CertificateExample, certificateExample } from '../audit/certificate-example.ts'
import { findChromium, launch, missing } from '../support/chromium.ts'

const executable = findChromium()
if (executable === undefined) test.skip(missing, () => undefined)

describe.skipIf(executable === undefined)('verifier.html, from the disk', () => {
  let browser: Browser
  let context: BrowserContext
  let page: Page
  let example: CertificateExample
  let directory: string
  const complaints: string[] = []

  beforeAll(async () => {
    example = await certificateExample()
    directory = await mkdtemp(path.join(tmpdir(), 'concordat-verifier-'))
    browser = await launch(executable ?? '')
    context = await browser.newContext({ offline: true, locale: 'en-GB' })
    context.on('console', (message) => {
      if (message.type() !== 'log') complaints.push(message.text())
    })
    context.on('weberror', (error) => complaints.push(error.error().message))
    context.on('request', (request) => {
      if (!request.url().startsWith('file:')) complaints.push(`asked for ${request.url()}`)
    })
  })
  beforeEach(async () => {
    page = await context.newPage()
    await page.goto(pathToFileURL(verifierFile).href)
  })
  afterAll(async () => {
    await browser.close()
    await rm(directory, { recursive: true })
  })

  async function file(name: string, text: string): Promise<string> {
    const whole = path.join(directory, name)
    await writeFile(whole, text)
    return whole
  }

  test('verifies chosen files, says each step, and moves to the outcome', async () => {
    const { proof, ledgerKey } = example
    await page.setInputFiles('#files', [await file('proof.txt', proof), await file('ledger.vkey', ledgerKey)])
    await page.getByRole('heading', { name: 'Verified: every step passed.' }).waitFor()
    expect(await page.locator('#steps li').allTextContents()).toHaveLength(5)
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('outcome')
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
    expect(complaints).toEqual([])
  })

  test('verifies a certificate from pasted text, by keyboard alone', async () => {
    const withoutPolicy = ''
    for (const text of [example.jws, example.ledgerKey, example.jwk, withoutPolicy]) {
      if (text === example.jws) await page.locator('#document').focus()
      else await page.keyboard.press('Tab')
      await page.keyboard.insertText(text)
    }
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Verified: every step passed.' }).waitFor()
    expect(complaints).toEqual([])
  })

  test('never says verified with a step skipped or failed', async () => {
    await page.locator('#document').fill(example.jws)
    await page.locator('#ledger-key').fill(example.ledgerKey)
    await page.getByRole('button', { name: 'Verify' }).click()
    await page
      .getByRole('heading', { name: 'Not verified: 1 of the steps could not be looked at.' })
      .waitFor()
    await page.locator('#document').fill(example.proof.replace('index 2', 'index 1'))
    await page.getByRole('button', { name: 'Verify' }).click()
    await page.getByRole('heading', { name: 'Not verified: 1 of the steps failed.' }).waitFor()
    expect(await page.locator('#steps .failed').textContent()).toMatch(/^Failed: inclusion\./)
  })

  test('shows what a document says as text, and runs no script but its own', async () => {
    await page.locator('#document').fill('<img src=x onerror="document.title=1">')
    await page.getByRole('button', { name: 'Verify' }).click()
    await page.getByRole('heading', { name: /^Not verified/ }).waitFor()
    expect(await page.locator('#result img').count()).toBe(0)
    const before = complaints.length
    await page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'document.title = "changed"'
      document.body.append(script)
    })
    expect(await page.title()).toMatch(/^Verify/)
    expect(complaints.splice(before).join()).toMatch(/Content Security Policy/)
  })

  test('opens one proof in under 50 ms', async () => {
    await page.locator('#document').fill(example.proof)
    await page.locator('#ledger-key').fill(example.ledgerKey)
    const times: number[] = []
    for (let i = 0; i < 7; i++)
      times.push(
        await page.evaluate(async () => {
          const started = performance.now()
          const heading = document.getElementById('outcome')
          if (heading) heading.textContent = ''
          document.querySelector('button')?.click()
          while (heading?.textContent === '') await new Promise(requestAnimationFrame)
          return performance.now() - started
        }),
      )
    const median = times.toSorted((a, b) => a - b)[3] ?? NaN
    console.log(`one proof in the browser: ${median.toFixed(1)} ms (median of 7)`)
    expect(median).toBeLessThan(50)
  })
})
