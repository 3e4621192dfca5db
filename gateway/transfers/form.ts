// The request builder's form as a browser sends it: text and ticks. It is turned into what the API takes, judged by the
// same schema, and shown again with what was typed when something is wrong: nothing is lost.
import { z } from 'zod'
import { findInspectionsOf } from '../inspections/store.ts'
import type { PersonContext } from '../http/endpoint.ts'
import { Problem, type FieldFault } from '../http/problem.ts'
import { checkFields } from '../http/input.ts'
import type { TransferDeps } from './deps.ts'
import type { Exchange } from '../../policies/exchange.ts'
import type { Cited } from './exchange.ts'
import { checkAgainstDataset } from './request.ts'
import { requestSchemas, type AskedInput } from './schemas.ts'

const text = z.string().max(8000).default('')
const ticks = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(z.string().max(200)).max(200).default([]),
)

export const requestForm = z.strictObject({
  /** As agreement/exchange; empty where there is one to ask under. */
  exchange: text,
  inspection: text,
  dataset: text,
  purpose: text,
  fields: ticks,
  establishments: text,
  prisonNumbers: text,
  periodFrom: text,
  periodTo: text,
  relevance: text,
  statutoryBasis: text,
})
export type RequestForm = z.output<typeof requestForm>

/** Words separated by commas, spaces or new lines. */
function words(list: string): string[] {
  return list.split(/[\s,]+/).filter((word) => word !== '')
}

/** What the form says of its exchange; nothing where it leaves that open. */
export function citedOf({ exchange = '', dataset = '' }: Partial<RequestForm>): Cited {
  const [agreement, key] = exchange.split('/')
  return { dataset, ...(key !== undefined && { agreement, exchange: key }) }
}

export type Understood = { readonly asked: AskedInput } | { readonly faults: readonly FieldFault[] }

export function understand(deps: TransferDeps, form: RequestForm): Understood {
  const others = Object.entries(form).filter(([name]) => name !== 'exchange')
  const given = {
    ...Object.fromEntries(others),
    ...citedOf(form),
    establishments: words(form.establishments),
    prisonNumbers: words(form.prisonNumbers),
  }
  const checked = checkFields(requestSchemas(deps.establishments).request, given)
  if ('faults' in checked) return { faults: checked.faults.map((fault) => onForm(form, fault)) }
  try {
    checkAgainstDataset(deps, checked.data)
  } catch (error) {
    if (error instanceof Problem) return { faults: error.fields.map((fault) => onForm(form, fault)) }
    throw error
  }
  return { asked: checked.data }
}

/** What is said of a box that was left empty. */
const blanks: Readonly<Record<string, string>> = {
  fields: 'Choose at least one field.',
  establishments: 'Give at least one establishment.',
  periodFrom: 'Give the first day of the period.',
  periodTo: 'Give the last day of the period.',
  relevance: 'Say why you need these records.',
  statutoryBasis: 'Name the legal power that the request rests on.',
}

/** `establishments.0` is one box on the page. */
function onForm(form: RequestForm, fault: FieldFault): FieldFault {
  const field = fault.field.split('.')[0] ?? fault.field
  const isBlank = Object.entries(form).some(
    ([name, value]) =>
      name === field && (typeof value === 'string' ? value.trim() === '' : value.length === 0),
  )
  return { field, message: (isBlank ? blanks[field] : undefined) ?? fault.message }
}

/** What the form says of the exchange that was chosen; of all that can be, while none is. */
function askingOf(exchanges: readonly Exchange[]) {
  const shared = <T>(of: (exchange: Exchange) => T) => {
    const [first, ...others] = new Set(exchanges.map(of))
    return others.length === 0 ? first : undefined
  }
  return {
    about: shared(({ about }) => about) ?? 'piece of work',
    isFromTeam: exchanges.every(({ isFromTeam }) => isFromTeam),
    legalPower: shared(({ legalPower }) => legalPower),
    from: shared(({ from }) => from),
  }
}

/** What the builder offers: this person's inspections, the datasets with the fields, the purposes. */
export async function offered(deps: TransferDeps, context: PersonContext, form: Partial<RequestForm>) {
  const inspections = await findInspectionsOf(context.tx, context.person.id, context.now)
  const dataset = deps.datasets.get(form.dataset ?? '')
  const own = deps.exchanges.offered(context.now).filter(({ to }) => to === context.person.party)
  const named = own.filter((each) => `${each.agreement}/${each.key}` === form.exchange)
  const establishment = inspections.find((each) => each.reference === form.inspection)?.establishment
  return {
    inspections: inspections.map((each) => ({
      ...each,
      establishmentName: deps.establishments.find(each.establishment)?.name ?? each.establishment,
    })),
    exchanges: own,
    asking: askingOf(named.length > 0 ? named : own),
    datasets: [...deps.datasets.values()].filter(({ key }) =>
      own.some(({ datasets }) => datasets.includes(key)),
    ),
    purposes: [...deps.purposes.values()],
    dataset,
    form: { ...(establishment !== undefined && { establishments: establishment }), ...form },
  }
}
