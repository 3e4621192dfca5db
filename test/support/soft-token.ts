// A token of SoftHSM 2 in a folder of its own, where Debian's package softhsm2 is installed.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { TokenSettings } from '../../keys/pkcs11/token.ts'

export const softHsm = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
].find((file) => existsSync(file))

/** For the name of a group of tests. */
export const needsSoftHsm = softHsm === undefined ? ' (left out: SoftHSM 2 is not here; apt-get install softhsm2)' : '' // prettier-ignore

export interface SoftToken {
  readonly settings: TokenSettings
  /** What another process needs to find it. */
  readonly environment: Readonly<Record<string, string>>
  /** As when the modules are pulled out, and put back. */
  pull(): Promise<void>
  putBack(): Promise<void>
}

let folder: string | undefined

/** One folder for all tokens of this process: the library finds it by SOFTHSM2_CONF. */
function tokensFolder(): string {
  if (folder !== undefined) return folder
  const made = mkdtempSync(path.join(tmpdir(), 'softhsm-'))
  process.once('exit', () => rmSync(made, { recursive: true, force: true }))
  mkdirSync(path.join(made, 'tokens'))
  const conf = path.join(made, 'softhsm2.conf')
  writeFileSync(conf, `directories.tokendir = ${path.join(made, 'tokens')}\nobjectstore.backend = file\nlog.level = ERROR\n`)
  process.env['SOFTHSM2_CONF'] = conf
  folder = made
  return made
} // prettier-ignore

export async function makeSoftToken(): Promise<SoftToken> {
  const made = tokensFolder()
  const environment = { SOFTHSM2_CONF: path.join(made, 'softhsm2.conf') }
  const token = `concordat-${randomBytes(8).toString('hex')}`
  const pin = randomBytes(6).toString('hex')
  await promisify(execFile)('softhsm2-util', ['--init-token', '--free', '--label', token, '--so-pin', '12345678', '--pin', pin], { env: { ...process.env, ...environment } }) // prettier-ignore
  const [tokens, pulled] = [path.join(made, 'tokens'), path.join(made, 'pulled')]
  return {
    settings: { library: softHsm ?? '', token, pin },
    environment,
    pull: () => rename(tokens, pulled),
    putBack: () => rename(pulled, tokens),
  }
}
