// What Cedar is sent about an act: checked here against the schema, whole and strictly, and then only the attributes that a
// rule of the set reads. Each attribute that crosses into Cedar costs more than most rules do, and Cedar checks no less when
// it is told the types: what does not fit the schema is thrown here, and refused like any other error.
import * as cedar from '@cedar-policy/cedar-wasm/nodejs'

type Attributes = Record<string, cedar.CedarValueJson>

/** Writes the attributes of one type as Cedar reads them without a schema. */
export type Encode = (attributes: Readonly<Record<string, unknown>>, reads: ReadonlySet<string>) => Attributes

export interface Shapes {
  /** The encoder of an entity type, or of the record that the actions take as their context. */
  of(type: string): Encode
}

/** A fact that the schema does not allow, named; its value is not told. */
export class UnfitFact extends TypeError {
  constructor(name: string, wanted: string) {
    super(`${name} is not ${wanted}, as the schema has it`)
    this.name = 'UnfitFact'
  }
}

type Value = (value: unknown, name: string, reads: ReadonlySet<string>) => cedar.CedarValueJson
type JsonType = { readonly type: string; readonly name?: string; readonly element?: JsonType; readonly attributes?: JsonAttributes } // prettier-ignore
type JsonAttributes = Readonly<Record<string, JsonType & { readonly required?: boolean }>>
interface JsonNamespace {
  readonly commonTypes: Readonly<Record<string, JsonType>>
  readonly entityTypes: Readonly<Record<string, { readonly shape?: JsonType }>>
}

const made = new Map<string, Shapes>()

/** @param schema as the file has it, checked already */
export function shapesOf(schema: string): Shapes {
  const known = made.get(schema)
  if (known) return known
  const answer = cedar.schemaToJson(schema)
  if (answer.type === 'failure') throw new Error(answer.errors.map((error) => error.message).join('; '))
  // Cedar's own description of a schema without namespaces; its published type says less.
  const namespace = Object.values(answer.json)[0] as unknown as JsonNamespace
  const shapes = readShapes(namespace)
  made.set(schema, shapes)
  return shapes
}

function readShapes({ commonTypes, entityTypes }: JsonNamespace): Shapes {
  const encoders = new Map<string, Encode>()
  const valueOf = (type: JsonType): Value => {
    if (type.type === 'Set') return setOf(valueOf(type.element ?? { type: 'String' }))
    const name = type.name ?? type.type
    const simple = simpleTypes[name]
    if (simple) return simple
    if (commonTypes[name]) return recordOf(() => of(name))
    if (entityTypes[name]) return entityOf(name)
    throw new Error(`The schema has a type that is not known here: ${name}.`)
  }
  const of = (type: string): Encode => {
    const known = encoders.get(type)
    if (known) return known
    const encode = attributesOf((entityTypes[type]?.shape ?? commonTypes[type])?.attributes ?? {}, valueOf)
    encoders.set(type, encode)
    return encode
  }
  return { of }
}

function attributesOf(attributes: JsonAttributes, valueOf: (type: JsonType) => Value): Encode {
  const each = Object.entries(attributes).map(([name, type]) => ({
    name,
    required: type.required ?? true,
    encode: valueOf(type),
  }))
  const names = new Set(Object.keys(attributes))
  return (given, reads) => {
    for (const name of Object.keys(given)) if (!names.has(name)) throw new UnfitFact(name, 'an attribute')
    const written: Attributes = {}
    for (const { name, required, encode } of each) {
      const value = given[name]
      if (value === undefined) {
        if (required) throw new UnfitFact(name, 'there')
        continue
      }
      const encoded = encode(value, name, reads)
      if (reads.has(name)) written[name] = encoded
    }
    return written
  }
}

/** @param encode looked up when it is needed: types may stand in any order */
function recordOf(encode: () => Encode): Value {
  return (value, name, reads) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new UnfitFact(name, 'a record')
    return encode()(value as Readonly<Record<string, unknown>>, reads) // an object, as was just seen
  }
}

const simpleTypes: Readonly<Partial<Record<string, Value>>> = {
  String: (value, name) => {
    if (typeof value !== 'string') throw new UnfitFact(name, 'a text')
    return value
  },
  Bool: (value, name) => {
    if (typeof value !== 'boolean') throw new UnfitFact(name, 'true or false')
    return value
  },
  Long: (value, name) => {
    if (!Number.isSafeInteger(value)) throw new UnfitFact(name, 'a whole number')
    return value as number // as was just seen
  },
  datetime: (value, name) => {
    if (typeof value !== 'string' || !isDatetime(value)) throw new UnfitFact(name, 'a date')
    return { __extn: { fn: 'datetime', arg: value } }
  },
}

/** As Cedar takes it: a day, or an instant in UTC, that there is. */
function isDatetime(text: string): boolean {
  const [, day, time] = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}:\d{2}(?:\.\d{3})?Z)?$/.exec(text) ?? []
  if (day === undefined) return false
  const date = new Date(`${day}${time ?? 'T00:00:00Z'}`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day)
}

function setOf(element: Value): Value {
  return (value, name, reads) => {
    if (!Array.isArray(value)) throw new UnfitFact(name, 'a list')
    return value.map((each: unknown) => element(each, name, reads))
  }
}

function entityOf(type: string): Value {
  return (value, name) => {
    const given = (value as { readonly __entity?: { readonly type?: unknown; readonly id?: unknown } } | null)
      ?.__entity // asked below
    if (given?.type !== type || typeof given.id !== 'string') throw new UnfitFact(name, `a ${type}`)
    return { __entity: { type, id: given.id } }
  }
}
