// The contract of a file of concerns: one Frictionless Table Schema for what is taken in and for what is exported, published
// with a template. Columns never move; a new one would come last and be a new version.
import { healthyPrisonTests, judgements, ranks, statuses, type Concern } from './concern.ts'

export const schemaVersion = '1'

export interface Column {
  readonly name: string
  readonly of: keyof Concern
  readonly type: 'string' | 'date' | 'boolean'
  readonly title: string
  readonly description: string
  readonly required: boolean
  readonly oneOf?: readonly string[]
  readonly pattern?: string
  readonly longest?: number
  readonly example: string
}

const reference = '^[A-Z0-9][A-Z0-9-]{1,39}$'

export const columns = [
  { name: 'concern_id', of: 'reference', type: 'string', title: 'Concern', description: 'The id of the concern. It never changes and is never used again.', required: true, pattern: reference, example: 'C-LEI-2026-01' },
  { name: 'establishment_code', of: 'establishment', type: 'string', title: 'Establishment', description: 'Three-letter code of the establishment.', required: true, pattern: '^[A-Z0-9]{3,5}$', example: 'LEI' },
  { name: 'inspection', of: 'inspection', type: 'string', title: 'Inspection', description: 'Reference of the inspection whose report raised it.', required: true, longest: 60, example: 'INS-2026-LEI-1' },
  { name: 'report_published_on', of: 'reportPublishedOn', type: 'date', title: 'Report published on', description: 'The day on which the report was published.', required: true, example: '2026-04-01' },
  { name: 'healthy_prison_test', of: 'test', type: 'string', title: 'Healthy prison test', description: 'The test that it belongs to.', required: true, oneOf: healthyPrisonTests, example: 'safety' },
  { name: 'rank', of: 'rank', type: 'string', title: 'Rank', description: 'Whether the report makes it a priority.', required: true, oneOf: ranks, example: 'priority' },
  { name: 'text', of: 'text', type: 'string', title: 'Concern in words', description: 'The concern as the report words it. No names of people.', required: true, longest: 4000, example: 'Levels of violence were too high.' },
  { name: 'is_opinion', of: 'opinion', type: 'boolean', title: 'Opinion', description: 'Whether the words are the inspectorate’s opinion, and not a finding of fact.', required: true, example: 'false' },
  { name: 'status', of: 'status', type: 'string', title: 'Status', description: 'Whether it is still open.', required: true, oneOf: statuses, example: 'open' },
  { name: 'status_on', of: 'statusOn', type: 'date', title: 'Status since', description: 'The day since which it has this status.', required: true, example: '2026-04-01' },
  { name: 'irp_judgement', of: 'judgement', type: 'string', title: 'Judgement on progress', description: 'What the independent review of progress judged, where there was one.', required: false, oneOf: judgements, example: '' },
  { name: 'irp_judged_on', of: 'judgedOn', type: 'date', title: 'Judged on', description: 'The day of that judgement.', required: false, example: '' },
] as const satisfies readonly Column[] // prettier-ignore

export type ColumnName = (typeof columns)[number]['name']

/** As Frictionless has it (Table Schema, v1). */
export function tableSchema() {
  return {
    $schema: 'https://specs.frictionlessdata.io/schemas/table-schema.json',
    version: schemaVersion,
    fields: columns.map((column: Column) => ({
      name: column.name,
      type: column.type,
      title: column.title,
      description: column.description,
      ...(column.type === 'date' && { format: 'default' }),
      constraints: {
        required: column.required,
        ...(column.name === 'concern_id' && { unique: true }),
        ...(column.oneOf && { enum: column.oneOf }),
        ...(column.pattern !== undefined && { pattern: column.pattern }),
        ...(column.longest !== undefined && { maxLength: column.longest }),
      },
    })),
    missingValues: [''],
    primaryKey: ['concern_id'],
  }
}
