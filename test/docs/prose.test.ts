// What the documents say of the tree is so: files, links, variables, commands and tests that they name are there, and
// no page claims what cannot be kept. A document that drifts from the code fails here.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { ConfigFault, parseConfig } from '../../gateway/config.ts'
import packageJson from '../../package.json' with { type: 'json' }
import {
  allDocuments,
  anchorsOf,
  commandsOf,
  filesUnder,
  inlineCommandsOf,
  namedTests,
  readDocument,
  root,
} from './documents.ts'

const documents = allDocuments()

describe('what the documents name', () => {
  test.each(documents.map(({ file, text }) => ({ file, text })))('links in $file lead to files and headings', ({ file, text }) => {
    const dead = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map((match) => match[1] ?? '')
      .filter((target) => !/^https?:/.test(target) && !isThere(file, target))
    expect(dead).toEqual([])
  }) // prettier-ignore

  test.each(documents.map(({ file, text }) => ({ file, text })))('files and folders in $file are there', ({ text }) => {
    const folders = readdirSync(root).join('|').replaceAll('.', '\\.')
    const named = [...text.matchAll(new RegExp(`\`((?:${folders})/[^\`\\s]*|[a-z0-9/-]+\\.(?:ts|sql|yaml|cedar|csv))\``, 'g'))]
    const missing = named
      .map((match) => match[1] ?? '')
      .filter((name) => !/[<{*]/.test(name) && !isInTree(name))
    expect(missing).toEqual([])
  }) // prettier-ignore

  test('each test that the architecture and the threat model name is there', () => {
    const sources = filesUnder('test', (name) => name.endsWith('.test.ts')).map((file) =>
      readFileSync(path.join(root, file), 'utf8'),
    )
    const named = ['ARCHITECTURE.md', 'docs/threat-model.md'].flatMap((file) =>
      namedTests(readDocument(file)),
    )
    const missing = named.filter(
      (title) => !sources.some((source) => title.split(' › ').every((part) => hasTitle(source, part))),
    )
    expect(named.length).toBeGreaterThan(40)
    expect(missing).toEqual([])
  })

  test('each command is a script of package.json, a verb of concordat with options that it has, or a tool of the system', async () => {
    const program = await concordat()
    const faults = documents.flatMap((document) =>
      [...commandsOf(document), ...inlineCommandsOf(document)].flatMap((command) => faultsOf(command, program).map((fault) => `${document.file}: ${command}: ${fault}`)),
    ) // prettier-ignore
    expect(faults).toEqual([])
  })
})

describe('README.md', () => {
  const rows = [...readDocument('README.md').text.matchAll(/^\| ((?:`[A-Z0-9_]+`(?:, )?)+) \|(.*?)\| (.*) \|$/gm)].map(
    (row) => ({ names: (row[1] ?? '').replaceAll('`', '').split(', '), needed: (row[2] ?? '').trim(), says: row[3] ?? '' }),
  ) // prettier-ignore
  const named = rows.flatMap((row) => row.names)

  test('has every variable that the configuration reads, and no other', () => {
    const source = ['gateway/config.ts', 'gateway/aws-config.ts'].map((file) => readFileSync(path.join(root, file), 'utf8')).join('\n') // prettier-ignore
    const read = new Set([...source.matchAll(/\b([A-Z][A-Z0-9_]{3,}): (?:z\.|url\(|webAddress\b|database\b|directory\b|networks\b|listed\b)/g)].map((match) => match[1])) // prettier-ignore
    expect(named.toSorted()).toEqual([...read].toSorted())
  })

  test('says that a variable is needed where a start without it is refused', () => {
    const needed = rows.filter((row) => row.needed === 'yes').flatMap((row) => row.names)
    expect(needed.toSorted()).toEqual(missingFrom({}).toSorted())
    expect(missingFrom({ NODE_ENV: 'production' })).toContain('SMTP_URL')
  })

  test('says what a variable is when it is unset', () => {
    const config = parseConfig(complete)
    const says = (name: string) => rows.find((row) => row.names.includes(name))?.says ?? ''
    expect(says('PORT')).toContain(`${config.port} on ${config.host}`)
    expect(says('BACKUP_DAYS')).toContain(`${config.backupDays} when unset`)
    expect(says('LEDGER_KEEP_MONTHS')).toContain(`${config.ledgerKeepMonths} when unset`)
    expect(says('LOG_LEVEL')).toContain(`\`${config.logLevel}\` (when unset)`)
    expect(config.apiAudience).toBe(config.publicUrl)
    expect(config.trustedProxies).toBe(false)
    expect(config.mail).toEqual({ directory: path.resolve('.data/mail') })
    expect(config.production).toBe(false)
  })

  test('names the people of the demonstration', async () => {
    const { demonstrationPeople } = await import('../../demo/identity/people.ts')
    const { text } = readDocument('README.md')
    expect(demonstrationPeople.filter(({ name }) => !text.includes(`| ${name} |`))).toEqual([])
  })

  test('says what it is in two sentences', () => {
    const opening = readDocument('README.md').text.split('\n## ')[0] ?? ''
    expect(opening.match(/\.(?=\s|$)/g)).toHaveLength(2)
  })
})

test('The runbook explains every fault that stops a signature.', () => {
  const source = readFileSync(path.join(root, 'audit/publisher.ts'), 'utf8') + readFileSync(path.join(root, 'audit/published-files.ts'), 'utf8') // prettier-ignore
  const anchor = readFileSync(path.join(root, 'audit/anchor.ts'), 'utf8')
  const codes = [...(source + anchor).matchAll(/LedgerFault\(\s*'([a-z-]+)'/g)].map((match) => match[1] ?? '')
  const { text } = readDocument('docs/runbook.md')
  const harmless = ['anchor-contended'] // another process signed; the next pass finds nothing to do
  expect(new Set(codes).size).toBeGreaterThan(8)
  expect(
    [...new Set(codes)].filter((code) => !harmless.includes(code) && !text.includes(`\`${code}\``)),
  ).toEqual([])
})

test('ARCHITECTURE.md has at most 150 lines.', () => {
  expect(readDocument('ARCHITECTURE.md').text.split('\n').length).toBeLessThanOrEqual(151)
})

test('Decisions are numbered without a gap, one page each, and say context, decision, what follows and what was refused.', () => {
  const files = readdirSync(path.join(root, 'docs/decisions')).toSorted()
  expect(files.map((file) => file.slice(0, 4))).toEqual(
    files.map((_, index) => String(index + 1).padStart(4, '0')),
  )
  for (const file of files) {
    const { text } = readDocument(`docs/decisions/${file}`)
    expect(text.startsWith(`# ${file.slice(0, 4)}. `), file).toBe(true)
    expect(text.match(/^## .+$/gm), file).toEqual(['## Context', '## Decision', '## What follows', '## What was refused']) // prettier-ignore
    expect(text.split(/\s+/).length, file).toBeLessThan(600)
  }
})

describe('no page', () => {
  const pages = filesUnder('', (name) => /\.(md|njk|yaml|cedar|sql)$/.test(name)).map(readDocument)
  test.each([
    ['claims more than evidence of tampering', /tamper.?(proof|resistant)|immutable|unbreakable|cannot be hacked/i],
    ['uses the name that two inspectorates share', /\bHMIP\b(?!" is never a key)/],
    ['names a place of one machine', /(^|[\s`"'(])\/(work|home|Users)\//m],
    ['is addressed to machines, or speaks of how it was made', /\b(TODO|FIXME|lorem ipsum|as an AI|language model)\b/i],
    ['is spelt as elsewhere', /\b(organization|authoriz(e|ed|ation)|behavior|center|analyz(e|ed)|recogniz(e|ed))\b/i],
  ])('%s', (_what, forbidden) => {
    expect(pages.length).toBeGreaterThan(30)
    expect(pages.flatMap(({ file, text }) => (forbidden.test(prose(text)) ? [`${file}: ${forbidden.exec(prose(text))?.[0]}`] : []))).toEqual([])
  }) // prettier-ignore
})

const complete = {
  PUBLIC_URL: 'http://localhost:3000',
  DATABASE_URL: 'postgres://gateway@localhost/concordat',
  LEDGER_DATABASE_URL: 'postgres://ledger@localhost/concordat',
  SOURCE_DATABASE_URL: 'postgres://reader@localhost/cases',
  KEY_DIRECTORY: 'keys',
  VAULT_DIRECTORY: 'vault',
  LEDGER_DIRECTORY: 'ledger',
  LEDGER_ORIGIN: 'gateway.example/audit/1',
  SESSION_SECRET: 'x'.repeat(32),
  OIDC_ISSUER: 'https://id.example',
  OIDC_CLIENT_ID: 'concordat',
  OIDC_CLIENT_SECRET: 'x'.repeat(16),
}

function missingFrom(environment: Readonly<Record<string, string>>): string[] {
  try {
    parseConfig(environment)
    return []
  } catch (error) {
    if (!(error instanceof ConfigFault)) throw error
    return error.mistakes.map((mistake) => mistake.split(':')[0] ?? '')
  }
}

function isThere(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#')
  const at = file === '' ? from : path.join(path.dirname(from), file)
  if (!existsSync(path.join(root, at))) return false
  return anchor === undefined || anchorsOf(readDocument(at)).includes(anchor)
}

const everyFile = filesUnder('', () => true)

/** A path from the project's folder, or the end of one: `store.ts`, `people/store.ts`. */
function isInTree(name: string): boolean {
  return existsSync(path.join(root, name)) || everyFile.some((file) => `/${file}`.endsWith(`/${name}`))
}

/** A title stands in its source between quotation marks. */
function hasTitle(source: string, title: string): boolean {
  const written = title.replaceAll("'", String.raw`\'`)
  return ["'", '"', '`'].some((mark) => source.includes(`${mark}${title}${mark}`) || source.includes(`${mark}${written}${mark}`)) // prettier-ignore
}

async function concordat(): Promise<Command> {
  const program = new Command('concordat')
  for (const file of filesUnder('gateway/cli', (name) => !name.endsWith('concordat.ts'))) {
    const module: unknown = await import(path.join(root, file))
    for (const [name, make] of Object.entries(module as Record<string, unknown>))
      if (name.endsWith('Verb') && typeof make === 'function') program.addCommand((make as () => Command)())
  }
  return program
}

const tools = new Set([
  'cat',
  'cd',
  'createdb',
  'curl',
  'export',
  'find',
  'gpg',
  'head',
  'openssl',
  'ls',
  'mkdir',
  'unzip',
])

function faultsOf(command: string, program: Command): string[] {
  const words = command.split(/\s+/).filter((word) => !/^[A-Z_]+=/.test(word))
  const [first = '', second = '', third = ''] = words
  if (first === 'npm' && ['ci', 'test', 'start'].includes(second)) return second === 'ci' || second in packageJson.scripts ? [] : ['no such script'] // prettier-ignore
  if (first === 'npm' && second === 'run') return third in packageJson.scripts ? [] : ['no such script']
  if (first === 'npx' && second === 'concordat') return faultsOfVerb(words.slice(2), program)
  if (first === 'npx') return ['node', 'prettier'].includes(second) ? [] : ['no such tool of the project']
  if (first === 'docker') return existsSync(path.join(root, 'Dockerfile')) ? [] : ['there is no Dockerfile']
  return tools.has(first) ? [] : ['not a tool that is named elsewhere']
}

function faultsOfVerb(words: readonly string[], program: Command): string[] {
  let at = program
  let rest = words
  while (rest[0] !== undefined) {
    const next = at.commands.find((child) => child.name() === rest[0])
    if (!next) break
    at = next
    rest = rest.slice(1)
  }
  if (at === program) return rest[0] === '--version' || rest[0] === '--help' ? [] : ['no such verb']
  if (at.commands.length > 0) return ['the verb needs another word']
  const options = rest.filter((word) => word.startsWith('--'))
  return options.filter((option) => !at.options.some(({ long }) => long === option)).map((option) => `no option ${option}`) // prettier-ignore
}

/** Without code, and without the agreements' own words, which may say what ours may not. */
function prose(text: string): string {
  return text.replaceAll(/```[\s\S]*?```|“[^”]*”|\bsays: .*$/gm, '')
}
