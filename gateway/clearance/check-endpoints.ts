// The publication check over HTTP: dropping in a draft, what was found, and clearing that copy.
import { z } from 'zod'
import { asJson, asPage } from '../decisions/replies.ts'
import { orAgain } from '../http/again.ts'
import { endpoint, type Endpoint, type PersonContext, type Reply } from '../http/endpoint.ts'
import type { FieldFault } from '../http/problem.ts'
import type { ClearanceDeps } from './act.ts'
import { checkDraft, clearDraft, readCheck, type Checked } from './check.ts'
import { categories } from './match.ts'
import { clearanceParams } from './schemas.ts'

const office = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
const types = [office, 'application/vnd.oasis.opendocument.text', 'application/pdf', 'text/html', 'text/plain', 'application/octet-stream'] // prettier-ignore
const upload = { types, mostBytes: 32 * 2 ** 20 }
const params = z.strictObject({ id: z.uuid('This is not the id of a check.') })
/** What stands around a number is given once, and kept nowhere. */
const findings = z.array(
  z.object({
    value: z.string(), category: z.enum(categories), figures: z.array(z.object({ reference: z.string(), version: z.int() })), near: z.string().exactOptional(),
    text: z.string().exactOptional(), before: z.string().exactOptional(), after: z.string().exactOptional(),
  }),
) // prettier-ignore
const answers = z.object({ id: z.uuid(), clearance: z.uuid(), sha256: z.string(), format: z.string(), checkedAt: z.iso.datetime(), clearedAt: z.iso.datetime().exactOptional(), marking: z.literal('FOR PUBLIC RELEASE').exactOptional(), findings }) // prettier-ignore

export function checkEndpoints(deps: ClearanceDeps): Endpoint[] {
  return [...api(deps), ...pages(deps)]
}

function api(deps: ClearanceDeps): Endpoint[] {
  const at = { surface: 'api' } as const
  return [
    endpoint({
      ...at, method: 'post', path: '/api/v1/clearances/:id/checks', summary: 'Check a draft (Word, ODT, PDF, HTML, text); nothing of it is kept but its hash and the findings', input: { params: clearanceParams }, upload, answers,
      handle: async (context, { params: { id } }) => asJson(await checkDraft(deps, context, id, context.upload), write),
    }),
    endpoint({
      ...at, method: 'get', path: '/api/v1/checks/:id', summary: 'What a check found', input: { params }, answers,
      handle: async (context, { params: { id } }) => asJson(await readCheck(deps, context, id, 'json'), write),
    }),
    endpoint({
      ...at, method: 'post', path: '/api/v1/checks/:id/clear', summary: 'Clear that copy for public release, as a publisher', input: { params, body: z.strictObject({ unknownsRead: z.boolean().describe('That no number outside the register comes from the Hub') }) }, answers: z.object({ id: z.uuid() }),
      handle: async (context, { params: { id }, body }) => asJson(await clearDraft(deps, context, id, body.unknownsRead), (cleared) => ({ id: cleared })),
    }),
  ] // prettier-ignore
}

function write({ check, inPlace }: Checked): z.input<typeof answers> {
  const { id, clearanceId, sha256, format, checkedAt, cleared } = check
  return {
    id,
    clearance: clearanceId,
    sha256,
    format,
    checkedAt: checkedAt.toISOString(),
    ...(cleared && { clearedAt: cleared.at.toISOString(), marking: 'FOR PUBLIC RELEASE' as const }),
    findings: (inPlace ?? check.findings).map((finding) => ({ ...finding, figures: [...finding.figures] })),
  }
}

function pages(deps: ClearanceDeps): Endpoint[] {
  const at = { surface: 'page' } as const
  return [
    endpoint({
      ...at, method: 'post', path: '/clearances/:id/checks', summary: 'Check a draft', input: { params: clearanceParams, body: z.strictObject({}) }, upload,
      handle: async (context, { params: { id } }) => {
        // A browser sends a file without a name where none was chosen.
        const chosen = context.upload?.filename === '' ? undefined : context.upload
        return asPage(await checkDraft(deps, context, id, chosen), (checked) => show(context, checked))
      },
    }),
    endpoint({
      ...at, method: 'get', path: '/checks/:id', summary: 'What a check found', input: { params },
      handle: async (context, { params: { id } }) => asPage(await readCheck(deps, context, id, 'page'), (checked) => show(context, checked)),
    }),
    endpoint({
      ...at, method: 'post', path: '/checks/:id/clear', summary: 'Clear that copy for public release', input: { params, body: z.strictObject({ unknownsRead: z.literal('yes').optional() }) },
      handle: async (context, { params: { id }, body }) => {
        return orAgain(
          context,
          async () => asPage(await clearDraft(deps, context, id, body.unknownsRead === 'yes'), () => ({ redirect: `/checks/${id}` })),
          async ({ fields }) => asPage(await readCheck(deps, context, id, 'page'), (checked) => ({ ...show(context, checked, fields), status: 400 })),
        )
      },
    }),
  ] // prettier-ignore
}

const mostShown = 1000

function show(
  { person }: PersonContext,
  { check, clearance, inPlace }: Checked,
  faults: readonly FieldFault[] = [],
): Omit<Reply, 'events'> {
  const all = inPlace ?? check.findings
  const groups = categories.map((category) => {
    const found = all.filter((finding) => finding.category === category)
    return { category, count: found.length, findings: found.slice(0, mostShown) }
  })
  const mayClear = person.party === 'hmi-prisons' && person.roles.includes('publisher')
  return { view: { template: 'draft-check.njk', data: { check, clearance, groups, mayClear, faults, isInPlace: inPlace !== undefined } } } // prettier-ignore
}
