// The README's commands, run as they are written: the journey leaves its artefacts, and the commands beside them check them.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signIn } from '../../demo/client.ts'
import { deliverSinceTheAgreement } from '../../demo/deliveries.ts'
import { walkJourney } from '../../demo/journey.ts'
import { sweep } from '../../gateway/worker.ts'
import type { Wiring } from '../../gateway/wire.ts'
import { londonDate } from '../../policies/calendar.ts'
import { startGateway, type TestGateway } from '../support/gateway.ts'
import { blocksOf, readDocument, root } from './documents.ts'

const run = promisify(execFile)
const readme = blocksOf(readDocument('README.md'))
const hasGnupg = ['gpg', 'unzip'].every((tool) => existsSync(`/usr/bin/${tool}`))

const withDeliveries = async (wiring: Wiring) => {
  await deliverSinceTheAgreement(wiring, londonDate(wiring.clock()))
  return wiring
}

describe('the README', () => {
  let gateway: TestGateway
  let directory: string
  let output: string

  beforeAll(async () => {
    gateway = await startGateway({ witnessed: true, change: withDeliveries })
    // A short path, because the socket of GnuPG's agent must fit in 108 bytes.
    directory = await mkdtemp(path.join(tmpdir(), 'readme-'))
    output = path.join(directory, 'out')
    await mkdir(output)
    await walkJourney({
      signIn: (person) => signIn(gateway.environment, person),
      settle: () => gateway.settle(),
      workOn: async (day) => {
        await sweep({ ...gateway.wiring, clock: () => new Date(`${day}T12:00:00Z`) })
      },
      rehearseRestore: () => Promise.resolve('not rehearsed here'),
      publicUrl: gateway.url,
      seeded: gateway.environment.seeded,
      gatewayKey: gateway.wiring.signer.publicArmored,
      policy: await readFile(gateway.environment.witnesses?.policyFile ?? '', 'utf8'),
      output,
      now: new Date(),
      progress: () => undefined,
    })
    await writeFile(path.join(output, 'summary.json'), '{}')
  })
  afterAll(async () => {
    await gateway.close()
    await rm(directory, { recursive: true, force: true })
  })

  test('lists what the journey leaves, and nothing else', async () => {
    const { text } = readDocument('README.md')
    const table = text.slice(text.indexOf('| file | is |'), text.indexOf('Check them.'))
    const listed = [...table.matchAll(/`([a-z]+\.[a-z.]+|checkpoint|deliveries)`/g)].map((match) => match[1])
    expect(listed.toSorted()).toEqual((await readdir(output)).toSorted())
  })

  test('has commands that verify the proof and the certificate', async () => {
    const block = blockWith('concordat ledger verify')
    const { stdout } = await shell(block, output)
    expect(stdout.match(/^Verified: /gm)).toHaveLength(2)
    expect(stdout).toContain('the certificate is part-complete')
    expect(stdout).not.toMatch(/^(failed|skipped)/m)
  })

  test('has commands that fail where the key is not the ledger’s', async () => {
    const block = blockWith('concordat ledger verify').replace('ledger.vkey', 'gateway.pub.asc')
    await expect(shell(block, output)).rejects.toThrow()
  })

  test.skipIf(!hasGnupg)(
    'has commands by which GnuPG opens the package (skipped without gpg and unzip)',
    async () => {
      const { stdout, stderr } = await shell(
        `trap 'gpgconf --kill all; rm -rf "$GNUPGHOME"' EXIT\n${blockWith('gpg --batch')}`,
        output,
      )
      expect(stderr).toContain('Good signature from "Concordat gateway')
      for (const name of ['data.csv', 'datapackage.json', 'HANDLING.txt']) expect(stdout).toContain(name)
    },
  )

  test('has commands that show where a paragraph is', async () => {
    const shown = await shell(blockWith('concordat clauses'), output)
    expect(shown.stdout).toContain('suitably encrypted media')
    expect(shown.stdout).toContain('policies/agreements/hmpps-2025/16-case-level-data.cedar:')
    const listed = await shell(blockWith('ls policies'), output)
    expect(listed.stdout).toContain('16-case-level-data.yaml')
  })

  test('has commands that check the agreements', async () => {
    for (const verb of ['lint', 'test']) {
      expect(readDocument('README.md').text).toContain(`npx concordat pack ${verb}`)
      expect((await shell(`npx concordat pack ${verb}`, output)).stdout).toMatch(/No faults|examples hold/)
    }
  })
})

function blockWith(part: string): string {
  const found = readme.find(({ language, text }) => language === 'sh' && text.includes(part))
  if (!found) throw new Error(`the README has no command with ${part}`)
  return found.text
}

/** As it is written, but for the folder of the artefacts and the wrapper that finds our own command. */
async function shell(block: string, output: string): Promise<{ stdout: string; stderr: string }> {
  const script = block
    .replaceAll('.demo/out', output)
    .replaceAll('npx concordat', `'${process.execPath}' gateway/cli/concordat.ts`)
  return run('sh', ['-e', '-c', script], { cwd: root })
}
