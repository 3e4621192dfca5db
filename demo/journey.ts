// The whole journey, headless and for real: request, refusal, approval, supply, collection, destruction, and their proofs.
// Each step does one thing and says what came of it; the first that does not come out as it should stops the journey.
import { createHash } from 'node:crypto'
import { openMessage } from '../keys/open-message.ts'
import type { ArmoredKeyPair } from '../keys/openpgp-keys.ts'
import type { Answer, Client } from './client.ts'
import { walkExport } from './journey-export.ts'
import { enrolKey, expectStatus, makeKey, save, StepFailed, type JourneyDeps, type Step } from './step.ts'

interface Walk {
  readonly deps: JourneyDeps
  readonly analyst: Client
  readonly key: ArmoredKeyPair
}

export async function walkJourney(deps: JourneyDeps): Promise<Step[]> {
  const steps: Step[] = []
  const step = async <T extends Record<string, unknown>>(
    name: string,
    work: () => Promise<T>,
  ): Promise<T> => {
    try {
      const result = await work()
      steps.push({ step: name, ...result })
      deps.progress(`${String(steps.length).padStart(2)}. ${name}`)
      return result
    } catch (error) {
      throw new StepFailed(name, error)
    }
  }
  const analyst = await deps.signIn('ayesha.rahman')
  await save(deps, 'gateway.pub.asc', deps.gatewayKey)
  const key = await makeKey(deps, { name: 'Ayesha Rahman', email: 'ayesha.rahman@hmi-prisons.example', file: 'analyst.key.asc' }) // prettier-ignore
  await step('The analyst enrols an OpenPGP key and answers its challenge', () => enrolKey(deps, analyst, key)) // prettier-ignore
  const walk: Walk = { deps, analyst, key }
  const { id } = await step('The analyst asks for case-level data', () => ask(walk))
  await step('A second analyst, not on the team, is refused', () => refuse(deps))
  await step('A second person at HMI Prisons approves', () => approve(deps, id))
  await step('HMPPS supplies, and the package is sealed', () => supply(walk, id))
  const collected = await step('The analyst collects, opens and verifies the package', () =>
    collect(walk, id),
  )
  await step('The analyst acknowledges it', async () =>
    expectState(await analyst.post(`/api/v1/requests/${id}/acknowledge`), 200),
  )
  await step('The ledger proves that it was collected', () => prove(deps, id))
  await walkExport(deps, step)
  await step('On its date the worker destroys it', () => destroy(walk, id, collected.destroyOn))
  await step('It cannot be collected any more', async () => ({
    status: expectStatus(await analyst.get(`/api/v1/requests/${id}/package`), 410).status,
  }))
  await step('A restored copy of the database cannot open it', async () => ({
    answer: await deps.rehearseRestore(collected.itemId),
  }))
  return steps
}

function wanted({ seeded }: JourneyDeps) {
  return {
    inspection: seeded.inspection,
    dataset: 'self-harm-incidents',
    fields: ['prison_number', 'establishment_code', 'incident_date'],
    establishments: [seeded.establishment],
    periodFrom: '2025-12-01',
    periodTo: '2026-10-31',
    purpose: 'safety',
    relevance: 'Levels of self-harm are a line of enquiry under safety at this inspection.',
    statutoryBasis: 'Prison Act 1952, section 5A',
  }
}

async function ask({ deps, analyst }: Walk) {
  const answer = expectStatus(await analyst.post('/api/v1/requests', wanted(deps)), 201).json()
  const decision = answer['decision'] as { id: string; tested: string[] } // as /api/openapi.json says
  return {
    id: String(answer['id']),
    reference: answer['reference'],
    state: answer['state'],
    decision: decision.id,
    clausesTested: decision.tested,
  }
}

async function refuse(deps: JourneyDeps) {
  const second = await deps.signIn('tom.whitfield')
  const letter = expectStatus(await second.post('/api/v1/requests', wanted(deps)), 403).json()
  await save(deps, 'refusal.json', `${JSON.stringify(letter, null, 2)}\n`)
  const refusals = letter['refusals'] as { clause: string }[] // as /api/openapi.json says
  return { decision: letter['reference'], refusedBy: refusals.map((refusal) => refusal.clause) }
}

async function approve(deps: JourneyDeps, id: string) {
  const approver = await deps.signIn('gwen.pritchard')
  return expectState(await approver.post(`/api/v1/requests/${id}/approve`), 200)
}

async function supply({ deps, analyst }: Walk, id: string) {
  const desk = await deps.signIn('daniel.okafor')
  expectState(await desk.post(`/api/v1/requests/${id}/supply`, { outcome: 'supply' }), 200)
  await deps.settle()
  const shown = expectStatus(await analyst.get(`/api/v1/requests/${id}`), 200).json()
  if (shown['state'] !== 'available')
    throw new Error(`the request is ${String(shown['state'])}, not available`)
  const item = shown['item'] as Item
  return {
    state: shown['state'],
    itemId: item.id,
    rows: item.rowCount,
    destroyOn: item.destroyOn,
    retention: item.retention,
  }
}

interface Item {
  readonly id: string
  readonly rowCount: number
  readonly destroyOn: string
  readonly retention: Readonly<Record<string, unknown>>
}

async function collect({ deps, analyst, key }: Walk, id: string) {
  const shown = expectStatus(await analyst.get(`/api/v1/requests/${id}`), 200).json()
  const item = shown['item'] as Item
  const answer = expectStatus(await analyst.get(`/api/v1/requests/${id}/package`), 200)
  await save(deps, 'package.pgp', answer.bytes)
  const zip = await openMessage(answer.bytes, {
    privateArmored: key.privateArmored,
    senderArmored: deps.gatewayKey,
  })
  return {
    itemId: item.id,
    destroyOn: item.destroyOn,
    rows: item.rowCount,
    packageBytes: answer.bytes.length,
    packageSha256: sha256(answer.bytes),
    zipBytes: zip.length,
  }
}

async function prove(deps: JourneyDeps, id: string) {
  await deps.settle()
  const officer = await deps.signIn('marta.kowalczyk')
  const log = expectStatus(
    await officer.get(`/api/v1/ledger/entries?transfer=${id}&type=item.collected`),
    200,
  ).json()
  const [entry] = log['entries'] as { entryId: string }[]
  if (!entry) throw new Error('no entry says that it was collected')
  const proof = expectStatus(
    await officer.get(`/api/v1/ledger/entries/${entry.entryId}/proof`),
    200,
  ).bytes.toString('utf8')
  const verifierKey = expectStatus(await officer.get('/api/v1/ledger/verifier-key'), 200).bytes.toString(
    'utf8',
  )
  await save(deps, 'proof.txt', proof)
  await save(deps, 'ledger.vkey', verifierKey)
  await save(deps, 'ledger.policy', deps.policy)
  await save(
    deps,
    'checkpoint',
    expectStatus(await officer.get('/api/v1/ledger/checkpoint'), 200).bytes.toString('utf8'),
  )
  return { entry: entry.entryId, verifierKey: verifierKey.trim() }
}

async function destroy({ deps, analyst }: Walk, id: string, day: string) {
  await deps.workOn(day)
  const shown = expectStatus(await analyst.get(`/api/v1/requests/${id}`), 200).json()
  if (shown['state'] !== 'destroyed')
    throw new Error(`the request is ${String(shown['state'])}, not destroyed`)
  const certificate = expectStatus(await analyst.get(`/api/v1/requests/${id}/certificate`), 200).json()
  const key = expectStatus(await analyst.get('/api/v1/certificate-key'), 200).json()
  await save(deps, 'certificate.jwk', `${JSON.stringify(key, null, 2)}\n`)
  await save(deps, 'certificate.json', `${JSON.stringify(certificate, null, 2)}\n`)
  return { state: shown['state'], destroyedOn: day }
}

function expectState(answer: Answer, status: number) {
  const { state, decision } = expectStatus(answer, status).json()
  return { state, decision: (decision as { id: string }).id }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
