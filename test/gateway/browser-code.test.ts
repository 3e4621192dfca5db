// The code that browsers get: only what a page reaches, nothing of Node's; and its parts that need no browser to be tested.
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { ZipFile } from 'yazl'
import Papa from 'papaparse'
import { describe, expect, test } from 'vitest'
import { firstRows } from '../../gateway/browser/csv-rows.ts'
import { judgePassphrase } from '../../gateway/browser/passphrase.ts'
import { unzip, zipEntries } from '../../gateway/browser/zip.ts'
import { browserModules } from '../../gateway/http/browser-modules.ts'

describe('the modules that are served', () => {
  const modules = browserModules()

  test('are the pages’ own and what they import of the keys folder, and nothing else of the gateway', () => {
    expect([...modules.keys()].filter((file) => !file.startsWith('gateway/browser/')).sort()).toEqual([
      'keys/key-fault.ts',
      'keys/open-message.ts',
      'keys/openpgp-keys.ts',
    ])
  })

  test('import each other and the package’s own build, and no Node', () => {
    for (const [file, code] of modules) {
      for (const [, from = ''] of code.matchAll(/^(?:import|export)\s[^'"]*from\s*'([^']+)'/gm))
        expect(from, file).toMatch(/^(\.|\/assets\/packages\/openpgp\.min\.mjs$)/)
      expect(code, file).not.toMatch(/\b(process|Buffer|require)\b[.(]/)
    }
    expect(modules.size).toBeGreaterThan(8)
  })

  test('send nothing but what the calls of the keys pages, one download and a page that asks for itself again send', () => {
    const senders = [...modules].filter(([, code]) =>
      /\bfetch\(|XMLHttpRequest|sendBeacon|WebSocket|EventSource/.test(code),
    )
    expect(senders.map(([file]) => file).sort()).toEqual([
      'gateway/browser/intake-page.ts',
      'gateway/browser/key-calls.ts',
      'gateway/browser/open-page.ts',
    ])
  })
})

describe('a passphrase', () => {
  const own = ['Ayesha Rahman', 'ayesha.rahman@hmi-prisons.example']
  test.each([
    ['short', 'too-weak'], ['aaaaaaaaaaaaaaaa', 'too-weak'], ['Password12345678', 'too-weak'], ['rahman in a prison', 'too-weak'],
    ['qx7-Tbb93-zz', 'fair'], ['quarry lantern fondue ninety', 'strong'],
  ])('“%s” is %s', (passphrase, level) => {
    expect(judgePassphrase(passphrase, own).level).toBe(level)
  }) // prettier-ignore

  test('is never taken below twelve characters, whatever they are, and always gets a sentence', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (passphrase) => {
        const { level, advice } = judgePassphrase(passphrase, own)
        expect(advice).toMatch(/^[A-Z].*\.$/)
        if (passphrase.length < 12) expect(level).toBe('too-weak')
      }),
    )
  })
})

describe('a ZIP archive', () => {
  test('gives back what was packed, whatever the bytes and the way of packing', async () => {
    const files = fc.array(fc.record({ bytes: fc.uint8Array({ maxLength: 5000 }), compress: fc.boolean() }), {
      maxLength: 5,
    })
    await fc.assert(
      fc.asyncProperty(files, async (packed) => {
        const zip = new ZipFile()
        for (const [index, { bytes, compress }] of packed.entries())
          zip.addBuffer(Buffer.from(bytes), `file-${index}.bin`, { compress })
        zip.end()
        const archive = await buffer(zip.outputStream)
        const entries = zipEntries(archive)
        expect(entries.map(({ name }) => name)).toEqual(packed.map((_, index) => `file-${index}.bin`))
        for (const [index, entry] of entries.entries()) {
          const bytes = packed[index]?.bytes ?? new Uint8Array()
          expect(Buffer.from(await unzip(archive, entry)).equals(Buffer.from(bytes))).toBe(true)
          expect((await unzip(archive, entry, 10)).length).toBe(Math.min(10, bytes.length))
        }
      }),
      { numRuns: 40 },
    )
  })

  test('that is none says so, and any bytes end in an answer or an error', () => {
    expect(() => zipEntries(new Uint8Array(100))).toThrow(/not an archive/)
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 22, maxLength: 200 }), (bytes) => {
        bytes.set([0x50, 0x4b, 5, 6], bytes.length - 22)
        try {
          zipEntries(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
        }
      }),
    )
  })
})

describe('the first rows', () => {
  test('are those that Papa Parse reads, whatever the cells hold', () => {
    const cell = fc.string({ maxLength: 8 }).map((text) => text.replaceAll('\r', ''))
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
        (rows) => {
          const text = `${Papa.unparse(rows, { newline: '\r\n', quotes: true })}\r\n`
          expect(firstRows(text, 100, true)).toEqual(rows)
          expect(firstRows(text, 2, true)).toEqual(rows.slice(0, 2))
        },
      ),
    )
  })

  test('leave out a last row that was cut off, unless the text is the whole file', () => {
    expect(firstRows('a,b\r\n1,2\r\n3,"f', 10, false)).toEqual([['a', 'b'], ['1', '2']]) // prettier-ignore
    expect(firstRows('a,b\n1,2', 10, true)).toEqual([['a', 'b'], ['1', '2']]) // prettier-ignore
  })
})
