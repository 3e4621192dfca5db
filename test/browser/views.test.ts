// Every view with its sample data in a browser, hostile texts included: the states that the journey does not pass.
import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:http'
import express from 'express'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { assets, usePages } from '../../gateway/http/pages.ts'
import { loadAgreements } from '../../policies/pack.ts'
import { securityHeaders } from '../../gateway/http/security.ts'
import { frame, samples } from '../http/sample-views.ts'
import { findChromium, launch, missing } from '../support/chromium.ts'
import { png } from '../support/pictures.ts'
import { check, complaintsOf, desktop } from './page-check.ts'

const executable = findChromium()
const agreements = await loadAgreements()
if (executable === undefined) test.skip(missing, () => undefined)

describe.skipIf(executable === undefined)('Every view, in a browser', () => {
  let browser: Browser
  let server: Server
  let page: Page
  let complaints: string[]

  beforeAll(async () => {
    const app = express()
    usePages(app, { today: () => agreements }, true)
    app.use(securityHeaders('http://localhost:1'))
    app.use('/assets', assets())
    app.get('/photographs/:id/image', (_req, res) => void res.type('image/png').send(png))
    app.get('/:index', (req, res) => {
      const [template = '', , data] = samples[Number(req.params.index)] ?? []
      res.render(template, { ...frame, ...data })
    })
    server = createServer(app)
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
    browser = await launch(executable ?? '')
    const context = await browser.newContext({ viewport: desktop, locale: 'en-GB' })
    complaints = complaintsOf(context)
    page = await context.newPage()
  })
  afterAll(async () => {
    await browser.close()
    server.close()
  })

  test.each(samples.map(([template, what], index) => [template, what, index] as const))(
    '%s shows %s',
    async (template, what, index) => {
      await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/${index}`) // a TCP server has one
      await check(page, `view-${template}-${what}`.replaceAll(' ', '-'))
      expect(complaints.splice(0)).toEqual([]) // each view answers for itself
    },
  )

  test('On paper the marking is on each sheet, and what only a screen can use is not.', async () => {
    await page.goto(
      `http://localhost:${(server.address() as AddressInfo).port}/${samples.findIndex(([, what]) => what === 'to be collected')}`,
    )
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('.concordat-marking').isVisible()).toBe(true)
    expect(
      await page.locator('.concordat-marking').evaluate((element) => getComputedStyle(element).position),
    ).toBe('fixed')
    expect(await page.getByRole('link', { name: 'Back to home' }).isVisible()).toBe(false)
    await page.emulateMedia({ media: null })
  })
})
