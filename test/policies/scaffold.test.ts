// A scaffold is whole but for its marked words: with them it does not load, and once they are written it does.
import { describe, expect, test } from 'vitest'
import { rulesOf } from '../../policies/agreements.ts'
import { decide } from '../../policies/decide.ts'
import { replaceMe } from '../../policies/left-over.ts'
import { assemble } from '../../policies/pack.ts'
import { scaffold } from '../../policies/scaffold.ts'
import { all, changed, faultsOf } from './policies.ts'

const wish = { key: 'ofsted-2026', from: 'hmpps', to: 'hmi-prisons' }

function filesFor(given: typeof wish): Record<string, string> {
  const made = scaffold(all, given)
  if ('problem' in made) throw new Error(made.problem)
  return Object.fromEntries(made.files)
}

/** As whoever drafts would: every marked word is replaced. */
function written(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [path, text.replaceAll(replaceMe, 'written by hand')]),
  )
}

describe('a scaffold', () => {
  test('does not load: every marked line is named, and nothing else is wrong', () => {
    const files = filesFor(wish)
    const marked = Object.values(files).flatMap((text) =>
      text.split('\n').filter((line) => line.includes(replaceMe)),
    )
    const faults = faultsOf(changed(files))
    expect(marked.length).toBeGreaterThan(8)
    expect(faults).toHaveLength(marked.length)
    for (const { code, file, line } of faults) {
      expect(code).toBe('left-over')
      expect(files[file]?.split('\n')[line - 1]).toContain(replaceMe)
    }
  })

  test('does not load while a single marked word is left', () => {
    const files = written(filesFor(wish))
    const path = 'agreements/ofsted-2026/1-data.cedar'
    const faults = faultsOf(changed({ ...files, [path]: `// ${replaceMe}\n${files[path] ?? ''}` }))
    expect(faults).toEqual([expect.objectContaining({ code: 'left-over', file: path, line: 1 })])
  })

  test.each([
    wish,
    { key: 'back-2026', from: 'hmi-prisons', to: 'hmpps' },
    { key: 'imb-2030', from: 'hmpps', to: 'imb' },
  ])('loads once its words are written, and every rule has its examples: $key', (given) => {
    const loaded = assemble(changed(written(filesFor(given))))
    const agreement = loaded.agreements.get(given.key)
    expect(agreement && rulesOf(agreement)).toHaveLength(6)
    const sample = agreement?.exchanges.get('data')?.sample
    const person = sample?.people['analyst']
    const transfer = sample?.transfer
    if (sample === undefined || person === undefined || transfer === undefined)
      throw new Error('there is no sample')
    const decision = decide(loaded, 'collect', { now: sample.now, person, transfer })
    expect(decision.outcome).toBe('permit')
  })

  test.each([
    [{ ...wish, key: 'hmpps-2025' }, 'There is an agreement hmpps-2025 already.'],
    [{ ...wish, key: 'local' }, 'There is an agreement local already.'],
    [{ ...wish, key: '../out' }, 'is no key'],
    [{ ...wish, from: 'ofsted' }, 'There is no party ofsted. Add it to parties.yaml first.'],
    [{ ...wish, from: 'hmi-prisons' }, 'between two parties'],
  ])('is not made of %o', (given, says) => {
    expect(scaffold(all, given)).toEqual({ problem: expect.stringContaining(says) as unknown })
  })

  test('is not made for a party that gives nobody a role', () => {
    const parties = new Map(all.parties).set('ofsted', { key: 'ofsted', title: 'Ofsted', roles: [] })
    const made = scaffold({ ...all, parties }, { ...wish, from: 'ofsted' })
    expect(made).toEqual({ problem: expect.stringContaining('ofsted gives nobody a role') as unknown })
  })
})
