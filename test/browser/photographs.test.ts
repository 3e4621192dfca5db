// Photographs in a browser: a file is chosen and sent, the picture is seen under the page's content policy, the right way up, and by
// nobody whom it is hidden from.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { londonDate } from '../../policies/calendar.ts'
import { findChromium, launch, missing } from '../support/chromium.ts'
import { startGateway, type Subject, type TestGateway } from '../support/gateway.ts'
import { exifSegment, jpegWith } from '../support/pictures.ts'
import { check, complaintsOf, desktop } from './page-check.ts'

const executable = findChromium()
if (executable === undefined) test.skip(missing, () => undefined)

describe.skipIf(executable === undefined)('Photographs, in a browser', () => {
  let gateway: TestGateway
  let browser: Browser
  let folder: string
  beforeAll(async () => {
    gateway = await startGateway({ people: 50, withWorker: false })
    browser = await launch(executable ?? '')
    folder = await mkdtemp(path.join(tmpdir(), 'concordat-photographs-'))
  })
  afterAll(async () => {
    await browser.close()
    await gateway.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function as(subject: Subject): Promise<{ page: Page; complaints: string[] }> {
    const context = await browser.newContext({ viewport: desktop, locale: 'en-GB' })
    const complaints = complaintsOf(context)
    const page = await context.newPage()
    await page.goto(`${gateway.url}/start`)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.locator(`button[value="${subject}"]`).click()
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
    return { page, complaints }
  }

  /** As it is drawn; nothing where there is no picture. */
  const drawn = (page: Page) =>
    page.locator('img.concordat-photograph').first().evaluate(async (image: HTMLImageElement) => {
      await image.decode()
      return [image.naturalWidth, image.naturalHeight]
    }) // prettier-ignore

  test('one is added and seen, upright, and hidden from a colleague while its person has not consented', async () => {
    const file = path.join(folder, 'cell.jpg')
    await writeFile(file, jpegWith(exifSegment(6)))
    const report = (await (await gateway.as('ayesha.rahman')).post('/api/v1/clearances', { title: 'HMP Leeds', kind: 'report-figures' })).json() // prettier-ignore
    const album = `${gateway.url}/clearances/${String(report['id'])}/photographs`
    const { page, complaints } = await as('ayesha.rahman')
    await page.goto(album)
    await check(page, 'photographs-empty')
    await page.getByLabel('Day on which it was taken').fill(londonDate(new Date()))
    await page.getByLabel('Caption').fill('A cell')
    await page.getByLabel('What it shows').fill('A cell with a broken window')
    await page.getByLabel('The finding that it demonstrates').fill('Cells are cold.')
    await page.getByLabel('How many people could be identified in it').fill('1')
    await page.getByLabel('Photograph', { exact: true }).setInputFiles(file)
    await page.getByRole('button', { name: 'Keep the photograph' }).click()
    await page.getByRole('heading', { level: 1, name: 'A cell' }).waitFor()
    // 24 by 16 pixels, on its side: what turns it is written back, and the browser obeys it.
    expect(await drawn(page)).toEqual([16, 24])
    await check(page, 'photograph-kept')
    await page.goto(album)
    expect(await drawn(page)).toEqual([16, 24])
    expect(await page.getByAltText('A cell with a broken window').count()).toBe(1)
    expect(complaints).toEqual([])
    const martin = await as('martin.boyle')
    await martin.page.goto(album)
    expect(await martin.page.locator('img.concordat-photograph').count()).toBe(0)
    await martin.page.getByText('You may not see the picture.').waitFor()
    expect(martin.complaints).toEqual([])
  })
})
