import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { Secret } from '../../keys/secret.ts'

test('A secret says nothing when it is printed, logged, joined or serialised.', () => {
  const secret = new Secret(new Uint8Array([0xca, 0xfe, 0xba, 0xbe]))
  const said = [
    String(secret),
    secret.toString(),
    JSON.stringify({ secret }),
    inspect({ a: [secret] }, { depth: 9, showHidden: true }),
  ]
  for (const text of said) {
    expect(text).toContain('[secret]')
    expect(text).not.toMatch(/ca.?fe|202|254/i)
  }
})

test('Wiping a secret leaves zeros.', () => {
  const secret = Secret.random(32)
  expect(secret.reveal().some((byte) => byte !== 0)).toBe(true)
  secret.wipe()
  expect(secret.reveal().every((byte) => byte === 0)).toBe(true)
})
