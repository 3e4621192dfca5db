// A gateway whose clock a test moves, with concerns in it, and the people who release an export and receive it.
import { columns } from '../../gateway/concerns/table-schema.ts'
import { openMessage } from '../../keys/open-message.ts'
import type { ArmoredKeyPair } from '../../keys/openpgp-keys.ts'
import type { Wiring } from '../../gateway/wire.ts'
import { startGateway, type Subject, type TestGateway, type TestGatewayOptions } from './gateway.ts'
import { readZip } from './zip.ts'

export type Row = Record<string, string>

export interface ExportGateway extends TestGateway {
  /** Noon in London of that day, from now on. */
  on(day: string): void
}

/** It starts in the quarter that ends on 31 December 2026. */
export async function startExportGateway(options: TestGatewayOptions = {}): Promise<ExportGateway> {
  let now = new Date('2026-12-10T12:00:00Z')
  const gateway = await startGateway({
    people: 100,
    ...options,
    change: (wired: Wiring) => {
      const wiring = { ...wired, clock: () => now }
      return options.change ? options.change(wiring) : wiring
    },
  })
  return { ...gateway, on: (day) => (now = new Date(`${day}T12:00:00Z`)) }
}

/** The last day of the quarter that is owed first, and a day on which it can be released. */
export const quarter = { endsOn: '2026-12-31', afterwards: '2027-01-05', dueOn: '2027-01-15' }

export function concernRow(id: string, change: Row = {}): Row {
  const example = Object.fromEntries(columns.map(({ name, example: text }) => [name, text]))
  return { ...example, concern_id: id, ...change }
}

/** Adds concerns, or changes them as they stand now. */
export async function writeConcerns(gateway: TestGateway, rows: readonly Row[]): Promise<void> {
  const editor = await gateway.as('rhian.davies')
  for (const { concern_id: id = '', ...cells } of rows) {
    const { version } = (await editor.get(`/api/v1/concerns/${id}`)).json()
    const answer = await editor.put(`/api/v1/concerns/${id}`, { ...cells, ...(typeof version === 'number' && { version }), reason: 'For the export' }) // prettier-ignore
    if (answer.status !== 200) throw new Error(answer.bytes.toString('utf8'))
  }
}

export async function rehearse(gateway: TestGateway, who: Subject = 'rhian.davies') {
  return (await (await gateway.as(who)).post('/api/v1/exports/rehearse', {})).json()
}

/** Rehearses and puts forward; gives its id. */
export async function putForward(gateway: TestGateway, body: Record<string, unknown> = {}): Promise<string> {
  await rehearse(gateway)
  const answer = await (
    await gateway.as('rhian.davies')
  ).post('/api/v1/exports', { findingsRead: true, ...body })
  if (answer.status !== 201) throw new Error(answer.bytes.toString('utf8'))
  return String(answer.json()['id'])
}

export async function releaseExport(gateway: TestGateway, id: string) {
  return (await gateway.as('oliver.bennett')).post(`/api/v1/exports/${id}/release`)
}

/** Rehearsed, put forward, released and sealed by the worker. @returns its number */
export async function deliver(gateway: TestGateway, body: Record<string, unknown> = {}): Promise<number> {
  const answer = await releaseExport(gateway, await putForward(gateway, body))
  if (answer.status !== 200) throw new Error(answer.bytes.toString('utf8'))
  await gateway.settle()
  return Number(answer.json()['number'])
}

/** Collects as a member of the team would, and opens it. */
export async function collected(
  gateway: TestGateway,
  key: ArmoredKeyPair,
  number: number | 'latest' = 'latest',
): Promise<Map<string, Buffer>> {
  const answer = await (await gateway.as('nadia.hussain')).get(`/api/v1/deliveries/${number}/package`)
  if (answer.status !== 200) throw new Error(answer.bytes.toString('utf8'))
  const zip = await openMessage(answer.bytes, {
    privateArmored: key.privateArmored,
    senderArmored: gateway.wiring.signer.publicArmored,
  })
  return readZip(Buffer.from(zip))
}
