// Real GnuPG with a home directory of its own: a short path, because the agent's socket must fit in 108 bytes, and
// the agent is told to go afterwards.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'

export const isGnupgHere = spawnSync('gpg', ['--version']).status === 0
export const whyNoGnupg = 'needs gpg 2.2 or later, which is not installed'

export interface GnupgResult {
  readonly exitCode: number | null
  readonly stdout: Buffer
  /** Lines of --status-fd, without their prefix. */
  readonly status: readonly string[]
  readonly stderr: string
}

export class Gnupg {
  readonly home = mkdtempSync('/tmp/cg')

  async run(args: readonly string[], input?: Uint8Array | string | Readable): Promise<GnupgResult> {
    const fixed = [
      '--homedir',
      this.home,
      '--batch',
      '--yes',
      '--no-tty',
      '--trust-model',
      'always',
      '--status-fd',
      '3',
    ]
    const child = spawn('gpg', [...fixed, ...args], { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] })
    const [stdin, stdout, stderr, status] = child.stdio
    stdin.on('error', () => undefined) // gpg may stop reading before we stop writing
    if (input === undefined || input instanceof Uint8Array || typeof input === 'string') stdin.end(input)
    else input.pipe(stdin)
    const exit = new Promise<number | null>((resolve) => child.once('close', resolve))
    const [out, err, said] = await Promise.all([buffer(stdout), text(stderr), text(status as Readable)])
    return {
      exitCode: await exit,
      stdout: out,
      stderr: err,
      status: said.split('\n').map((line) => line.replace('[GNUPG:] ', '')),
    }
  }

  /** As run, and fails the test with what gpg said. */
  async must(args: readonly string[], input?: Uint8Array | string | Readable): Promise<GnupgResult> {
    const result = await this.run(args, input)
    if (result.exitCode !== 0) throw new Error(`gpg ${args.join(' ')}: ${result.stderr}`)
    return result
  }

  /** Makes an unprotected key. @returns its fingerprint */
  async makeKey(
    userId: string,
    algorithm: string,
    usage = 'default',
    expire = 'never',
    extra: string[] = [],
  ): Promise<string> {
    const made = await this.must([
      ...extra,
      '--passphrase',
      '',
      '--quick-gen-key',
      userId,
      algorithm,
      usage,
      expire,
    ])
    const line = made.status.find((one) => one.startsWith('KEY_CREATED'))
    return line?.split(' ')[2] ?? ''
  }

  async addSubkey(
    fingerprint: string,
    algorithm: string,
    usage: string,
    expire = 'never',
    extra: string[] = [],
  ): Promise<void> {
    await this.must([...extra, '--passphrase', '', '--quick-add-key', fingerprint, algorithm, usage, expire])
  }

  async exportKey(fingerprint: string): Promise<string> {
    return (await this.must(['--armor', '--export', fingerprint])).stdout.toString()
  }

  close(): void {
    spawnSync('gpgconf', ['--homedir', this.home, '--kill', 'all'])
    rmSync(this.home, { recursive: true, force: true })
  }
}
