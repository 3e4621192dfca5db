// What anybody may know about a file of concerns: its Frictionless Table Schema, and templates to fill in. Nothing in them is
// about a concern, so that no sign-in is asked for; the look is recorded all the same.
import { openEndpoint, type Context, type Endpoint, type Reply } from '../http/endpoint.ts'
import { writeTemplate } from '../tables/xlsx-template.ts'
import { xlsxType } from '../tables/received.ts'
import { columns, tableSchema } from './table-schema.ts'

const at = { surface: 'page', method: 'get', input: {} } as const

export function contractEndpoints(): Endpoint[] {
  const heading = `${columns.map(({ name }) => name).join(',')}\r\n`
  return [
    openEndpoint({
      ...at, path: '/concerns/schema.json', summary: 'The contract of a file of concerns (Frictionless Table Schema)',
      handle: (context) => Promise.resolve(given(context, { json: tableSchema() })),
    }),
    openEndpoint({
      ...at, path: '/concerns/template.csv', summary: 'The template of a file of concerns (CSV)',
      handle: (context) => Promise.resolve(given(context, { contentType: 'text/csv', json: heading })),
    }),
    openEndpoint({
      ...at, path: '/concerns/template.xlsx', summary: 'The template of a file of concerns (Excel workbook)',
      handle: async (context) => given(context, { contentType: xlsxType, json: await writeTemplate('Concerns', columns) }),
    }),
  ] // prettier-ignore
}

function given(context: Context, reply: Omit<Reply, 'events'>): Reply {
  const actor = { kind: 'unknown', ip: context.ip } as const
  const detail = { form: '/concerns/schema.json' }
  return { ...reply, events: [{ type: 'form.viewed', actor, subjects: [], correlation: context.requestId, detail }] } // prettier-ignore
}
