// The contract of an extract: what each column of the file means, for the template, for reading it and for the page.
import { figureMarkings, provenances } from './figure.ts'

export interface Column {
  readonly name: string
  readonly type: 'string' | 'date' | 'boolean'
  readonly description: string
  readonly required: boolean
  readonly oneOf?: readonly string[]
  readonly longest: number
  readonly example: string
}

export const columns = [
  { name: 'figure_id', type: 'string', description: 'The id of the figure. It never changes and is never used again.', required: true, longest: 40, example: 'SH-LEI-2026-09' },
  { name: 'measure', type: 'string', description: 'What it counts or measures.', required: true, longest: 300, example: 'Incidents of self-harm' },
  { name: 'source_report', type: 'string', description: 'The report of the Hub, or the publication, that it was taken from.', required: true, longest: 200, example: 'Safety diagnostic tool' },
  { name: 'extracted_at', type: 'string', description: 'When it was taken out, London time: 2026-10-01 09:30.', required: true, longest: 40, example: '2026-10-01 09:30' },
  { name: 'unit', type: 'string', description: 'What one of it is.', required: true, longest: 60, example: 'incidents' },
  { name: 'filters', type: 'string', description: 'Every filter that was set: place, period, group. No names of people.', required: true, longest: 500, example: 'HMP Leeds; October 2025 to September 2026' },
  { name: 'value', type: 'string', description: 'The number itself, in figures.', required: true, longest: 40, example: '412' },
  { name: 'marking', type: 'string', description: 'Its marking.', required: true, oneOf: figureMarkings, longest: 40, example: 'OFFICIAL' },
  { name: 'provenance', type: 'string', description: 'Where it comes from.', required: true, oneOf: provenances, longest: 40, example: 'performance-hub' },
  { name: 'public_source', type: 'string', description: 'The address where anybody can find it. Of official statistics alone.', required: false, longest: 300, example: '' },
] as const satisfies readonly Column[] // prettier-ignore

export type ColumnName = (typeof columns)[number]['name']
