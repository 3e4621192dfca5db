// The columns of the two tables of a delivery: those of the published Table Schema, and those of what changed.
import { columns, tableSchema } from '../concerns/table-schema.ts'
import type { PackageField } from '../packages/manifest.ts'

export const concernFields: readonly PackageField[] = columns.map((column, index) => ({
  ...column,
  constraints: tableSchema().fields[index]?.constraints,
}))

const changeField = (name: string, title: string, description: string) => ({
  name,
  type: 'string',
  title,
  description,
})
export const changeFields: readonly PackageField[] = [
  changeField('concern_id', 'Concern', 'The id of the concern.'),
  changeField('change', 'Change', 'new, changed, closed or reopened since the delivery before.'),
  changeField('column', 'Column', 'The column of concerns.csv that differs; empty for a new concern.'),
  changeField('before', 'Before', 'What it was in the delivery before.'),
  changeField('after', 'After', 'What it is in this one.'),
]
