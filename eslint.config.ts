// Lint rules: typescript-eslint's strict type-checked set, and the house's own prohibitions.
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

const named = [
  { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
  { selector: "ExportSpecifier[exported.name='default']", message: 'Named exports only.' },
]
const surroundings = [
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message: 'The environment is read in gateway/config.ts alone.',
  },
  {
    selector: 'ImportDeclaration[source.value=/^(node:)?process$/]',
    message: 'The environment is read in gateway/config.ts alone.',
  },
]
const timeAndChance = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'The time is a parameter (gateway/clock.ts).',
  },
  {
    selector: "MemberExpression[object.name='Date'][property.name='now']",
    message: 'The time is a parameter (gateway/clock.ts).',
  },
  {
    selector: "MemberExpression[object.name='Temporal'][property.name='Now']",
    message: 'The time is a parameter (gateway/clock.ts).',
  },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Chance is a parameter, or comes from node:crypto.',
  },
]

export default defineConfig(
  { ignores: ['node_modules/', '.demo/', '.data/', 'coverage/', 'gateway/http/assets/'] },
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-console': 'error',
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': ['error', ...named, ...surroundings, ...timeAndChance],
    },
  },
  {
    files: ['gateway/config.ts', 'gateway/cli/**', 'demo/**', 'bench/**', 'test/**', '*.config.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    // Outside the product, time may be what it is.
    files: ['gateway/clock.ts', 'demo/**', 'bench/**', 'test/**'],
    rules: { 'no-restricted-syntax': ['error', ...named, ...surroundings] },
  },
  {
    files: ['gateway/config.ts', 'test/support/**'],
    rules: { 'no-restricted-syntax': ['error', ...named] },
  },
  // Their tools read a default export.
  { files: ['*.config.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['test/**'], rules: { 'max-lines-per-function': 'off', 'max-lines': 'off' } },
)
