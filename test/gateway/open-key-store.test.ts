// Which key store a gateway opens is configuration, and a setting that is missing is named before anything is opened.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ConfigFault, parseKeyStoreConfig } from '../../gateway/config.ts'
import { openKeyStore } from '../../gateway/open-key-store.ts'
import { startKms } from '../support/kms-double.ts'
import { makeSoftToken, needsSoftHsm, softHsm } from '../support/soft-token.ts'

describe('the key store of the configuration', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'keys-'))
  })
  afterEach(() => rm(directory, { recursive: true, force: true }))

  const opened = (settings: Readonly<Record<string, string>>) =>
    openKeyStore(parseKeyStoreConfig({ KEY_DIRECTORY: directory, ...settings }), { createMissing: true })

  function mistakesOf(settings: Readonly<Record<string, string>>): readonly string[] {
    try {
      parseKeyStoreConfig({ KEY_DIRECTORY: directory, ...settings })
    } catch (error) {
      if (error instanceof ConfigFault) return error.mistakes
    }
    return []
  }

  test('is one of files when nothing is said', async () => {
    expect((await opened({})).kind).toBe('file')
  })

  test.skipIf(softHsm === undefined)(`is a token${needsSoftHsm}`, async () => {
    const { settings } = await makeSoftToken()
    const store = await opened({ KEY_STORE: 'pkcs11', PKCS11_LIBRARY: settings.library, PKCS11_TOKEN: settings.token, PKCS11_PIN: settings.pin }) // prettier-ignore
    await store.create('shelf/imb/2027-05-01/1')
    expect(store.kind).toBe('pkcs11')
  })

  test('is one that AWS KMS closes, and its files are not those of the other', async () => {
    const kms = await startKms()
    const { key, endpoint, accessKeyId, secretAccessKey } = kms.addKey()
    const bare = await opened({})
    const store = await opened({ KEY_STORE: 'aws-kms', AWS_KMS_KEY: key, AWS_KMS_ENDPOINT: endpoint, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }) // prettier-ignore
    await store.create('shelf/imb/2027-05-01/1')
    expect([store.kind, await bare.stateOf('shelf/imb/2027-05-01/1')]).toEqual(['aws-kms', 'unknown'])
    await kms.close()
  })

  test('names every setting that it lacks, and what it may be', () => {
    expect(mistakesOf({ KEY_STORE: 'pkcs11', PKCS11_TOKEN: 'a' })).toEqual([
      'PKCS11_LIBRARY: is needed with KEY_STORE=pkcs11',
      'PKCS11_PIN: is needed with KEY_STORE=pkcs11',
    ])
    expect(mistakesOf({ KEY_STORE: 'aws-kms' })).toEqual([
      'AWS_KMS_KEY: is needed with KEY_STORE=aws-kms',
      'AWS_ACCESS_KEY_ID: is needed with KEY_STORE=aws-kms',
      'AWS_SECRET_ACCESS_KEY: is needed with KEY_STORE=aws-kms',
    ])
    expect(mistakesOf({ KEY_STORE: 'vault' })).toEqual(['KEY_STORE: must be file, pkcs11, aws-kms'])
  })
})
