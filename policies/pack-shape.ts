// What a pack's YAML may hold: the head of an agreement, a paragraph of it, and the same two for the gateway's own rules.
// policies/pack.schema.json, which editors use, is made from this. docs/packs.md explains it to people.
import { z } from 'zod'
import { acts, factsShape, things } from './facts.ts'
import { alwaysLocal, given } from './local-value.ts'
import { periodShape, spanShape } from './period.ts'
import { dateShape, eventShape, keyShape, words } from './shapes.ts'

const clauseId = z
  .string()
  .regex(
    /^[a-z0-9-]+\/[a-z0-9.]+(-[a-z0-9]+)*(\/[a-z0-9-]+)*$/,
    'must be a clause id such as hmpps-2025/16-dsa',
  )
const roleOf = z
  .string()
  .regex(/^[a-z0-9-]+\/[a-z0-9-]+$/, 'must be a party and a role, as in hmi-prisons/approver')

const spoken = {
  id: clauseId,
  says: words.optional(),
  summary: words,
  note: words.optional(),
  supersedes: clauseId.optional(),
  /** Of an agreement that is superseded: the clause that took this one's place. */
  supersededBy: clauseId.optional(),
}
/** A clock of an agreement that is not in force, in words: nothing runs by it any more. */
const clockInWords = z.strictObject({
  starts: words,
  ...{ every: words.optional(), before: words.optional(), window: words.optional() },
  ...{ target: words.optional(), limit: words.optional(), also: words.optional() },
})
const defaultTexts = { refusal: words, remedy: words, who: words }

/** What a person puts their name to. It is complete when so many people have, and the author is not one of them if it says so. */
const formShape = z.strictObject({
  by: z.array(keyShape).min(1),
  states: words,
  people: given(z.int().min(1)).optional(),
  differentFrom: given(z.enum(['author'])).optional(),
})

export const clauseShape = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('rule'),
    ...spoken,
    /** Of an agreement that is not in force: what it still means for what is held under it. */
    stillBinds: words.optional(),
  }),
  z.strictObject({ kind: z.literal('duty'), ...spoken, clock: clockInWords.optional() }),
  z.strictObject({
    kind: z.literal('attestation'),
    ...spoken,
    form: formShape,
  }),
  z.strictObject({
    kind: z.literal('record'),
    ...spoken,
    /** Required while the agreement is in force: afterwards nothing new is kept under it. */
    keeps: z.array(eventOrField()).min(1).optional(),
    clock: clockInWords.optional(),
  }),
  z.strictObject({ kind: z.literal('outside'), ...spoken, why: words, clock: clockInWords.optional() }),
  z.strictObject({
    kind: z.literal('default'),
    id: clauseId,
    summary: words,
    ...defaultTexts,
    acts: z.partialRecord(z.enum(acts), z.strictObject(defaultTexts)).optional(),
  }),
])

function eventOrField() {
  return z
    .string()
    .regex(/^[a-z-]+(\.[a-zA-Z-]+)+$/, 'must be an event or a field, as in transfer.lawfulBasis')
}

const approval = z.strictObject({ people: z.int().min(1), of: roleOf, differentFrom: z.enum(['requester']) })

const { transfer, item, document, photograph, enrolment, visit } = factsShape.unwrap().shape
const thingShapes = { transfer, item, document, photograph, enrolment, visit }
const change = z.record(z.string(), z.unknown()).nullable().optional()
const changeShapes = {
  transfer: change,
  item: change,
  document: change,
  photograph: change,
  enrolment: change,
  visit: change,
  keyring: change,
  version: change,
  erasure: change,
}

/** What the form of a request says that only the agreement knows. */
const askingShape = z.strictObject({
  /** What a request is for, in the agreement's own word: an inspection, a review. */
  about: given(words),
  /** The statutory function that is offered as the power to ask. */
  legalPower: given(words).optional(),
  /** The clause by which whoever supplies cannot refuse. */
  noRefusal: clauseId.optional(),
})

const exchangeShape = z.strictObject({
  title: words,
  from: keyShape,
  to: keyShape,
  starts: z.enum(['request', 'schedule', 'event']),
  /** Of what is sent by the calendar: the quarters, the label that they go by, and how long before it is due it is rehearsed. */
  schedule: z
    .strictObject({
      every: z.enum(['quarter']),
      basis: given(z.enum(['april-start', 'january-start'])),
      rehearse: given(periodShape).optional(),
    })
    .optional(),
  /** The desks that it goes to, and the mailbox that is told, where the text names them. */
  recipients: given(z.array(roleOf).min(1)).optional(),
  address: given(z.email()).optional(),
  /** What it means that the other side says nothing, and what an objection in time does. */
  silence: given(z.enum(['proceed', 'hold', 'route'])).optional(),
  objection: given(z.enum(['hold-until-decided', 'veto'])).optional(),
  asking: askingShape.optional(),
  delivery: given(z.enum(['copy', 'access'])),
  categories: z.array(words).min(1),
  datasets: given(z.array(keyShape)),
  marking: given(z.enum(['OFFICIAL', 'OFFICIAL-SENSITIVE'])),
  lawfulBasis: given(words),
  approvals: given(z.array(approval)),
  supplies: given(roleOf),
  cipherProfiles: given(z.array(keyShape).min(1)),
  retentionClass: given(keyShape),
  sample: z
    .strictObject({
      now: factsShape.unwrap().shape.now,
      people: z.record(keyShape, factsShape.unwrap().shape.person),
      ...thingShapes,
    })
    .refine(
      // What is sealed and kept goes with what it came from.
      (sample) => things.filter((thing) => thing !== 'item' && sample[thing] !== undefined).length === 1,
      `must have one of ${things.join(', ')}`,
    ),
})

const dutyShape = z
  .strictObject({
    starts: eventShape,
    meets: eventShape,
    /** So long after the start event; or, in `before`, so long ahead of it. */
    limit: given(spanShape).optional(),
    before: given(spanShape).optional(),
    /** The other clock of a pair: the earlier warns, only the later makes late. */
    target: given(periodShape).optional(),
    notBefore: given(periodShape).optional(),
    grace: given(periodShape).optional(),
    strength: z.enum(['must', 'usual', 'aim']).default('must'),
    word: words.optional(),
    warn: given(periodShape),
    escalate: given(
      z.enum(['lead-contacts', 'coordinator', 'assurance-officer', 'programme-owner', 'report-owner']),
    ),
  })
  .refine(
    (duty) => (duty.limit === undefined) !== (duty.before === undefined),
    'must have either limit or before',
  )

const exampleShape = z
  .strictObject({
    name: words,
    /** The exchange whose sample the facts start from, where the paragraph's own pack has not just one. */
    of: z.string().optional(),
    /** Who acts: a person of the sample. */
    as: keyShape,
    /** What is different from the sample; null takes a fact away. */
    given: z
      .strictObject({
        now: z.string().optional(),
        person: z.record(z.string(), z.unknown()).optional(),
        ...changeShapes,
      })
      .optional(),
    when: z.enum(acts),
    permits: z.literal(true).optional(),
    refuses: z.array(clauseId).min(1).optional(),
  })
  .refine(
    (example) => (example.permits === undefined) !== (example.refuses === undefined),
    'must have either permits or refuses',
  )

/** One paragraph of an agreement, or one section of the gateway's own rules. */
export const paragraphShape = z
  .strictObject({
    paragraph: z.union([z.int(), words]).optional(),
    section: z.union([z.int(), words]).optional(),
    title: words,
    clauses: z.array(clauseShape).min(1),
    /** The exchange whose sample the examples start from, as agreement/exchange, where the file has none or several. */
    examplesOf: z.string().optional(),
    exchanges: z.record(keyShape, exchangeShape).default({}),
    duties: z.record(clauseId, dutyShape).default({}),
    examples: z.array(exampleShape).default([]),
  })
  .refine(
    (file) => (file.paragraph === undefined) !== (file.section === undefined),
    'must have either paragraph or section',
  )

/** What an agreement says of one thing, and the clauses that say it; or what was chosen here because none does. */
const statementShape = z.union([
  z.strictObject({ says: words, by: z.array(clauseId).min(1) }).transform(({ says, by }) => ({ value: says, by, local: false })),
  z.strictObject({ local: words }).transform(({ local }): { value: string; by: string[]; local: boolean } => ({ value: local, by: [], local: true })),
]) // prettier-ignore

/** What the ICO's data sharing code (its Annex A) asks of an agreement beside what stands elsewhere in it. What is left out is missing. */
const sharingShape = z.strictObject({
  purpose: statementShape.optional(),
  /** Who is controller of what, and whether jointly. */
  roles: statementShape.optional(),
  /** Whose data it is. */
  people: statementShape.optional(),
  legalPower: statementShape.optional(),
  /** The conditions for special category and criminal offence data. */
  specialCategories: statementShape.optional(),
  /** Whether it is processing for law enforcement, under Part 3 of the Data Protection Act 2018. */
  lawEnforcement: statementShape.optional(),
  security: statementShape.optional(),
  rights: statementShape.optional(),
  incidents: statementShape.optional(),
  transfersAbroad: statementShape.optional(),
})
export type Statement = z.output<typeof statementShape>
export type Sharing = z.output<typeof sharingShape>

export const agreementShape = z.strictObject({
  key: keyShape,
  title: words,
  /** The file name of the agreement's own text, for comparing quotations. */
  text: words,
  parties: z.array(keyShape).min(2),
  /** Under an agreement that is not in force nothing new is done; what was done under it still resolves. */
  standing: given(z.enum(['in-force', 'superseded', 'historical'])),
  /** Both days included. A historical agreement may be undated. */
  inForce: z.strictObject({ from: given(dateShape).optional(), until: given(dateShape).optional() }),
  /** The first day for which these very words decide, where an amendment starts later than the agreement did. */
  appliesFrom: given(dateShape).optional(),
  supersedes: keyShape.optional(),
  /** `next` is left out where nobody will review it any more. */
  review: z.strictObject({ every: periodShape, next: given(dateShape).optional() }),
  contacts: z.record(keyShape, words),
  disposal: z.enum(['destroy', 'return-then-destroy']),
  precedence: alwaysLocal(z.literal('most-restrictive')),
  retention: z.array(z.strictObject({ from: keyShape, to: keyShape, schedule: given(keyShape) })),
  /** Asked for before a version is activated; not of an agreement that is over. */
  sharing: sharingShape.optional(),
})

/** The head of the gateway's own rules. */
export const gatewayShape = z.strictObject({ key: z.literal('local'), title: words })

export type ClauseFile = z.output<typeof clauseShape>
export type ExchangeFile = z.output<typeof exchangeShape>
export type DutyFile = z.output<typeof dutyShape>
export type ExampleFile = z.output<typeof exampleShape>
export type ParagraphFile = z.output<typeof paragraphShape>
export type AgreementFile = z.output<typeof agreementShape>
export type GatewayFile = z.output<typeof gatewayShape>

/** The JSON Schema that editors check a pack's YAML against as it is written. */
export function packSchema(): unknown {
  const any = z.union([agreementShape, gatewayShape, paragraphShape])
  return z.toJSONSchema(any, { io: 'input', reused: 'ref' })
}
