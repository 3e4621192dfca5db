// The export's part of the headless journey: one concern is corrected, two people at HMI Prisons release the delivery, and the
// Intelligence Team's scheduled job fetches it with the command that its guide gives (docs/receiving.md).
import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Client } from './client.ts'
import { enrolKey, expectStatus, makeKey, save, type JourneyDeps, type Stepper } from './step.ts'

export async function walkExport(deps: JourneyDeps, step: Stepper): Promise<void> {
  const editor = await deps.signIn('rhian.davies')
  const { id } = await step('HMI Prisons corrects a concern, rehearses the export and puts it forward', () => putForward(editor)) // prettier-ignore
  const { delivery } = await step('A second person at HMI Prisons releases it', () => release(deps, id))
  await step('The Intelligence Team fetches it, verified, with a key of its own, and acknowledges it', () => fetchDelivery(deps, delivery)) // prettier-ignore
}

/** What is owed, or else an amendment of what was sent last. */
async function putForward(editor: Client) {
  const concern = await correct(editor)
  const rehearsed = expectStatus(await editor.post('/api/v1/exports/rehearse', {}), 200).json()
  const { state } = rehearsed['quarter'] as { state: string } // these three as /api/openapi.json says
  const { rows, changes } = rehearsed['report'] as { rows: number; changes: Record<string, number> }
  const isOwed = state !== 'running'
  const latest = expectStatus(await editor.get('/api/v1/deliveries/latest'), 200).json() as { number: number }
  const what = isOwed ? {} : { amends: latest.number, reason: 'The wording of one concern was corrected.' }
  const made = expectStatus(await editor.post('/api/v1/exports', { ...what, findingsRead: true }), 201).json()
  return { id: String(made['id']), concern, rows, changes, ...(!isOwed && { amends: latest.number }) }
}

async function correct(editor: Client): Promise<string> {
  const found = expectStatus(await editor.get('/api/v1/concerns?status=open'), 200).json()
  const [concern] = found['concerns'] as Record<string, string | number | boolean | null>[] // as /api/openapi.json says
  if (!concern) throw new Error('there is no open concern')
  const { concern_id: id, version, text, ...others } = concern
  const cells = Object.fromEntries(Object.entries(others).map(([name, cell]) => [name, String(cell ?? '')]))
  const given = { ...cells, text: `${String(text)} Leaders told us that this had started to improve.` }
  expectStatus(await editor.put(`/api/v1/concerns/${id}`, { ...given, version, reason: 'The report says so' }), 200) // prettier-ignore
  return String(id)
}

async function release(deps: JourneyDeps, id: string) {
  const second = await deps.signIn('oliver.bennett')
  const { number } = expectStatus(await second.post(`/api/v1/exports/${id}/release`), 200).json()
  await deps.settle()
  const sent = expectStatus(await second.get(`/api/v1/deliveries/${String(number)}`), 200).json()
  return { delivery: Number(number), state: sent['state'], manifestSha256: sent['manifestSha256'] }
}

const run = promisify(execFile)
const command = path.resolve(import.meta.dirname, '../gateway/cli/concordat.ts')

async function fetchDelivery(deps: JourneyDeps, delivery: number) {
  const member = await deps.signIn('nadia.hussain')
  const key = await makeKey(deps, { name: 'Nadia Hussain', email: 'nadia.hussain@hmpps.example', file: 'team.key.asc' }) // prettier-ignore
  await enrolKey(deps, member, key)
  await save(deps, 'gateway.jwk', expectStatus(await member.get('/api/v1/certificate-key'), 200).bytes)
  const at = (name: string) => path.join(deps.output, name)
  const tokenFile = at('token')
  await writeFile(tokenFile, member.accessToken, { mode: 0o600 })
  try {
    const { stdout } = await run(process.execPath, [
      command, 'fetch', '--gateway', deps.publicUrl, '--token-file', tokenFile, '--to', at('deliveries'), '--latest', '--verify',
      '--manifest-key', at('gateway.jwk'), '--sender-key', at('gateway.pub.asc'), '--private-key', at('team.key.asc'), '--acknowledge',
    ]) // prettier-ignore
    const said = stdout.trimEnd().split('\n')
    if (!said.includes(`Delivery ${delivery} is acknowledged.`)) throw new Error(stdout)
    return { delivery, said }
  } finally {
    await rm(tokenFile)
  }
}
