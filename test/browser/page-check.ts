// What must hold of every page that a browser shows: no violation of WCAG 2.2 A and AA that axe can find, no sideways
// scrolling at 320 pixels, no error on the console, nothing that the content policy stopped.
import path from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import { screenshots } from '../support/chromium.ts'

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
export const desktop = { width: 1200, height: 900 }

/** @returns everything that the console of this context complained of; what a 4xx page itself brings is left out */
export function complaintsOf(context: BrowserContext): string[] {
  const complaints: string[] = []
  context.on('console', (message) => {
    const isOwnStatus = message.text().startsWith('Failed to load resource') && message.location().url === message.page()?.url()
    if ((message.type() === 'error' || message.type() === 'warning') && !isOwnStatus) complaints.push(`${message.text()} (${message.location().url})`)
  }) // prettier-ignore
  context.on('weberror', (error) => complaints.push(error.error().message))
  return complaints
}

/** Looks at the page as it stands, wide and narrow. */
export async function check(page: Page, name: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze()
  expect(violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map((node) => node.html).join(' | ')}`)).toEqual([]) // prettier-ignore
  await keep(page, name)
  await page.setViewportSize({ width: 320, height: 700 })
  const { wide, visible } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, visible: document.documentElement.clientWidth })) // prettier-ignore
  expect(wide, `${name} scrolls sideways at 320 pixels`).toBeLessThanOrEqual(visible)
  await keep(page, `${name}-320`)
  await page.setViewportSize(desktop)
}

async function keep(page: Page, name: string): Promise<void> {
  if (screenshots !== undefined)
    await page.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage: true })
}

/** Presses Tab until the focus is there, as somebody without a mouse does. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  const target = page.locator(selector).first()
  for (let presses = 0; presses < 80; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`${selector} cannot be reached by keyboard on ${page.url()}`)
}
