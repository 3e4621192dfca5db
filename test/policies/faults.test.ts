// A pack with any kind of fault is refused whole, with the file, the line and what to do; all faults at once.
import { mkdtemp, cp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { PackFault, type FaultCode } from '../../policies/fault.ts'
import { loadAgreements } from '../../policies/pack.ts'
import { all, changed, faultsOf, policiesDir, replaced, sources } from './policies.ts'

const pack = 'agreements/hmpps-2025'
const yaml16 = `${pack}/16-case-level-data.yaml`
const cedar16 = `${pack}/16-case-level-data.cedar`
const yaml19 = `${pack}/19-retention-and-destruction.yaml`
const cedar19 = `${pack}/19-retention-and-destruction.cedar`
const head = `${pack}/agreement.yaml`

interface Planted {
  readonly what: string
  readonly file: string
  /** The text that is changed, and what it is changed to. */
  readonly part: string
  readonly by: string
  readonly code: FaultCode
  readonly says: string
  /** Text that stands on the line that is named, after the change. */
  readonly on: string
}

const planted: readonly Planted[] = [
  { what: 'a YAML syntax error', file: yaml16, part: 'kind: duty', by: 'kind: duty: ]', code: 'yaml', says: 'Nested mappings', on: 'kind: duty: ]' },
  { what: 'a YAML key that is there twice', file: head, part: 'disposal: destroy', by: 'disposal: destroy\ndisposal: destroy', code: 'yaml', says: 'unique', on: 'disposal: destroy' },
  { what: 'a YAML alias', file: head, part: 'parties: [hmi-prisons, hmpps]', by: 'parties: &p [hmi-prisons, hmpps]\ncontacts2: *p', code: 'yaml', says: 'alias', on: '# yaml-language-server' },
  { what: 'an unknown key', file: yaml16, part: 'title: Case-level data', by: 'titel: x\ntitle: Case-level data', code: 'shape', says: 'titel', on: 'titel: x' },
  { what: 'a kind that there is not', file: yaml16, part: 'kind: attestation', by: 'kind: promise', code: 'shape', says: 'kind', on: 'kind: promise' },
  { what: 'an outside clause without why', file: `${pack}/10-access.yaml`, part: '    why: Physical access to establishments and people happens outside any data gateway.\n', by: '', code: 'shape', says: 'why', on: '- id: hmpps-2025/10' },
  { what: 'a period that does not say which days', file: yaml16, part: '5 working days', by: '5 days', code: 'shape', says: 'working days, calendar days', on: '5 days' },
  { what: 'a date that does not exist', file: head, part: '2026-01-02', by: '2026-02-30', code: 'shape', says: 'date that exists', on: '2026-02-30' },
  { what: 'a rule for a clause that there is not', file: cedar19, part: '@clause("hmpps-2025/19")', by: '@clause("hmpps-2025/19-hold")', code: 'unknown-clause', says: 'There is no clause hmpps-2025/19-hold', on: '@clause("hmpps-2025/19-hold")' },
  { what: 'a rule for a clause of another file', file: cedar19, part: '@clause("hmpps-2025/19")', by: '@clause("hmpps-2025/16-dsa")', code: 'unknown-clause', says: `is in ${yaml16}`, on: '@clause("hmpps-2025/16-dsa")' },
  { what: 'a rule for a clause that is no rule', file: cedar19, part: '@clause("hmpps-2025/19")', by: '@clause("hmpps-2025/19-hmpps-periods")', code: 'wrong-kind', says: 'is of kind record', on: '@clause("hmpps-2025/19-hmpps-periods")' },
  { what: 'a rule clause without a rule', file: yaml19, part: 'kind: record\n    says: HMPPS has a specific set of retention periods\n    summary: HMPPS has its own retention periods for offender data.\n    keeps: [dataset.ownerPeriod]\n', by: 'kind: rule\n    says: HMPPS has a specific set of retention periods\n    summary: HMPPS has its own.\n', code: 'missing-mechanism', says: 'no rule enforces it', on: '- id: hmpps-2025/19-hmpps-periods' },
  { what: 'a rule without a clause', file: cedar19, part: '@clause("hmpps-2025/19")\n', by: '', code: 'annotation', says: 'names no clause', on: '@refusal("The data has no retention class' },
  { what: 'a rule without its remedy', file: cedar19, part: '@remedy("Choose a class of the HMI Prisons retention schedule.")\n', by: '', code: 'annotation', says: 'no @remedy', on: '@clause("hmpps-2025/19")' },
  { what: 'an annotation that there is not', file: cedar19, part: '@who("The owner of the HMI Prisons retention schedule can add a class.")', by: '@whom("The owner.")', code: 'annotation', says: '@whom', on: '@clause("hmpps-2025/19")' },
  { what: 'a duty clause without a clock', file: yaml16, part: '  hmpps-2025/16:\n', by: '  hmpps-2025/16-formats:\n', code: 'missing-mechanism', says: 'has no clock', on: '- id: hmpps-2025/16' },
  { what: 'a clock on a clause that is no duty', file: yaml16, part: '  hmpps-2025/16:\n', by: '  hmpps-2025/16-formats:\n', code: 'wrong-kind', says: 'a clock is for a duty', on: '  hmpps-2025/16-formats:' },
  { what: 'a clock on a clause that there is not', file: yaml16, part: '  hmpps-2025/16:\n', by: '  hmpps-2025/61:\n', code: 'unknown-clause', says: 'There is no clause hmpps-2025/61', on: '  hmpps-2025/61:' },
  { what: 'an exchange that nothing permits', file: cedar16, part: '@exchange("case-level-data")', by: '@exchange("case-data")', code: 'annotation', says: 'opens no exchange', on: '@exchange("case-data")' },
  { what: 'a Cedar syntax error', file: cedar16, part: 'unless { principal.keyEnrolled }', by: 'unles { principal.keyEnrolled }', code: 'cedar', says: 'unles', on: 'unles { principal' },
  { what: 'a Cedar attribute that there is not', file: cedar16, part: 'unless { principal.keyEnrolled }', by: 'unless { principal.keyEnroled }', code: 'cedar', says: 'keyEnroled', on: 'keyEnroled' },
  { what: 'an optional fact that is read without asking', file: cedar19, part: 'resource has holds && ', by: '', code: 'cedar', says: 'optional attribute `holds`', on: 'resource.holds == 0' },
  { what: 'a Cedar action that there is not', file: cedar19, part: 'action == Action::"seal"', by: 'action == Action::"seel"', code: 'cedar', says: 'seel', on: 'Action::"seel"' },
  { what: 'a rule that can never apply', file: cedar19, part: 'unless { resource has holds && resource.holds == 0 }', by: 'when { false }', code: 'cedar', says: 'The rule hmpps-2025/19-destruction can never be true: it never refuses', on: '@clause("hmpps-2025/19-destruction")' },
  { what: 'a rule that contradicts itself', file: cedar19, part: 'unless { resource has holds && resource.holds == 0 }', by: 'when { resource has holds && !(resource has holds) }', code: 'cedar', says: 'The rule hmpps-2025/19-destruction can never be true', on: '@clause("hmpps-2025/19-destruction")' },
  { what: 'a rule that can never be false', file: cedar19, part: 'unless { resource has holds && resource.holds == 0 }', by: 'when { true }', code: 'cedar', says: 'The rule hmpps-2025/19-destruction#2 can never be false: it refuses', on: '@clause("hmpps-2025/19-destruction")' },
  { what: 'a rule without a condition', file: cedar19, part: '\nunless { resource has holds && resource.holds == 0 }', by: '', code: 'cedar', says: 'The rule hmpps-2025/19-destruction#2 can never be false: it refuses', on: '@clause("hmpps-2025/19-destruction")' },
  { what: 'a rule whose conditions cover every case', file: cedar19, part: 'unless { resource has holds && resource.holds == 0 }', by: 'when { resource has holds || !(resource has holds) }', code: 'example', says: 'hmpps-2025/19-destruction#2 has no example of a permit', on: '- id: hmpps-2025/19-destruction' },
  { what: 'a permit that can never be false', file: cedar16, part: '@exchange("case-level-data")\npermit (', by: '@exchange("case-level-data")\npermit (principal, action == Action::"request", resource) unless { false };\n\n@exchange("case-level-data")\npermit (', code: 'cedar', says: 'The rule hmpps-2025/case-level-data can never be false: it permits', on: '@exchange("case-level-data")' },
  { what: 'a Cedar template', file: cedar16, part: 'forbid (principal, action == Action::"collect", resource)', by: 'forbid (principal == ?principal, action == Action::"collect", resource)', code: 'cedar', says: 'template', on: '@clause("hmpps-2025/16-encryption")' },
  { what: 'a schema that does not parse', file: 'concordat.cedarschema', part: 'entity Ledger;', by: 'entity Ledger', code: 'cedar', says: 'unexpected token', on: 'entity Keyring = {' },
  { what: 'a schema without one of the acts', file: 'concordat.cedarschema', part: '"escalate", ', by: '', code: 'cedar', says: '"escalate" is missing', on: '// What the rules can see' },
  { what: 'a party that there is not', file: yaml16, part: '    from: hmpps\n', by: '    from: noms\n', code: 'unknown-name', says: 'There is no party noms', on: '  case-level-data:' },
  { what: 'a party that the agreement does not bind', file: yaml16, part: '    from: hmpps\n', by: '    from: imb\n', code: 'unknown-name', says: 'imb is no party to hmpps-2025', on: '  case-level-data:' },
  { what: 'an unknown party in the head', file: head, part: 'parties: [hmi-prisons, hmpps]', by: 'parties: [hmi-prisons, hmpps, noms]', code: 'unknown-name', says: 'There is no party noms', on: 'parties: [' },
  { what: '"HMIP" as a key', file: 'parties.yaml', part: '- key: imb', by: '- key: hmip', code: 'shape', says: 'two bodies', on: '- key: hmip' },
  { what: 'a role that there is not', file: yaml16, part: 'of: hmi-prisons/approver', by: 'of: hmi-prisons/boss', code: 'unknown-name', says: 'no role hmi-prisons/boss', on: '  case-level-data:' },
  { what: 'a dataset that there is not', file: yaml16, part: 'custody-population, use-of-force', by: 'custody-population, use-of-farce', code: 'unknown-name', says: 'no dataset use-of-farce', on: '  case-level-data:' },
  { what: 'a retention class that there is not', file: yaml16, part: 'retentionClass: { local: inspection-case-level }', by: 'retentionClass: { local: for-ever }', code: 'unknown-name', says: 'no class for-ever', on: '  case-level-data:' },
  { what: 'a direction that no schedule governs', file: head, part: '{ from: hmpps, to: hmi-prisons, schedule: hmi-prisons }', by: '{ from: hmpps, to: imb, schedule: hmi-prisons }', code: 'missing-mechanism', says: 'No schedule governs', on: '' },
  { what: 'a clause id that is there twice', file: yaml19, part: '- id: hmpps-2025/19-hmpps-periods', by: '- id: hmpps-2025/17', code: 'duplicate', says: 'is also at', on: '- id: hmpps-2025/17' },
  { what: 'a clause id of another agreement', file: yaml19, part: '- id: hmpps-2025/19-hmpps-periods', by: '- id: imb-2024/19-periods', code: 'unknown-clause', says: 'is not of hmpps-2025', on: '- id: imb-2024/19-periods' },
  { what: 'a clause without its words', file: yaml19, part: '    says: HMPPS has a specific set of retention periods\n', by: '', code: 'shape', says: 'own words', on: '- id: hmpps-2025/19-hmpps-periods' },
  { what: 'an example that does not hold', file: yaml19, part: 'retentionClass: for-ever', by: 'retentionClass: inspection-case-level', code: 'example', says: 'and is permitted', on: '- name: The class is not in the HMI Prisons schedule' },
  { what: 'an example with a clause that there is not', file: yaml19, part: 'refuses: [hmpps-2025/19]', by: 'refuses: [hmpps-2025/91]', code: 'example', says: 'There is no clause hmpps-2025/91', on: '- name: The class is not in the HMI Prisons schedule' },
  { what: 'an example of nobody', file: yaml19, part: 'as: gateway\n    given: { transfer: { retentionClass: for-ever } }', by: 'as: nobody\n    given: { transfer: { retentionClass: for-ever } }', code: 'example', says: 'nobody called nobody', on: '- name: The class is not in the HMI Prisons schedule' },
  { what: 'a rule that no example tests', file: 'local/4-looking.yaml', part: 'when: read-log\n    permits: true', by: 'when: view\n    permits: true', code: 'example', says: 'local/read-ledger has no example of a permit', on: '- id: local/read-ledger' },
  { what: 'a dataset whose date is no field', file: 'datasets/use-of-force.yaml', part: 'dateField: incident_date', by: 'dateField: incident_day', code: 'unknown-name', says: 'no field incident_day', on: '' },
  { what: 'a purpose that there is not', file: 'datasets/use-of-force.yaml', part: 'neededFor: [safety]', by: 'neededFor: [curiosity]', code: 'unknown-name', says: 'no purpose curiosity', on: 'neededFor: [curiosity]' },
  { what: 'a schedule without its owner', file: 'schedules/hmi-prisons.yaml', part: 'owner: hmi-prisons', by: 'owner: hmpps2', code: 'unknown-name', says: 'There is no party hmpps2', on: 'owner: hmpps2' },
] // prettier-ignore

describe('a fault', () => {
  test.each(planted)('is refused with its file and line: $what', ({ file, part, by, code, says, on }) => {
    const change = replaced(file, part, by)
    const faults = faultsOf(changed(change))
    const fault = faults.find((each) => each.code === code && each.message.includes(says))
    expect(faults.map((each) => `${each.code} ${each.file}:${each.line} ${each.message}`)).toContainEqual(
      expect.stringContaining(says),
    )
    expect(fault?.remedy.length).toBeGreaterThan(5)
    if (fault?.file === file) expect((change[file] ?? '').split('\n')[fault.line - 1]).toContain(on)
    else expect(sources.get(fault?.file ?? '')?.split('\n')[(fault?.line ?? 0) - 1]).toContain(on)
  })

  test('does not hide another: one pass finds them in every file, in order', () => {
    const faults = faultsOf(
      changed({
        ...replaced(yaml16, '5 working days', '5 days'),
        ...replaced(cedar19, 'resource has holds && ', ''),
        ...replaced(head, 'parties: [hmi-prisons, hmpps]', 'parties: [hmi-prisons, noms]'),
        ...replaced('local/4-looking.cedar', '@clause("local/read-ledger")', '@clause("local/read-leger")'),
        ...replaced('datasets/use-of-force.yaml', 'neededFor: [safety]', 'neededFor: [curiosity]'),
      }),
    )
    expect([...new Set(faults.map((fault) => fault.file))]).toEqual(expect.arrayContaining([head, yaml16, cedar19, 'local/4-looking.cedar', 'local/4-looking.yaml', 'datasets/use-of-force.yaml'])) // prettier-ignore
    expect(faults.map((fault) => fault.file)).toEqual(faults.map((fault) => fault.file).toSorted())
  })

  test('that keeps a file from being read comes before all that follows from it', () => {
    const faults = faultsOf(changed(replaced(yaml16, 'kind: duty', 'kind: duty: ]')))
    expect(faults.length).toBeGreaterThan(3)
    expect(faults[0]).toMatchObject({ file: yaml16, code: 'yaml' })
  })

  test('is every mistake in one file, not the first', () => {
    const text = (sources.get(cedar16) ?? '')
      .replace('unless { principal.keyEnrolled }', 'unless { principal.keyEnroled }')
      .replace('context.cipherProfiles.contains', 'context.cypherProfiles.contains')
    const faults = faultsOf(changed({ [cedar16]: text })).filter((fault) => fault.code === 'cedar')
    const named = faults.flatMap((fault) => /`(\w+)`/.exec(fault.message)?.[1] ?? [])
    expect([...new Set(named)]).toEqual(['cypherProfiles', 'keyEnroled'])
  })

  test.each(['parties.yaml', 'concordat.cedarschema', 'local/gateway.yaml', head, yaml16, 'datasets/purposes.yaml', 'schedules/hmi-prisons.yaml'])('is a file that is not there: %s', (file) => {
    expect(faultsOf(changed({ [file]: undefined }))).not.toEqual([])
  }) // prettier-ignore

  test('is a rule file that no paragraph goes with', () => {
    const faults = faultsOf(changed({ [`${pack}/99-other.cedar`]: 'permit (principal, action, resource);' }))
    expect(faults).toContainEqual(
      expect.objectContaining({ file: `${pack}/99-other.cedar`, line: 1, code: 'file' }),
    )
  })
})

describe('the folder', () => {
  const made: string[] = []
  afterEach(async () => {
    for (const dir of made.splice(0)) await rm(dir, { recursive: true })
  })

  async function copy(): Promise<string> {
    const dir = await mkdtemp(join(tmpdir(), 'policies-'))
    made.push(dir)
    await cp(policiesDir, dir, { recursive: true, filter: (path) => !path.endsWith('.ts') })
    return dir
  }

  async function refused(dir: string): Promise<PackFault> {
    const error: unknown = await loadAgreements(dir).then(() => undefined, (reason: unknown) => reason) // prettier-ignore
    if (error instanceof PackFault) return error
    throw new Error('it was loaded')
  }

  test('loads from wherever it is', async () => {
    expect((await loadAgreements(await copy())).agreements.size).toBe(all.agreements.size)
  })

  test('is refused with a link in it, because a link can lead out', async () => {
    const dir = await copy()
    await symlink('/etc/hostname', join(dir, `${pack}/20-link.yaml`))
    expect((await refused(dir)).message).toContain(`${pack}/20-link.yaml:1 This is no pack file.`)
  })

  test('is refused with a strange file, one that is enormous, and one that is not text', async () => {
    const dir = await copy()
    await writeFile(join(dir, pack, 'run.sh'), 'echo')
    await writeFile(join(dir, pack, '20-big.yaml'), 'x'.repeat(1024 * 1024 + 1))
    await writeFile(join(dir, pack, '21-bytes.yaml'), Buffer.from([0xff, 0xfe, 0x00]))
    const { faults } = await refused(dir)
    expect(faults.map((fault) => fault.file)).toEqual([
      `${pack}/20-big.yaml`,
      `${pack}/21-bytes.yaml`,
      `${pack}/run.sh`,
    ])
  })

  test('is refused when it is not there', async () => {
    expect((await refused('/nowhere')).faults.length).toBeGreaterThan(3)
  })
})
