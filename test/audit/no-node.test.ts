// The verifier runs in a browser: nothing that it imports, however far, may be Node's or anybody's but RFC 8785's.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const audit = path.resolve(import.meta.dirname, '../../audit')

function importsOf(file: string, seen: Set<string>, outside: Set<string>): void {
  if (seen.has(file)) return
  seen.add(file)
  const source = readFileSync(path.join(audit, file), 'utf8')
  for (const [, name = ''] of source.matchAll(/^(?:import|export) (?!type)[^'"]*from '([^']+)'/gm)) {
    if (name.startsWith('.')) importsOf(path.join(path.dirname(file), name), seen, outside)
    else outside.add(name)
  }
  if (/\b(process|Buffer|require|globalThis\.process)\b[.(]/.test(source))
    outside.add(`a Node global in ${file}`)
}

test('the verifying core uses no Node API', () => {
  const seen = new Set<string>()
  const outside = new Set<string>()
  importsOf('verify.ts', seen, outside)
  expect([...outside]).toEqual(['canonicalize'])
  expect([...seen].sort()).toEqual([
    'bytes.ts',
    'canonical.ts',
    'checkpoint.ts',
    'commitment.ts',
    'cosignature.ts',
    'disclosure.ts',
    'fault.ts',
    'merkle-verify.ts',
    'merkle.ts',
    'note.ts',
    'policy.ts',
    'tlog-proof.ts',
    'verify-steps.ts',
    'verify.ts',
    'web-crypto.ts',
  ])
})

test('nor does a witness, but for its disk and its port', () => {
  const seen = new Set<string>()
  const outside = new Set<string>()
  for (const file of ['witness/witness.ts', 'witness/log-list.ts']) importsOf(file, seen, outside)
  expect([...outside]).toEqual([])
})

test('nor does checking and watching a whole published log, which asks for a hash function', () => {
  const seen = new Set<string>()
  const outside = new Set<string>()
  for (const file of ['fsck/check-files.ts', 'fsck/monitor.ts', 'fsck/report.ts'])
    importsOf(file, seen, outside)
  expect([...outside]).toEqual([])
  expect([...seen].filter((file) => /node|database|folder|state/.test(file))).toEqual([])
})
