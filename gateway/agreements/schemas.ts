// What the addresses of the agreements take, and what they answer over JSON.
import { z } from 'zod'
import { blank } from '../http/input.ts'

const key = z.string().regex(/^[a-z0-9-]{1,60}$/, 'This is not the key of an agreement.')
const slug = z.string().regex(/^[a-z0-9.-]{1,100}$/, 'This is not the name of a clause.')

export const clauseKinds = ['rule', 'duty', 'attestation', 'record', 'outside'] as const
export const narrowings = ['refused', 'applied', 'local'] as const

export const listQuery = z.strictObject({ words: blank(z.string().trim().max(200)) })
export const documentQuery = listQuery.extend({
  kind: blank(z.enum(clauseKinds)),
  only: blank(z.enum(narrowings)),
})
export type DocumentQuery = z.output<typeof documentQuery>

export const keyParams = z.strictObject({ key })
export const clauseParams = z.strictObject({ key, clause: slug })

const part = z.object({ name: z.string(), value: z.string(), local: z.boolean() })
const given = z.object({ value: z.string(), local: z.boolean() })
const count = z.int()

export const headAnswer = z.object({
  key: z.string(),
  title: z.string(),
  parties: z.array(z.string()),
  standing: given,
  inForce: z.object({ from: given.optional(), until: given.optional() }),
  supersedes: z.string().optional(),
  review: z.object({ every: z.string(), next: given.optional(), overdue: z.boolean() }),
  contacts: z.array(z.object({ party: z.string(), office: z.string() })),
  disposal: z.string(),
  hash: z.string(),
  clauses: count,
})
export type HeadAnswer = z.output<typeof headAnswer>

export const clauseAnswer = z.object({
  id: z.string(),
  kind: z.string(),
  says: z.string().optional(),
  summary: z.string(),
  note: z.string().optional(),
  supersedes: z.string().optional(),
  supersededBy: z.string().optional(),
  means: z.array(
    z.object({ kind: z.string(), sentence: z.string(), parts: z.array(part), rule: z.string().optional() }),
  ),
  examples: z.array(z.object({ name: z.string(), outcome: z.enum(['permitted', 'refused']) })),
  applied: count,
  lastApplied: z.iso.datetime().optional(),
  refused: count,
  lastRefused: z.iso.datetime().optional(),
  clocks: z
    .object({
      running: count,
      met: count,
      late: count,
      lastStarted: z.iso.datetime(),
      lastMet: z.iso.datetime().optional(),
    })
    .optional(),
})

export const documentAnswer = z.object({
  agreement: headAnswer.optional(),
  key: z.string(),
  title: z.string(),
  hash: z.string(),
  paragraphs: z.array(
    z.object({
      number: z.string(),
      title: z.string(),
      clauses: z.array(clauseAnswer),
      exchanges: z.array(z.object({ key: z.string(), title: z.string(), parts: z.array(part) })),
    }),
  ),
})
