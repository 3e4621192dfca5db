// What the endpoints of access to the Hub take, over JSON and from forms.
import { z } from 'zod'
import { blank } from '../http/input.ts'
import { changes, organisations, purposes, type Purpose } from './access.ts'

const day = z.iso.date('Give a date as year-month-day, for example 2026-12-01.')
const address = z.string().trim().toLowerCase().pipe(z.email('Write an e-mail address.').max(200))

export const userParams = z.strictObject({ id: z.uuid('This is not the id of a user.') })
export const authoriseBody = z.strictObject({
  username: address.describe('The work address that the person signs in with'),
  organisation: z.enum(organisations),
  document: z.string().trim().min(1).max(300).describe('Where the written authorisation is kept'),
  writtenOn: day,
  until: day.describe('The last day; twelve months after it was written at most (local)'),
  lineManager: address,
})
export type AuthoriseBody = z.output<typeof authoriseBody>
export const changeBody = z.strictObject({ how: z.enum(changes) })
export const conditionsBody = z.strictObject({
  version: z.string().trim().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,39}$/, 'Use letters, figures, dots and hyphens, as in 2026-04.'),
  words: z.string().trim().min(1).max(100_000).describe('The whole text, as everybody has to accept it'),
}) // prettier-ignore
const yes = z.custom<'yes'>((value) => value === 'yes', 'Tick this to go on.')
export const acceptBody = z.strictObject({ version: z.string().max(40), terms: z.literal(true), conditions: z.literal(true) }) // prettier-ignore
export const acceptForm = z.strictObject({ version: z.string().max(40), terms: yes, conditions: yes })
export const sessionBody = z.strictObject({ purpose: z.enum(purposes), unseen: z.boolean().describe('That nobody who may not see the screen can see it, and the terminal is trusted') }) // prettier-ignore
export const sessionForm = z.strictObject({
  purpose: z.custom<Purpose>((value) => purposes.includes(value as Purpose), 'Choose what it is for.'), // whatever it is
  unseen: yes,
})
/** A user is named by the account's id: an address would stand in the address line, in histories and in logs on the way. */
export const useQuery = z.strictObject({
  user: blank(z.uuid('This is not the id of a user.')),
  before: blank(z.uuid()),
})
