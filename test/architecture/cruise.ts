// Cruises a tree with the project's rules, as the whole tree or as one in which something is wrong on purpose.
import { symlink, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { cruise, type ICruiseResult, type IModule } from 'dependency-cruiser'
import { rules } from '../../dependency-cruiser.config.ts'

export const root = path.resolve(import.meta.dirname, '../..')
export const folders = ['audit', 'bench', 'demo', 'gateway', 'keys', 'policies', 'test'] as const

export interface Cruised {
  /** Our own modules. */
  readonly modules: readonly IModule[]
  /** `rule: from -> to`, sorted. */
  readonly violations: readonly string[]
}

export async function cruiseTree(baseDir: string, within: readonly string[] = folders): Promise<Cruised> {
  const { output } = await cruise(
    [...within],
    {
      baseDir,
      ruleSet: { forbidden: [...rules] },
      validate: true,
      tsPreCompilationDeps: true,
      doNotFollow: { path: 'node_modules' },
    },
    {
      extensions: ['.ts', '.js', '.json'],
      conditionNames: ['import', 'node', 'default'],
      exportsFields: ['exports'],
    },
  )
  const { modules, summary } = output as ICruiseResult // without a reporter, the result is the object itself
  return {
    modules: modules.filter(({ source }) => folders.some((folder) => source.startsWith(`${folder}/`))),
    violations: summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`).toSorted(),
  }
}

/** @param files path → text; the packages of the project are there as well */
export async function cruisePlanted(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'concordat-architecture-'))
  try {
    await symlink(path.join(root, 'node_modules'), path.join(directory, 'node_modules'))
    await writeFile(path.join(directory, 'package.json'), packageOfTheProject)
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(directory, name)), { recursive: true })
      await writeFile(path.join(directory, name), text)
    }
    const within = [...new Set(Object.keys(files).map((name) => name.split('/')[0] ?? ''))]
    return (await cruiseTree(directory, within)).violations
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

const packageOfTheProject = JSON.stringify({
  name: 'planted',
  type: 'module',
  dependencies: { pg: '8', jose: '6', openpgp: '6', '@cedar-policy/cedar-wasm': '4' },
  devDependencies: { 'fast-check': '4' },
})
