// What the erasure endpoints take and answer, over JSON and from forms.
import { z } from 'zod'
import { basisKeys, type EntryField } from './erasure.ts'

export const erasureParams = z.strictObject({ id: z.uuid('This is not the id of an erasure.') })

const identifier = z.string().trim().min(1).max(300)
const email = z.email('Write an email address.')
const basis = z.enum(basisKeys, 'Choose the reason in law.')
const reason = z.string().trim().min(1, 'Say why.').max(4000)
const entryField = z.strictObject({
  entry: z.uuid('This is not the id of an entry.'),
  field: z.string().regex(/^(actor|subjects|detail)\.[A-Za-z0-9.]{1,100}$/, 'Name a field as in actor.ip.'),
})

export const askBody = z.strictObject({
  /** Of somebody who is registered: name, sign-in and keys go with it. */
  email: email.optional(),
  /** Names, numbers and addresses as people write them. */
  identifiers: z.array(identifier).min(1).max(50).optional(),
  fields: z.array(entryField).min(1).max(500).optional(),
  basis,
  reason,
})
export type AskBody = z.output<typeof askBody>

const typed = z.string().max(20_000).default('')
export const askForm = z.strictObject({
  email: typed,
  identifiers: typed,
  fields: typed,
  basis: typed,
  reason: typed,
})
export type AskForm = z.output<typeof askForm>

/** The form's lines as the API takes them; what is wrong with them is found there. */
export function bodyOfForm({ email: address, identifiers, fields, ...rest }: AskForm): unknown {
  const lines = (text: string) => text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '') // prettier-ignore
  const named = lines(identifiers)
  const places = lines(fields).map((line): EntryField => {
    const [entry = '', field = ''] = line.split(/\s+/)
    return { entry, field }
  })
  return {
    ...rest,
    ...(address.trim() !== '' && { email: address.trim() }),
    ...(named.length > 0 && { identifiers: named }),
    ...(places.length > 0 && { fields: places }),
  }
}

export const erasureAnswer = z.object({
  id: z.uuid(), scope: z.enum(['person', 'fields']), basis: z.string(), state: z.enum(['asked', 'withdrawn', 'done']), askedBy: z.uuid(), askedAt: z.iso.datetime(),
  person: z.uuid().optional(), identifiers: z.array(z.string()).optional(), fields: z.array(entryField), reason: z.string().optional(),
  authorisedBy: z.uuid().optional(), doneAt: z.iso.datetime().optional(), rows: z.int().optional(), values: z.int().optional(), entries: z.int().optional(),
}) // prettier-ignore
