// How files are called and how they begin.
import { glob, readFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { folders, root } from './cruise.ts'

let files: string[]
beforeAll(async () => {
  files = []
  for await (const file of glob(`{${folders.join(',')},migrations}/**/*.*`, { cwd: root })) files.push(file)
})

const vague = /^(utils?|helpers?|common|shared|core|managers?|services?)$/

function vagueNames(paths: readonly string[]): string[] {
  return paths.filter((file) =>
    file.split(/[/.]/).some((part) => part.split('-').some((word) => vague.test(word))),
  )
}

function unkempt(paths: readonly string[]): string[] {
  return paths.filter(
    (file) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*\.[a-z0-9]+$/.test(path.basename(file)),
  )
}

/** @returns how many lines of comment a file opens with, after its interpreter's line */
function openingLines(text: string): number {
  const lines = text.split('\n')
  if (lines[0]?.startsWith('#!')) lines.shift()
  const end = lines.findIndex((line) => !line.startsWith('//'))
  return end < 0 ? lines.length : end
}

test('no folder and no file is called utils, helpers, common, shared, core, manager or service', () => {
  // Paragraphs are called as the agreement calls them.
  expect(vagueNames(files.filter((file) => !file.startsWith('policies/agreements/')))).toEqual([])
  expect(files.length).toBeGreaterThan(250)
  expect(vagueNames(['gateway/utils/date.ts', 'gateway/date-helper.ts', 'gateway/hardcore.ts'])).toEqual([
    'gateway/utils/date.ts',
    'gateway/date-helper.ts',
  ])
})

test('names are written in kebab-case', () => {
  expect(unkempt(files.filter((file) => file.endsWith('.ts')))).toEqual([])
  expect(unkempt(['gateway/openItem.ts', 'gateway/open-item.test.ts'])).toEqual(['gateway/openItem.ts'])
})

test('every file of the product opens with one to six lines that say what it is', async () => {
  const sources = files.filter((file) => file.endsWith('.ts') && !file.startsWith('test/'))
  const wrong: string[] = []
  for (const file of sources) {
    const count = openingLines(await readFile(path.join(root, file), 'utf8'))
    if (count < 1 || count > 6) wrong.push(`${file}: ${count}`)
  }
  expect(wrong).toEqual([])
  expect(openingLines('#!/usr/bin/env node\n// One.\n// Two.\nexport {}\n')).toBe(2)
  expect(openingLines('export {}\n')).toBe(0)
})

test('every migration opens with why', async () => {
  const migrations = files.filter((file) => file.startsWith('migrations/'))
  expect(migrations.length).toBeGreaterThan(2)
  for (const file of migrations) {
    expect(path.basename(file)).toMatch(/^\d{4}_[a-z-]+\.sql$/)
    expect(await readFile(path.join(root, file), 'utf8'), file).toMatch(/^-- \S/)
  }
})
