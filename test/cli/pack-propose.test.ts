// `concordat pack propose` as a keeper of agreements runs it, against a whole gateway: accepted, refused, faulty, and not begun.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { entriesOf, startGateway, type Subject, type TestGateway } from '../support/gateway.ts'
import { tokenOf } from '../support/tokens.ts'
import { concordat } from './run.ts'

const shipped = path.resolve(import.meta.dirname, '../../policies/agreements/hmpps-2025')

describe('concordat pack propose', () => {
  let gateway: TestGateway
  let folder: string
  beforeAll(async () => {
    gateway = await startGateway({ withWorker: false, people: 50 })
    folder = await mkdtemp(path.join(tmpdir(), 'concordat-propose-'))
  })
  afterAll(async () => {
    await gateway.close()
    await rm(folder, { recursive: true, force: true })
  })

  /** A copy of the shipped agreement, in a folder of the same name, with one file changed. */
  const changed = async (name: string, file: string, from: string, to: string): Promise<string> => {
    const made = path.join(folder, name, 'hmpps-2025')
    await cp(shipped, made, { recursive: true })
    const text = await readFile(path.join(made, file), 'utf8')
    if (!text.includes(from)) throw new Error(`${file} has no ${from}`)
    await writeFile(path.join(made, file), text.replace(from, to))
    return made
  }
  const propose = async (pack: string, who: Subject, ...more: string[]) =>
    concordat(['pack', 'propose', pack, '--gateway', gateway.url, ...more], { CONCORDAT_TOKEN: await tokenOf(gateway, who) }) // prettier-ignore
  const retitled = () => changed('retitled', 'agreement.yaml', 'title: ', 'title: Amended ')

  test('sends the folder: the version waits under its hash, and another keeper activates it', async () => {
    const { code, out, err } = await propose(await retitled(), 'ruth.castle')
    expect([code, err]).toEqual([0, ''])
    const [, hash, id] = /^Proposed hmpps-2025@([0-9a-f]{64}) as (\S+)\. Another keeper of agreements activates it\.\n$/.exec(out) ?? [] // prettier-ignore
    const [entry] = await entriesOf(gateway, 'type=agreement.version-proposed')
    expect(entry).toMatchObject({ agreement: 'hmpps-2025', subjects: [{ id }], detail: { hash } })
    const peter = await gateway.as('peter.lowe')
    const activated = await peter.post(`/api/v1/agreements/hmpps-2025/versions/${String(id)}/activate`)
    expect(activated.json()).toMatchObject({ state: 'activated', hash })
    const again = await propose(await retitled(), 'ruth.castle')
    expect(again.out).toMatch(/^This is the version that is in force\./)
    expect(again.code).toBe(1)
  })

  test('says every fault with its file and line, and nothing is kept', async () => {
    const faulty = await changed('faulty', '16-case-level-data.yaml', '5 working days', '5 days')
    const { code, out } = await propose(faulty, 'ruth.castle')
    expect(out).toMatch(/^agreements\/hmpps-2025\/16-case-level-data\.yaml:\d+: .*working days/m)
    expect(code).toBe(1)
    const { rows } = await gateway.owner.query(`select 1 from concordat.agreement_proposal where state = 'proposed'`) // prettier-ignore
    expect(rows).toEqual([])
  })

  test('says what its paperwork lacks before it can be activated', async () => {
    const head = await readFile(path.join(shipped, 'agreement.yaml'), 'utf8')
    const next = /, next: \{ local: [0-9-]+ \}/.exec(head)?.[0] ?? 'no review'
    const { code, out } = await propose(
      await changed('unreviewed', 'agreement.yaml', next, ''),
      'ruth.castle',
    )
    expect(out).toMatch(/^missing before it can be activated: .+\nProposed hmpps-2025@/)
    expect(code).toBe(0)
  })

  test('is refused to whoever is no keeper, in the clause’s words', async () => {
    const { code, out } = await propose(await retitled(), 'ayesha.rahman')
    expect(out).toMatch(/^local\/default-deny: .+\./)
    expect(code).toBe(1)
  })

  test.each([
    ['without a token', [shipped, '--gateway', 'http://localhost:1'], {}, 'Put your token in CONCORDAT_TOKEN.'],
    ['with what is no address', [shipped, '--gateway', 'here'], { CONCORDAT_TOKEN: 't' }, 'must be a URL'],
    ['with a folder that is not there', ['/nowhere/hmpps-2025', '--gateway', 'http://localhost:1'], { CONCORDAT_TOKEN: 't' }, 'The folder cannot be read'],
    ['without a gateway', [shipped], { CONCORDAT_TOKEN: 't' }, '--gateway'],
  ])('cannot begin %s', async (_what, args, env: Record<string, string>, says) => {
    const { code, err } = await concordat(['pack', 'propose', ...args], env)
    expect(err).toContain(says)
    expect(code).not.toBe(0)
  }) // prettier-ignore
})
