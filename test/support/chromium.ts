// A headless Chromium for the tests that need one. Without it they are skipped, and say so; in continuous integration,
// where a skipped test would look like a passed one, its absence is a failure.
import { accessSync, constants } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

export const missing =
  'There is no Chromium. Install it (apt-get install chromium) or give its path in CHROMIUM_PATH.'

const args = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
] // prettier-ignore

/** @returns undefined where there is none */
export function findChromium(): string | undefined {
  const path = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
  try {
    accessSync(path, constants.X_OK)
    return path
  } catch {
    if (process.env['CI']) throw new Error(missing)
    return undefined
  }
}

export function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args })
}

/** Where screenshots go, when somebody wants to look at them. */
export const screenshots = process.env['SCREENSHOTS']
