// What can be asked for, and for what: Frictionless table schemas that also say how sensitive each field is and which
// purposes need it, so that a request can be built from what is needed and nothing more.
import { z } from 'zod'
import type { Fault } from './fault.ts'
import { periodShape } from './period.ts'
import { alwaysLocal } from './local-value.ts'
import { keyShape, words } from './shapes.ts'
import type { Sources } from './sources.ts'
import { parseYaml, type YamlFile } from './yaml-file.ts'

const fieldName = z.string().regex(/^[a-z][a-z0-9_]*$/, 'must be small letters, figures and underscores')
const sensitivities = ['none', 'personal', 'identifier', 'criminal-offence', 'special-category'] as const
export type Sensitivity = (typeof sensitivities)[number]

const fieldShape = z
  .strictObject({
    name: fieldName,
    title: words,
    description: words.optional(),
    type: z.enum(['string', 'integer', 'number', 'boolean', 'date']),
    constraints: z
      .strictObject({
        required: z.boolean().optional(),
        enum: z.array(z.string()).min(1).optional(),
        pattern: z.string().optional(),
        minimum: z.number().optional(),
        maximum: z.number().optional(),
      })
      .optional(),
    sensitivity: z.enum(sensitivities),
    neededFor: z.array(keyShape),
  })
  .readonly()

const datasetShape = z.strictObject({
  key: keyShape,
  title: words,
  description: words,
  owner: keyShape,
  /** hmpps-2025/11-levels: at which level the records are held. */
  heldAt: z.enum(['establishment', 'regional', 'national']),
  /** hmpps-2025/19-hmpps-periods: the owner's own period, where it has told it. */
  ownerPeriod: alwaysLocal(periodShape).optional(),
  establishmentField: fieldName,
  dateField: fieldName,
  personField: fieldName,
  schema: z.strictObject({ primaryKey: z.array(fieldName).min(1), fields: z.array(fieldShape).min(1) }),
})

export type DatasetField = z.output<typeof fieldShape>
type DatasetFile = z.output<typeof datasetShape>

/** One table of a source. Its name there is its key with underscores; its columns are its fields. */
export type Dataset = Readonly<DatasetFile> & { readonly fields: readonly DatasetField[] }

const purposesShape = z.strictObject({
  purposes: z.array(z.strictObject({ key: keyShape, title: words, description: words })).min(1),
})

/** What data may be asked for. */
export type Purpose = Readonly<z.output<typeof purposesShape>['purposes'][number]>

export interface Catalogue {
  readonly datasets: ReadonlyMap<string, Dataset>
  readonly purposes: ReadonlyMap<string, Purpose>
}

/** Reads `datasets/*.yaml`, and those that an agreement brings; mistakes go to `faults`. */
export function readCatalogue(sources: Sources, parties: ReadonlySet<string>, faults: Fault[]): Catalogue {
  const purposes = new Map<string, Purpose>()
  const purposesPath = 'datasets/purposes.yaml'
  const purposesFile = parseYaml(purposesPath, sources.get(purposesPath) ?? '', purposesShape, faults)
  for (const purpose of purposesFile?.value.purposes ?? []) purposes.set(purpose.key, purpose)
  const datasets = new Map<string, Dataset>()
  for (const [path, text] of sources) {
    if (!/^(agreements\/[^/]+\/)?datasets\/.+\.yaml$/.test(path) || path === purposesPath) continue
    const file = parseYaml(path, text, datasetShape, faults)
    if (file === undefined) continue
    if (datasets.has(file.value.key))
      faults.push({ code: 'duplicate', ...file.place(['key']), message: `The dataset ${file.value.key} is there already.`, remedy: 'Give it a key of its own.' }) // prettier-ignore
    checkDataset(file, parties, purposes, faults)
    datasets.set(file.value.key, { ...file.value, fields: file.value.schema.fields })
  }
  return { datasets, purposes }
}

function checkDataset(
  file: YamlFile<DatasetFile>,
  parties: ReadonlySet<string>,
  purposes: ReadonlyMap<string, Purpose>,
  faults: Fault[],
): void {
  const { key, owner, dateField, establishmentField, personField, schema } = file.value
  const add = (path: PropertyKey[], message: string, remedy: string) =>
    faults.push({ code: 'unknown-name', ...file.place(path), message, remedy })
  if (!file.file.endsWith(`datasets/${key}.yaml`))
    add(['key'], `The dataset ${key} is not in datasets/${key}.yaml.`, 'Rename the file or the key.')
  if (!parties.has(owner)) add(['owner'], `There is no party ${owner}.`, 'Use a key of parties.yaml.')
  const types = new Map<string, string>(schema.fields.map((field) => [field.name, field.type]))
  for (const [index, field] of schema.fields.entries()) {
    const at = ['schema', 'fields', index]
    if (schema.fields.findIndex((other) => other.name === field.name) < index)
      faults.push({
        code: 'duplicate',
        ...file.place(at),
        message: `The field ${field.name} is there twice.`,
        remedy: 'Remove one.',
      })
    for (const purpose of field.neededFor)
      if (!purposes.has(purpose))
        add([...at, 'neededFor'], `There is no purpose ${purpose}.`, 'Use a key of datasets/purposes.yaml.')
  }
  for (const name of [...schema.primaryKey, establishmentField, dateField, personField])
    if (!types.has(name)) add([], `There is no field ${name}.`, 'Name a field of this dataset.')
  if (types.has(dateField) && types.get(dateField) !== 'date')
    add(['dateField'], `${dateField} is no date.`, 'Name a field of type date.')
}
