// Which folder may know which (DESIGN: audit, keys and policies know nobody; the gateway joins them; slices point one way).
// test/architecture cruises the whole tree with these rules, and breaks each of them once to see it found.
import type { IForbiddenRuleType } from 'dependency-cruiser'

const product = '^(audit|keys|policies|gateway)/'
/** What starts processes and joins everything together; nobody imports these but each other, tests and the demonstration. */
const roots = '^gateway/((app|main|serve|start|wire|worker)\\.ts$|cli/)'
/** A package as an import names it, or as it lies under node_modules; with its types. */
const npm = (...names: readonly string[]) => `(^|node_modules/)(@types/)?(${names.join('|')})(/|$)`

/** Each slice with the slices that it may know. What is not here is no slice, and may know none. */
const slices: Readonly<Record<string, readonly string[]>> = {
  agreements: ['decisions', 'inspections', 'people', 'retention', 'transfers'],
  assurance: ['decisions', 'people', 'signing'],
  backup: [],
  browser: [],
  clearance: ['decisions', 'disclosure', 'drafts', 'figures', 'hub', 'packages', 'people', 'tables'],
  concerns: ['decisions', 'people', 'tables'],
  decisions: [],
  disclosure: ['tables'],
  drafts: [],
  exports: ['concerns', 'decisions', 'packages', 'people', 'retention', 'signing'],
  figures: ['decisions', 'hub', 'packages', 'people', 'tables'],
  forgetting: ['decisions', 'people'],
  hub: ['decisions', 'people', 'tables'],
  inspections: [],
  packages: ['sources'],
  people: ['decisions', 'signing'],
  photographs: ['clearance', 'decisions', 'inspections', 'people'],
  retention: ['decisions', 'people', 'signing'],
  rotation: ['photographs', 'retention'],
  signing: [],
  sources: [],
  tables: [],
  transfers: ['decisions', 'inspections', 'packages', 'people', 'retention', 'signing', 'sources'],
}
const anySlice = `^gateway/(?!http/|cli/)[^/]+/`

function alone(name: string, folder: string): IForbiddenRuleType {
  return {
    name,
    comment: `${folder} imports nothing of ours outside itself: it declares the interface that it needs.`,
    severity: 'error',
    from: { path: `^${folder}/` },
    to: { path: '^(audit|keys|policies|gateway|demo|test|bench|migrations)/', pathNot: `^${folder}/` },
  }
}

function only(name: string, packages: readonly string[], home: string, comment: string): IForbiddenRuleType {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: '^(audit|keys|policies|gateway|demo|bench)/', pathNot: home },
    to: { path: npm(...packages) },
  }
}

const directions: readonly IForbiddenRuleType[] = Object.entries(slices).map(([slice, mayKnow]) => ({
  name: `slice-${slice}`,
  comment: `Slices know each other in one direction: ${slice} knows ${mayKnow.join(', ') || 'none'}.`,
  severity: 'error',
  from: { path: `^gateway/${slice}/` },
  to: { path: anySlice, pathNot: `^gateway/(${[slice, ...mayKnow].join('|')})/` },
}))

export const sliceNames = Object.keys(slices)

export const rules: readonly IForbiddenRuleType[] = [
  alone('audit-knows-nobody', 'audit'),
  alone('keys-knows-nobody', 'keys'),
  alone('policies-knows-nobody', 'policies'),
  {
    name: 'policies-reads-files-only-to-load',
    comment: 'Deciding is pure: files are read by what loads the packs, and nothing else reaches the world.',
    severity: 'error',
    from: { path: '^policies/', pathNot: '^policies/(sources|establishments)\\.ts$' },
    to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|path)$' },
  },
  only('pg-only-in-db', ['pg', 'pg-copy-streams'], '^gateway/db\\.ts$', 'One door to PostgreSQL.'),
  only(
    'cryptography-only-in-keys',
    ['openpgp', 'jose', '@aws-crypto'],
    '^keys/',
    'What touches keys and formats is in one folder.',
  ),
  only('certificates-only-in-time', ['pkijs', 'asn1js'], '^audit/time/', 'One place reads ASN.1.'),
  only('cedar-only-in-policies', ['@cedar-policy'], '^policies/', 'One place decides.'),
  {
    name: 'http-knows-no-slice',
    comment: 'What serves every slice knows none of them.',
    severity: 'error',
    from: { path: '^gateway/http/' },
    to: { path: anySlice },
  },
  {
    name: 'ground-knows-no-slice',
    comment:
      'Database, mail, jobs and the rest of the ground are built on, and know nothing of what stands on them.',
    severity: 'error',
    from: { path: '^gateway/[^/]+\\.ts$', pathNot: roots },
    to: { path: anySlice },
  },
  ...directions,
  {
    name: 'slice-unknown',
    comment: 'A new slice says in this file which slices it may know.',
    severity: 'error',
    from: { path: anySlice, pathNot: `^gateway/(${sliceNames.join('|')})/` },
    to: {},
  },
  {
    name: 'roots-are-not-imported',
    comment: 'The composition is known by processes alone.',
    severity: 'error',
    from: { path: product, pathNot: roots },
    to: { path: roots },
  },
  {
    name: 'product-stands-alone',
    comment: 'What ships needs no demonstration, test or benchmark.',
    severity: 'error',
    from: { path: product },
    to: { path: '^(demo|test|bench)/' },
  },
  {
    name: 'product-needs-no-development-package',
    comment: 'The image is installed without them.',
    severity: 'error',
    from: { path: product },
    to: { dependencyTypes: ['npm-dev'] },
  },
  {
    name: 'no-cycle',
    comment: 'Two files that need each other are one file, or hide a third.',
    severity: 'error',
    from: { path: '^(audit|keys|policies|gateway|demo|bench|test)/' },
    to: { circular: true },
  },
]
