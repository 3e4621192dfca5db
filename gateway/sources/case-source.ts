// What the gateway asks of any system that holds case-level data: the approved rows and columns of one dataset, as a
// stream, and an estimate of how many. No source ever hands over a whole table (hmpps-2025/11-relevance).

/** Everything that bounds a reading. Days are 'YYYY-MM-DD', both ends included. */
export interface CaseQuery {
  readonly dataset: string
  readonly fields: readonly string[]
  readonly establishments: readonly string[]
  readonly periodFrom: string
  readonly periodTo: string
  /** Narrows to these people. Leave it out where nobody is named: an empty list is refused, never read as everybody. */
  readonly prisonNumbers?: readonly string[]
}

/**
 * Field → value in the text form of Table Schema (`true`, `2025-01-31`, `-3.5`), null where there is none. Text, so
 * that no number is rounded on its way; the dataset's schema says what it stands for.
 */
export type CaseRow = Readonly<Record<string, string | null>>

export interface CaseSource {
  /**
   * Batches of rows with the fields of the query and no others, always in the same order.
   *
   * @param signal stops the reading at the source; the iteration then throws the signal's reason
   * @throws {UnboundedQuery} at once, before anything is read
   */
  read(query: CaseQuery, signal?: AbortSignal): AsyncIterable<CaseRow[]>
  /**
   * How much a request would hand over. Ignores `prisonNumbers`, so that it never tells whether somebody is there.
   *
   * @throws {UnboundedQuery}
   */
  estimate(query: CaseQuery): Promise<{ rows: number; columns: number }>
}

/** The part of a dataset (policies/datasets) that a source needs: names and how to bound a reading. */
export interface SourceDataset {
  readonly key: string
  readonly establishmentField: string
  readonly dateField: string
  readonly personField?: string | undefined
  readonly schema: {
    readonly primaryKey: readonly string[]
    readonly fields: readonly { readonly name: string; readonly type: string }[]
  }
}

/** A reading that nothing bounds, or that asks for what no dataset offers. The route checks first: this is the last belt. */
export class UnboundedQuery extends Error {
  constructor(what: string) {
    super(`This query is not bounded: ${what}.`)
    this.name = 'UnboundedQuery'
  }
}

/** @throws {UnboundedQuery} naming the first thing that is missing or not in the dataset */
export function checkBounded(query: CaseQuery, dataset: SourceDataset | undefined): SourceDataset {
  if (!dataset) throw new UnboundedQuery('there is no such dataset')
  const offered = new Set(dataset.schema.fields.map((field) => field.name))
  if (query.fields.length === 0) throw new UnboundedQuery('it names no field')
  if (new Set(query.fields).size !== query.fields.length) throw new UnboundedQuery('it names a field twice')
  if (!query.fields.every((field) => offered.has(field)))
    throw new UnboundedQuery('it names a field not in the dataset')
  if (!isListOfWords(query.establishments)) throw new UnboundedQuery('it names no establishment')
  if (!isDay(query.periodFrom) || !isDay(query.periodTo))
    throw new UnboundedQuery('its period is not two days')
  if (query.periodFrom > query.periodTo) throw new UnboundedQuery('its period ends before it starts')
  if (query.prisonNumbers !== undefined) {
    if (dataset.personField === undefined) throw new UnboundedQuery('the dataset names no people')
    if (!isListOfWords(query.prisonNumbers)) throw new UnboundedQuery('its list of people is empty')
  }
  return dataset
}

function isListOfWords(list: readonly string[]): boolean {
  return list.length > 0 && list.every((word) => word.trim() !== '')
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const instant = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(text)
}
