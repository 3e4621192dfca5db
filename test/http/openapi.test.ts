// /api/openapi.json: valid OpenAPI 3.1, every endpoint of the API in it and nothing else, and real answers in the shapes that
// it promises.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { allEndpoints } from '../../gateway/app.ts'
import { problemAnswer, refusalAnswer } from '../../gateway/http/openapi.ts'
import { transferAnswer } from '../../gateway/transfers/schemas.ts'
import { expectGolden } from '../support/golden.ts'
import { permittedRequest, startGateway, type TestGateway } from '../support/gateway.ts'
import { transferAt } from '../support/transfers.ts'

const schema = z.record(z.string(), z.unknown())
const content = z.record(z.string().regex(/^[a-z]+\/[a-z.+-]+$/), z.strictObject({ schema }))
const operation = z.strictObject({
  summary: z.string().min(5),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  parameters: z.array(
    z.strictObject({ name: z.string(), in: z.enum(['path', 'query']), required: z.boolean(), schema }),
  ),
  requestBody: z.strictObject({ required: z.literal(true), content }).optional(),
  responses: z.record(
    z.string().regex(/^(default|[1-5]\d\d)$/),
    z.strictObject({ description: z.string().min(1), content: content.optional() }),
  ),
})
/** The parts of OpenAPI 3.1.0 §4.8 that the document uses, strictly. */
const document = z.strictObject({
  openapi: z.literal('3.1.0'),
  info: z.strictObject({ title: z.string(), version: z.string(), description: z.string() }),
  servers: z.array(z.strictObject({ url: z.url() })),
  security: z.tuple([z.strictObject({ bearer: z.tuple([]) })]),
  paths: z.record(z.string().startsWith('/api/'), z.partialRecord(z.enum(['get', 'post', 'put']), operation)),
  components: z.strictObject({
    securitySchemes: z.strictObject({
      bearer: z.strictObject({
        type: z.literal('http'),
        scheme: z.literal('bearer'),
        bearerFormat: z.literal('JWT'),
      }),
    }),
    schemas: z.record(z.string(), schema),
  }),
})

describe('the OpenAPI document', () => {
  let gateway: TestGateway
  let said: z.output<typeof document>
  let text: string
  beforeAll(async () => {
    gateway = await startGateway({ people: 50, withWorker: false })
    text = await (await fetch(`${gateway.url}/api/openapi.json`)).text()
    said = document.parse(JSON.parse(text))
  })
  afterAll(() => gateway.close())

  const endpoints = () => allEndpoints(gateway.wiring)

  test('has every endpoint of the API with its methods, itself, and nothing else', () => {
    const written = Object.entries(said.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method} ${path}`),
    )
    const there = endpoints()
      .filter(({ surface }) => surface === 'api')
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
    expect(written.sort()).toEqual(there.sort())
    expect(there.length).toBeGreaterThan(15)
  })

  test('declares each parameter of each path, and points nowhere that is not there', () => {
    for (const [path, item] of Object.entries(said.paths)) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      for (const { parameters } of Object.values(item))
        expect(
          parameters.filter((each) => each.in === 'path').map(({ name, required }) => [name, required]),
          path,
        ).toEqual(named.map((name) => [name, true]))
    }
    for (const [, reference = ''] of text.matchAll(/"\$ref":"([^"]+)"/g))
      expect(Object.keys(said.components.schemas), reference).toContain(
        reference.replace('#/components/schemas/', ''),
      )
  })

  test('says of each thing that is taken that nothing else is', () => {
    const bodies = [...text.matchAll(/"requestBody":(\{.*?\}),"responses"/g)].map(([, body = '{}']) => body)
    expect(bodies.length).toBeGreaterThanOrEqual(6)
    for (const body of bodies) expect(body).toContain('"additionalProperties":false')
  })

  test('needs no sign-in, and is an entry', async () => {
    const answer = await fetch(`${gateway.url}/api/openapi.json`)
    const { rows } = await gateway.owner.query(
      `select 1 from ledger.index where kind = 'correlation' and key = $1`,
      [answer.headers.get('x-request-id')],
    )
    expect([answer.status, rows.length]).toEqual([200, 1])
  })

  test('tells the truth of a transfer, a refusal and a problem', async () => {
    const id = await transferAt(gateway, 'approved')
    const shown = await (await gateway.as('ayesha.rahman')).get(`/api/v1/requests/${id}`)
    expect(Object.keys(z.strictObject(transferAnswer.shape).parse(shown.json()))).toContain('supplyDue')
    const tom = await gateway.as('tom.whitfield')
    expect(
      refusalAnswer.parse((await tom.post('/api/v1/requests', permittedRequest(gateway))).json()).refusals
        .length,
    ).toBeGreaterThan(1)
    expect(
      problemAnswer.parse((await tom.post('/api/v1/requests', {})).json()).fields?.length,
    ).toBeGreaterThan(5)
  })

  test('the list of endpoints is the one that was agreed', async () => {
    const rows = endpoints().map(
      ({ method, path, who, summary }) =>
        `| ${method.toUpperCase()} | ${path} | ${who === 'person' ? 'signed in' : 'anyone'} | ${summary} |`,
    )
    const head = [
      '# Endpoints',
      '',
      'Every address of the gateway, beside sign-in, health and assets.',
      '',
      '| method | address | for | what it does |',
      '| --- | --- | --- | --- |',
    ]
    await expectGolden('endpoints.md', `${[...head, ...rows].join('\n')}\n`)
  })
})
