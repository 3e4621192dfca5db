// Makes audit/verifier.html: the verifying core, the page and its style in one file that works from file:// with no network.
// Modules become functions in the order of their imports, types are stripped, and the policy names the hashes of exactly this
// script and this style. `npm run verifier` writes it; a test compares what is there with what this makes.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const here = import.meta.dirname
export const verifierFile = path.join(here, '../verifier.html')

export function buildVerifier(): string {
  const script = `\n${bundle(path.join(here, 'page.ts'))}`
  const style = `\n${readFileSync(path.join(here, 'style.css'), 'utf8')}`
  const policy = [
    `default-src 'none'`,
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ')
  const parts = [
    ['content=""', `content="${policy}"`],
    ['<style></style>', `<style>${style}</style>`],
    ['<script type="module"></script>', `<script type="module">${script}</script>`],
  ] as const
  let page = readFileSync(path.join(here, 'template.html'), 'utf8')
  for (const [place, part] of parts) {
    if (page.split(place).length !== 2) throw new Error(`template.html has not one ${place}`)
    page = page.replace(place, () => part)
  }
  return page
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

interface Module {
  readonly name: string
  readonly code: string
}

function bundle(entry: string): string {
  const modules = new Map<string, Module>()
  addModule(entry, modules, [])
  const script = [...modules.values()].map(({ code }) => code).join('\n')
  if (/<\/script|<!--/i.test(script)) throw new Error('the script would end inside itself')
  return script
}

function addModule(file: string, modules: Map<string, Module>, above: readonly string[]): string {
  const known = modules.get(file)
  if (known) return known.name
  if (above.includes(file)) throw new Error(`${file} imports itself`)
  const source = readFileSync(file, 'utf8')
  const stripped = file.endsWith('.ts') ? stripTypeScriptTypes(source, { mode: 'strip' }) : source
  const imported = (from: string) => addModule(resolve(from, file), modules, [...above, file])
  const exported: string[] = []
  const code = stripped
    .replace(/^import\s*\{([^}]*)\}\s*from\s*'([^']+)';?/gm, (_, names: string, from: string) => {
      const wanted = names
        .replace(/\s+as\s+/g, ': ')
        .replace(/\s+/g, ' ')
        .trim()
      return wanted === '' ? '' : `const { ${wanted} } = ${imported(from)};`
    })
    .replace(
      /^import (\w+) from '([^']+)';?/gm,
      (_, name: string, from: string) => `const { default: ${name} } = ${imported(from)};`,
    )
    .replace(
      /^export default function (\w+)/gm,
      (_, name: string) => (exported.push(`default: ${name}`), `function ${name}`),
    )
    .replace(
      /^export ((?:async )?function|class|const) (\w+)/gm,
      (_, what: string, name: string) => (exported.push(name), `${what} ${name}`),
    )
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
  if (/^\s*(import|export)\b/m.test(code))
    throw new Error(`${file} has an import or export of a form that is not known`)
  const name = `module${modules.size}`
  const label = path.basename(file)
  modules.set(file, {
    name,
    code: `// ${label}\nconst ${name} = (() => {\n${code}\nreturn { ${exported.join(', ')} };\n})();`,
  })
  return name
}

function resolve(from: string, file: string): string {
  return from.startsWith('.')
    ? path.resolve(path.dirname(file), from)
    : fileURLToPath(import.meta.resolve(from))
}

if (import.meta.main) writeFileSync(verifierFile, buildVerifier())
