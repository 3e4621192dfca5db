// The OpenAPI document, made from the same zod schemas that parse what comes in, so that it cannot drift from them.
import { z } from 'zod'
import { openEndpoint, type Description, type Endpoint } from './endpoint.ts'

/** `/api/openapi.json` for these endpoints; anybody may read it. */
export function openapi(endpoints: readonly Description[], publicUrl: string): Endpoint {
  const document = describe(endpoints, publicUrl)
  return openEndpoint({
    surface: 'api',
    method: 'get',
    path: '/api/openapi.json',
    summary: 'This document',
    input: {},
    handle: (context) =>
      Promise.resolve({
        events: [{ type: 'form.viewed', actor: { kind: 'unknown', ip: context.ip }, subjects: [], correlation: context.requestId, detail: { form: '/api/openapi.json' } }], // prettier-ignore
        json: document,
      }),
  })
}

export function describe(endpoints: readonly Description[], publicUrl: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const endpoint of endpoints.filter((each) => each.surface === 'api')) {
    const path = endpoint.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [endpoint.method]: operation(endpoint) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Concordat',
      version: '1',
      description: 'Every call is decided by the agreement’s clauses and recorded in the ledger.',
    },
    servers: [{ url: publicUrl }],
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: { Problem: schemaOf(problemAnswer, 'output'), Refusal: schemaOf(refusalAnswer, 'output') },
    },
  }
}

export const problemAnswer = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  requestId: z.uuid(),
  fields: z.array(z.strictObject({ field: z.string(), message: z.string() })).optional(),
})

/** An answer, not an error: every clause that refuses, why, what would change it, and who can decide. */
export const refusalAnswer = z.strictObject({
  outcome: z.literal('refused'),
  reference: z.uuid(),
  act: z.string(),
  agreement: z.string().optional(),
  pack: z.string(),
  refusals: z.array(
    z.strictObject({
      clause: z.string(),
      says: z.string().optional(),
      reason: z.string(),
      remedy: z.string(),
      whoCanDecide: z.string(),
      local: z.boolean(),
    }),
  ),
})

function operation(endpoint: Description): Record<string, unknown> {
  const status = String(endpoint.successStatus ?? 200)
  return {
    summary: endpoint.summary,
    ...(endpoint.who === 'anyone' && { security: [] }),
    parameters: [...parameters(endpoint.input.params, 'path'), ...parameters(endpoint.input.query, 'query')],
    ...requestBody(endpoint),
    responses: {
      [status]: endpoint.answers
        ? { description: 'Done and recorded', content: json(schemaOf(endpoint.answers, 'output')) }
        : { description: 'Done and recorded; a stream or a text' },
      ...(endpoint.who === 'person' && {
        '403': {
          description: 'Refused, with every clause that refuses; or a problem (RFC 9457)',
          content: { ...json(reference('Refusal')), ...problemContent },
        },
      }),
      default: { description: 'A problem (RFC 9457)', content: problemContent },
    },
  }
}

function requestBody({ upload, input: { body } }: Description) {
  if (!upload) return body && { requestBody: { required: true, content: json(schemaOf(body, 'input')) } }
  if (!body) return undefined
  const file = { type: 'string', format: 'binary' }
  const { properties = {}, required = [], ...rest } = schemaOf(body, 'input')
  const schema = { ...rest, properties: { ...(properties as Record<string, unknown>), file: { ...file, description: 'The file, after everything else' } }, required: [...(required as string[]), 'file'] } // prettier-ignore
  return { requestBody: { required: true, content: { 'multipart/form-data': { schema } } } }
}

function parameters(schema: z.ZodType | undefined, where: 'path' | 'query'): Record<string, unknown>[] {
  if (!schema) return []
  const { properties = {}, required = [] } = schemaOf(schema, 'input')
  return Object.entries(properties as Record<string, unknown>).map(([name, each]) => ({
    name,
    in: where,
    required: where === 'path' || (required as string[]).includes(name),
    schema: each,
  }))
}

const problemContent = { 'application/problem+json': { schema: reference('Problem') } }

function reference(name: 'Problem' | 'Refusal'): Record<string, unknown> {
  return { $ref: `#/components/schemas/${name}` }
}

function json(schema: unknown): Record<string, unknown> {
  return { 'application/json': { schema } }
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const made = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return Object.fromEntries(Object.entries(made).filter(([key]) => key !== '$schema'))
}
