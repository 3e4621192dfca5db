// The code that runs in people's browsers, as it is written: modules from gateway/browser and what they import, with their
// types taken off and no bundler between. Only what a page's module reaches is served; one that would need Node, or a
// package that a browser cannot load, stops the start.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire, stripTypeScriptTypes } from 'node:module'
import path from 'node:path'
import { Router } from 'express'

const root = path.resolve(import.meta.dirname, '../..')
const pagesFolder = 'gateway/browser'

/** Packages by the file that their publisher built for browsers, served from here and from nowhere else. */
const packages: Readonly<Record<string, string>> = { openpgp: 'openpgp.min.mjs' }
const imported = /^((?:import|export)\s[^'"]*from\s*)'([^']+)'/gm

/** File, from the top of the tree → what a browser gets. @throws {Error} naming an import that no browser has */
export function browserModules(): ReadonlyMap<string, string> {
  const modules = new Map<string, string>()
  const entries = readdirSync(path.join(root, pagesFolder)).filter((file) => file.endsWith('-page.ts'))
  for (const file of entries) addModule(`${pagesFolder}/${file}`, modules)
  return modules
}

function addModule(file: string, modules: Map<string, string>): void {
  if (modules.has(file)) return
  modules.set(file, '')
  const stripped = stripTypeScriptTypes(readFileSync(path.join(root, file), 'utf8'), { mode: 'strip' })
  const code = stripped.replace(imported, (_whole, what: string, from: string) => {
    if (from.startsWith('.')) {
      addModule(path.posix.join(path.posix.dirname(file), from), modules)
      return `${what}'${from}'`
    }
    const built = packages[from]
    if (built === undefined) throw new Error(`${file} imports ${from}, which no browser has`)
    return `${what}'/assets/packages/${built}'`
  })
  modules.set(file, code)
}

/** `/modules/…` and `/packages/…`, under the assets. */
export function browserAssets(): Router {
  const modules = browserModules()
  const router = Router()
  router.get('/modules/*file', (req, res, next) => {
    const code = modules.get(req.params.file.join('/'))
    if (code === undefined) next()
    else {
      res.set('Cache-Control', 'no-cache').set('ETag', `"${createHash('sha256').update(code).digest('hex').slice(0, 32)}"`) // prettier-ignore
      res.type('text/javascript').send(code)
    }
  })
  const publisher = path.dirname(path.dirname(createRequire(import.meta.url).resolve('openpgp'))) // …/dist/node/file
  for (const file of Object.values(packages))
    router.get(`/packages/${file}`, (_req, res) => res.sendFile(path.join(publisher, file), { maxAge: '1h' }))
  return router
}
