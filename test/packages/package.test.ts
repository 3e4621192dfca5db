// One package as its recipient has it: opened by unzip, read as a Frictionless Data Package, and stopped half-way.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { buffer } from 'node:stream/consumers'
import { afterAll, describe, expect, test } from 'vitest'
import { buildPackage } from '../../gateway/packages/package.ts'
import type { PackageManifest } from '../../gateway/packages/manifest.ts'
import type { CaseRow } from '../../gateway/sources/case-source.ts'

const fields = [
  {
    name: 'prison_number',
    title: 'Prison number',
    type: 'string',
    sensitivity: 'identifier',
    constraints: { required: true },
  },
  { name: 'note', title: 'Note', type: 'string' },
  { name: 'hours', title: 'Hours', type: 'number' },
]
const manifest: PackageManifest = {
  reference: 'CD-2026-0042',
  name: 'case-level-data',
  dataset: {
    key: 'custody-population',
    title: 'People in custody',
    primaryKey: ['prison_number', 'reception_date'],
  },
  from: 'HM Prison and Probation Service',
  to: 'HM Inspectorate of Prisons',
  agreement: { key: 'hmpps-2025', title: 'the memorandum of understanding of 2025' },
  clauses: ['hmpps-2025/11-relevance', 'hmpps-2025/16-encryption'],
  purpose: 'Safety',
  establishments: ['LEI'],
  periodFrom: '2026-01-01',
  periodTo: '2026-06-30',
  marking: 'OFFICIAL-SENSITIVE',
  handlingInstruction: 'RECIPIENTS ONLY',
  destroyBy: { date: '2027-06-30' },
  retentionClass: 'case-level',
  localDefaults: [{ what: 'Marking', value: 'OFFICIAL-SENSITIVE' }],
  contact: 'assurance@hmi-prisons.example',
  packedAt: '2026-07-01T09:00:00.000Z',
}
const rows: CaseRow[] = [
  { prison_number: 'Z0001AA', note: '=HYPERLINK("x")', hours: '-1.5' },
  { prison_number: 'Z0002AA', note: 'ŵyr, "dwy"\r\nlinell', hours: null },
]
const folder = mkdtempSync(path.join(tmpdir(), 'concordat-package-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function* batches(...each: CaseRow[][]): AsyncGenerator<CaseRow[]> {
  for (const batch of each) {
    await setImmediate()
    yield batch
  }
}
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const hasUnzip = (() => {
  try {
    return execFileSync('unzip', ['-v']).length > 0
  } catch {
    return false
  }
})()

function open(zip: Buffer): { names: string[]; read(name: string): Buffer } {
  const file = path.join(folder, `${sha256(zip)}.zip`)
  writeFileSync(file, zip)
  const run = (...parameters: string[]) => execFileSync('unzip', parameters)
  run('-tq', file)
  return {
    names: run('-Z1', file).toString().trim().split('\n'),
    read: (name) => run('-p', file, name),
  }
}

describe.skipIf(!hasUnzip)('a package that unzip opens (skipped where there is no unzip)', () => {
  test('It holds the data, its description and its handling, under names that tell nothing.', async () => {
    const { stream, done } = buildPackage({
      rows: batches(rows.slice(0, 1), rows.slice(1)),
      fields,
      manifest,
    })
    const zip = await buffer(stream)
    const archive = open(zip)
    expect(archive.names).toEqual(['data.csv', 'datapackage.json', 'HANDLING.txt'])
    const csv = archive.read('data.csv')
    expect(csv.toString()).toBe(
      'prison_number,note,hours\r\n' +
        `Z0001AA,"'=HYPERLINK(""x"")",-1.5\r\n` +
        'Z0002AA,"ŵyr, ""dwy""\r\nlinell",\r\n',
    )
    expect(await done).toEqual({
      rowCount: 2,
      csvBytes: csv.length,
      csvSha256: sha256(csv),
      packageBytes: zip.length,
      packageSha256: sha256(zip),
    })
  })

  test('datapackage.json describes the chosen fields, the data as it is, and the terms.', async () => {
    const { stream } = buildPackage({ rows: batches(rows), fields, manifest })
    const archive = open(await buffer(stream))
    const csv = archive.read('data.csv')
    const descriptor: unknown = JSON.parse(archive.read('datapackage.json').toString())
    expect(descriptor).toMatchObject({
      profile: 'tabular-data-package',
      id: 'CD-2026-0042',
      resources: [
        {
          path: 'data.csv',
          bytes: csv.length,
          hash: `sha256:${sha256(csv)}`,
          rowCount: 2,
          schema: {
            fields: [{ name: 'prison_number' }, { name: 'note' }, { name: 'hours', type: 'number' }],
            missingValues: [''],
          },
        },
      ],
      concordat: {
        marking: 'OFFICIAL-SENSITIVE',
        handlingInstruction: 'RECIPIENTS ONLY',
        agreement: { key: 'hmpps-2025' },
        clauses: ['hmpps-2025/11-relevance', 'hmpps-2025/16-encryption'],
        purpose: 'Safety',
        destroyBy: { date: '2027-06-30' },
        localDefaults: [{ what: 'Marking', value: 'OFFICIAL-SENSITIVE' }],
        neutralisation: { toUndo: expect.stringContaining('remove that one apostrophe') as string },
      },
    })
    // Half of a primary key is none.
    expect(JSON.stringify(descriptor)).not.toContain('primaryKey')
  })

  test('HANDLING.txt says in plain words what the recipient must do, by when, and whom to tell.', async () => {
    const { stream } = buildPackage({ rows: batches(rows), fields, manifest })
    const text = open(await buffer(stream))
      .read('HANDLING.txt')
      .toString()
    expect(text.split('\r\n')[0]).toBe('OFFICIAL-SENSITIVE - RECIPIENTS ONLY')
    for (const words of [
      '2 rows',
      'By 30 June 2027.',
      'Destroy every copy',
      'assurance@hmi-prisons.example',
      'local choices',
    ]) {
      expect(text).toContain(words)
    }
    expect(text).not.toMatch(/Z000|[^\r]\n/)
  })

  test('Where no day is known the rule stands in its place, and without local choices none are told.', async () => {
    const destroyBy = { rule: 'Three months after the report is published.' }
    const { stream } = buildPackage({
      rows: batches(rows),
      fields,
      manifest: { ...manifest, destroyBy, localDefaults: [] },
    })
    const text = open(await buffer(stream))
      .read('HANDLING.txt')
      .toString()
    expect(text).toContain(destroyBy.rule)
    expect(text).not.toContain('local')
  })

  test('A package of no rows is whole: a header and a count of nought.', async () => {
    const { stream, done } = buildPackage({ rows: batches(), fields, manifest })
    expect(
      open(await buffer(stream))
        .read('data.csv')
        .toString(),
    ).toBe('prison_number,note,hours\r\n')
    expect((await done).rowCount).toBe(0)
  })
})

describe('building', () => {
  test('The same rows and manifest give the same bytes, in whatever time zone.', async () => {
    const once = await buffer(buildPackage({ rows: batches(rows), fields, manifest }).stream)
    const script = `
      import { buffer } from 'node:stream/consumers'
      import { buildPackage } from ${JSON.stringify(new URL('../../gateway/packages/package.ts', import.meta.url).href)}
      const { rows, fields, manifest } = ${JSON.stringify({ rows, fields, manifest })}
      async function* batches() { yield rows }
      process.stdout.write(await buffer(buildPackage({ rows: batches(), fields, manifest }).stream))`
    for (const TZ of ['Pacific/Auckland', 'America/Los_Angeles']) {
      const there = execFileSync(process.execPath, ['--input-type=module', '-e', script], { env: { TZ } })
      expect(sha256(there)).toBe(sha256(once))
    }
    // DOS time 00:00 on 1 January 1980 in the first local header (APPNOTE 4.4.6).
    expect(once.subarray(10, 14)).toEqual(Buffer.from([0, 0, 0x21, 0]))
  })

  test('Where the source fails half-way the stream fails with it and no archive is finished.', async () => {
    async function* failing(): AsyncGenerator<CaseRow[]> {
      yield rows
      await setImmediate()
      throw new Error('source lost')
    }
    const { stream, done } = buildPackage({ rows: failing(), fields, manifest })
    await expect(buffer(stream)).rejects.toThrow('source lost')
    await expect(done).rejects.toThrow('source lost')
  })

  test('A value that does not fit its field stops the package.', async () => {
    const bad = [{ prison_number: 'Z0001AA', note: '', hours: '=1' }]
    const { stream, done } = buildPackage({ rows: batches(bad), fields, manifest })
    await expect(buffer(stream)).rejects.toThrow(/is no number/)
    await expect(done).rejects.toThrow(/is no number/)
  })

  test('Where the reader goes away the reading of rows is stopped.', async () => {
    const underWay = Promise.withResolvers<undefined>()
    const stopped = Promise.withResolvers<undefined>()
    async function* endless(): AsyncGenerator<CaseRow[]> {
      try {
        for (let batch = 0; ; batch += 1) {
          await setImmediate()
          if (batch === 3) underWay.resolve(undefined)
          yield rows
        }
      } finally {
        stopped.resolve(undefined)
      }
    }
    const { stream, done } = buildPackage({ rows: endless(), fields, manifest })
    stream.resume()
    await underWay.promise
    stream.destroy()
    await expect(done).rejects.toThrow()
    await stopped.promise
  })

  test('Rows are taken no faster than the archive is read.', async () => {
    let taken = 0
    const noise = createHash('sha256')
    async function* many(): AsyncGenerator<CaseRow[]> {
      for (; taken < 400; taken += 1) {
        await setImmediate()
        const note = noise.update(String(taken)).copy().digest('hex')
        yield Array.from({ length: 200 }, (_, index) => ({
          prison_number: sha256(Buffer.from(`${note}${index}`)),
          note,
          hours: null,
        }))
      }
    }
    const { stream, done } = buildPackage({ rows: many(), fields, manifest })
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    for (let turn = 0; turn < 3_000; turn += 1) await setImmediate()
    expect(taken).toBeLessThan(100)
    while (!(await iterator.next()).done);
    expect((await done).rowCount).toBe(80_000)
  })
})
