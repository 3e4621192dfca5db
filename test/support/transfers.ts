// Transfers in every state that there is, each brought there by the people and the worker whose acts they are.
import type { TransferState } from '../../gateway/transfers/transfer.ts'
import { sweep } from '../../gateway/worker.ts'
import type { Answer } from '../../demo/client.ts'
import { permittedRequest, type Subject, type TestGateway } from './gateway.ts'

export interface Part {
  readonly fields: readonly string[]
  readonly establishments: readonly string[]
}

/** @throws with the gateway's own words when the act was not done */
async function must(answer: Promise<Answer>): Promise<Answer> {
  const made = await answer
  if (made.status >= 300) throw new Error(`${made.status}: ${made.bytes.toString('utf8')}`)
  return made
}

async function act(
  gateway: TestGateway,
  who: Subject,
  id: string,
  name: string,
  body?: unknown,
): Promise<void> {
  await must((await gateway.as(who)).post(`/api/v1/requests/${id}/${name}`, body))
}

/** A request of Ayesha Rahman's, not acted on by anybody. */
export async function askedFor(gateway: TestGateway, change: Record<string, unknown> = {}): Promise<string> {
  const analyst = await gateway.as('ayesha.rahman')
  const asked = { ...permittedRequest(gateway), ...change }
  return String((await must(analyst.post('/api/v1/requests', asked))).json()['id'])
}

export const approve = (gateway: TestGateway, id: string) => act(gateway, 'gwen.pritchard', id, 'approve')

export const supply = (gateway: TestGateway, id: string, body: unknown = { outcome: 'supply' }) =>
  act(gateway, 'daniel.okafor', id, 'supply', body)

/** Before a collection its recipient needs a key: `enrolKey` of gateway.ts. */
export async function collect(gateway: TestGateway, id: string): Promise<Buffer> {
  return (await must((await gateway.as('ayesha.rahman')).get(`/api/v1/requests/${id}/package`))).bytes
}

/** @returns the day on which the worker destroyed it */
export async function destroyOnItsDate(gateway: TestGateway, id: string): Promise<string> {
  const shown = await must((await gateway.as('ayesha.rahman')).get(`/api/v1/requests/${id}`))
  const { destroyOn } = shown.json()['item'] as { destroyOn: string } // as transferAnswer says
  await sweep({ ...gateway.wiring, clock: () => new Date(`${destroyOn}T12:00:00Z`) })
  return destroyOn
}

/** Everything that leads to a state, in order; `supplied` and `part-supplied` stand still only where no worker runs. */
const ways: Readonly<Record<TransferState, (gateway: TestGateway, id: string) => Promise<unknown>>> = {
  requested: () => Promise.resolve(),
  returned: (gateway, id) => act(gateway, 'gwen.pritchard', id, 'return', { reason: 'Name the wing.' }),
  approved: approve,
  escalated: async (gateway, id) => {
    await approve(gateway, id)
    await supply(gateway, id, { outcome: 'escalate', reason: 'The owner has to look.' })
  },
  supplied: async (gateway, id) => {
    await approve(gateway, id)
    await supply(gateway, id)
  },
  'part-supplied': async (gateway, id) => {
    await approve(gateway, id)
    await supply(gateway, id, partOf(gateway))
  },
  available: async (gateway, id) => {
    await ways.supplied(gateway, id)
    await gateway.settle()
  },
  collected: async (gateway, id) => {
    await ways.available(gateway, id)
    await collect(gateway, id)
  },
  acknowledged: async (gateway, id) => {
    await ways.collected(gateway, id)
    await act(gateway, 'ayesha.rahman', id, 'acknowledge')
  },
  destroyed: async (gateway, id) => {
    await ways.available(gateway, id)
    await destroyOnItsDate(gateway, id)
  },
}

/** @returns the id of a request of Ayesha Rahman's in that state */
export async function transferAt(gateway: TestGateway, state: TransferState): Promise<string> {
  const id = await askedFor(gateway)
  await ways[state](gateway, id)
  return id
}

/** What the supply desk sends to supply two of the three fields. */
export function partOf(gateway: TestGateway): Record<string, unknown> {
  const { establishment } = gateway.environment.seeded
  return {
    outcome: 'part-supply',
    reason: 'The dates are being checked.',
    fields: ['prison_number', 'establishment_code'],
    establishments: [establishment],
  }
}

/** The row itself, as the owner of the database sees it. */
export async function rowOf(gateway: TestGateway, id: string): Promise<Record<string, unknown>> {
  const { rows } = await gateway.owner.query('select * from concordat.transfer where id = $1', [id])
  if (!rows[0]) throw new Error('there is no such transfer')
  return rows[0]
}

export async function stateOf(gateway: TestGateway, id: string): Promise<unknown> {
  return (await rowOf(gateway, id))['state']
}
