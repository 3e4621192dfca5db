// The house's own prohibitions are rules of the linter; each finds what it is there for, in a file that it would have to pass.
import path from 'node:path'
import { ESLint } from 'eslint'
import { beforeAll, expect, test } from 'vitest'
import { root } from './cruise.ts'

let eslint: ESLint
beforeAll(async () => {
  eslint = new ESLint({ cwd: root })
  // The first file makes it read the types of the whole tree.
  await rulesBroken('gateway/mail.ts', 'export {}')
})

async function rulesBroken(file: string, text: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(text, { filePath: path.join(root, file) })
  return [...new Set(result?.messages.map(({ ruleId }) => ruleId))]
}

const lines = (count: number, text: string) => Array.from({ length: count }, () => text).join('\n')

test.each([
  [
    'the environment outside gateway/config.ts',
    'export const home = process.env.HOME',
    'no-restricted-syntax',
  ],
  [
    'the environment by import',
    "import { env } from 'node:process'\nexport const home = env",
    'no-restricted-syntax',
  ],
  ['a default export', 'export default 1', 'no-restricted-syntax'],
  ['a default export by name', 'const one = 1\nexport { one as default }', 'no-restricted-syntax'],
  ['the clock', 'export const now = new Date()', 'no-restricted-syntax'],
  ['the clock in figures', 'export const now = Date.now()', 'no-restricted-syntax'],
  ['chance', 'export const chance = Math.random()', 'no-restricted-syntax'],
  ['the console', "console.log('here')", 'no-console'],
  ['any', 'export const anything: any = 1', '@typescript-eslint/no-explicit-any'],
  ['a file of more than 250 lines', lines(251, 'export {}'), 'max-lines'],
  [
    'a function of more than 50 lines',
    `export function long() {\n${lines(51, 'void 0')}\n}`,
    'max-lines-per-function',
  ],
  ['a rule switched off for nothing', '// eslint-disable-next-line no-console\nexport {}', null],
])('%s is found', async (_what, text, rule) => {
  expect(await rulesBroken('gateway/mail.ts', text)).toContain(rule)
})

test('what is allowed where it belongs is not found', async () => {
  expect(await rulesBroken('gateway/config.ts', 'export const home = process.env')).toEqual([])
  expect(await rulesBroken('gateway/clock.ts', 'export const now = new Date()')).toEqual([])
  expect(await rulesBroken('gateway/mail.ts', `export const one = 1\n${lines(240, 'export {}')}`)).toEqual([])
})
