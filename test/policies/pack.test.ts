// What else a pack promises: its hash, its JSON Schema, and the letter that a refusal becomes.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { decide } from '../../policies/decide.ts'
import { assemble } from '../../policies/pack.ts'
import { packSchema } from '../../policies/pack-shape.ts'
import { refusalLetter } from '../../policies/refusal-letter.ts'
import { all, changed, facts, policiesDir, replaced } from './policies.ts'

describe('the hash of a pack', () => {
  test('is what sha256sum makes of its files', () => {
    const script = "find . -type f | sed 's#^./##' | LC_ALL=C sort | xargs sha256sum | sha256sum"
    const cwd = join(policiesDir, 'agreements/hmpps-2025')
    const [hash] = execFileSync('sh', ['-c', script], { cwd, encoding: 'utf8' }).split(' ')
    expect(all.agreements.get('hmpps-2025')?.hash).toBe(hash)
  })

  test('changes with any of its files and with no other; the local one the other way round', () => {
    const own = assemble(
      changed(replaced('agreements/hmpps-2025/10-access.cedar', '// Paragraph 10.', '// Paragraph ten.')),
    )
    expect(own.agreements.get('hmpps-2025')?.hash).not.toBe(all.agreements.get('hmpps-2025')?.hash)
    expect(own.localHash).toBe(all.localHash)
    const local = assemble(
      changed(replaced('local/gateway.yaml', "gateway's own rules.", "gateway's very own rules.")),
    )
    expect(local.agreements.get('hmpps-2025')?.hash).toBe(all.agreements.get('hmpps-2025')?.hash)
    expect(local.localHash).not.toBe(all.localHash)
  })
})

test('the JSON Schema for editors is what the shapes make', () => {
  const written: unknown = JSON.parse(readFileSync(join(policiesDir, 'pack.schema.json'), 'utf8'))
  expect(written).toEqual(JSON.parse(JSON.stringify(packSchema())))
})

describe('the refusal letter', () => {
  test('says which rule, in whose words, what to do and who can decide', () => {
    const decision = decide(all, 'collect', facts('analyst', { person: { keyEnrolled: false } }))
    if (decision.outcome === 'permit') throw new Error('it was permitted')
    expect(refusalLetter('R-1', decision.refusals)).toBe(`Reference: R-1

Your request was refused by 2 rules. Each has to be met.

1. There is no enrolled key of yours to encrypt the data to.
   Rule: hmpps-2025/16-encryption
   The agreement says: "suitably encrypted media when sharing sensitive electronic data"
   What to do: Enrol an OpenPGP key and answer its challenge, then collect again.
   Who can decide otherwise: Nobody: there is no unencrypted route. You can enrol a key yourself.

2. You have no enrolled key.
   Rule: local/key-enrolled (a rule of this gateway, not of the agreement)
   What to do: Enrol a key and answer its challenge, then collect again.
   Who can decide otherwise: You can enrol a key yourself.

`)
  })
})
