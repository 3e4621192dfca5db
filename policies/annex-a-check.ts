// What Annex A of the ICO's data sharing code asks of an agreement, item by item, answered from the pack itself: what it says and
// by which clauses, what was chosen here, and what is missing. Pure.
import type { Agreement } from './agreements.ts'
import type { Sharing, Statement } from './pack-shape.ts'

/** One answer of an agreement to an item of the code. */
export interface Answer {
  readonly words: string
  /** The clauses that say it; none where it was chosen here. */
  readonly by: readonly string[]
  readonly local: boolean
}

export interface AnnexAItem {
  readonly key: string
  readonly question: string
  readonly answers: readonly Answer[]
  /** What is not said, one sentence each, with what to do. */
  readonly missing: readonly string[]
}

/** Every item, in the order of the code. */
export function annexA(agreement: Agreement): AnnexAItem[] {
  const stated = (key: keyof Sharing, question: string) => statement(agreement, key, question)
  return [
    stated('purpose', 'What is the sharing meant to achieve?'),
    parties(agreement),
    stated('roles', 'Who is controller of what?'),
    dataItems(agreement),
    stated('people', 'Whose data is it?'),
    lawfulBases(agreement),
    stated('specialCategories', 'Which condition covers special category and criminal offence data?'),
    stated('lawEnforcement', 'Is it processing for law enforcement (Part 3 of the Act)?'),
    stated('legalPower', 'Which legal power allows the sharing?'),
    stated('security', 'How is it kept secure?'),
    retention(agreement),
    stated('rights', 'How are people’s rights met?'),
    stated('incidents', 'Who is told when something goes wrong?'),
    stated('transfersAbroad', 'Does it go abroad?'),
    review(agreement),
  ]
}

function statement({ key, sharing }: Agreement, name: keyof Sharing, question: string): AnnexAItem {
  const said: Statement | undefined = sharing?.[name]
  const missing = [`${key} does not say it. Give it as sharing.${name} in agreement.yaml: ${question}`]
  if (said === undefined) return { key: name, question, answers: [], missing }
  const { value: words, by, local } = said
  return { key: name, question, answers: [{ words, by, local }], missing: [] }
}

function parties({ parties: named, contacts }: Agreement): AnnexAItem {
  return {
    key: 'parties',
    question: 'Who shares, and whom can each be reached by?',
    answers: named.flatMap((party) => {
      const office = contacts[party]
      return office === undefined ? [] : [{ words: `${party}: ${office}`, by: [], local: false }]
    }),
    missing: named
      .filter((party) => contacts[party] === undefined)
      .map((party) => `${party} has no contact. Name an office under contacts in agreement.yaml.`),
  }
}

function dataItems({ exchanges }: Agreement): AnnexAItem {
  const each = [...exchanges.values()]
  const none =
    each.length === 0 ? ['There is no exchange, so nothing is shared. Write one in a paragraph.'] : []
  return {
    key: 'items',
    question: 'Which data is shared?',
    answers: each.map(({ title, categories }) => ({
      words: `${title}: ${categories.join(', ')}`,
      by: [],
      local: false,
    })),
    missing: [
      ...none,
      ...each
        .filter(({ categories }) => categories.length === 0)
        .map(
          ({ key }) => `The exchange ${key} does not say which items it shares. List them under categories.`,
        ),
    ],
  }
}

function lawfulBases({ exchanges }: Agreement): AnnexAItem {
  const bases = Map.groupBy(exchanges.values(), ({ lawfulBasis }) => lawfulBasis.value)
  return {
    key: 'lawfulBasis',
    question: 'What is the lawful basis?',
    answers: [...bases].map(([words, of]) => ({ words, by: [], local: of.some((each) => each.lawfulBasis.local) })),
    missing: [...exchanges.values()]
      .filter(({ lawfulBasis }) => lawfulBasis.value.trim() === '')
      .map(({ key }) => `The exchange ${key} has no lawful basis. Give it as lawfulBasis.`),
  } // prettier-ignore
}

function retention({ exchanges, retention: directions }: Agreement): AnnexAItem {
  const governed = ({ from, to }: { from: string; to: string }) =>
    directions.some((direction) => direction.from === from && direction.to === to)
  return {
    key: 'retention',
    question: 'How long is it kept?',
    answers: directions.map(({ from, to, schedule }) => ({
      words: `From ${from} to ${to}: by the schedule of ${schedule.value}`,
      by: [],
      local: schedule.local,
    })),
    missing: [...exchanges.values()]
      .filter((exchange) => !governed(exchange))
      .map(
        ({ key }) =>
          `Nothing says how long what the exchange ${key} brings is kept. Add its direction to retention.`,
      ),
  }
}

function review({ review: { next } }: Agreement): AnnexAItem {
  const answers = next === undefined ? [] : [{ words: next.value, by: [], local: next.local }]
  const missing = next === undefined ? ['There is no date of the next review. Give it as review.next.'] : []
  return { key: 'review', question: 'When is it reviewed?', answers, missing }
}

/**
 * @param pack one agreement, as it was loaded
 * @returns what is missing, one plain sentence each; empty where nothing is. Anything in it blocks an activation.
 */
export function missingFrom(pack: Agreement): string[] {
  return annexA(pack).flatMap(({ missing }) => missing)
}
