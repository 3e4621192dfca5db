// SYNTHETIC. Invented people in custody, in no way taken from anybody's records: plausible in their proportions, drawn
// from a seed. Every prison number starts with Z, so that a synthetic one is known at sight.
import { toDay } from './days.ts'
import type { Draw } from './draw.ts'
import type { Kind, Place } from './establishments.ts'
import { noteFor } from './notes.ts'
import { sentenceFor } from './sentences.ts'
import type { Sentence } from './sentences.ts'

export interface Person {
  readonly prisonNumber: string
  readonly establishment: Place
  readonly sex: 'F' | 'M'
  readonly receptionDay: number
  readonly sentence: Sentence
  readonly carePlanOpen: boolean
  readonly row: Readonly<Record<string, string | null>>
}

/** Roughly how many are held in one place of each kind. */
const places: Readonly<Record<Kind, number>> = {
  local: 800,
  training: 750,
  'high-security': 700,
  open: 400,
  women: 350,
  'women-open': 110,
  'young-adults': 450,
  children: 80,
}

/** Spreads the people over the establishments, by the size of each kind of place; the counts sum to `people`. */
export function populations(draw: Draw, establishments: readonly Place[], people: number): number[] {
  const sizes = establishments.map(({ kind }) => places[kind] * (0.6 + 0.8 * draw.fraction()))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  let [sizesSoFar, placed] = [0, 0]
  return sizes.map((size) => {
    sizesSoFar += size
    const here = Math.round((people * sizesSoFar) / total) - placed
    placed += here
    return here
  })
}

/** @param ordinal counts from 0; each gives another prison number */
export function inventPerson(draw: Draw, establishment: Place, ordinal: number, today: number): Person {
  const prisonNumber = prisonNumberAt(ordinal)
  const sex = isFemale(draw, establishment) ? 'F' : 'M'
  const ageDays = inventAge(draw, establishment)
  const sentence = sentenceFor(draw, establishment, ageDays)
  const receptionDay = today - sentence.servedDays
  const carePlanOpen = draw.chance(sex === 'F' ? 0.08 : 0.03)
  const row = {
    prison_number: prisonNumber,
    establishment_code: establishment.code,
    reception_date: toDay(receptionDay),
    release_date: sentence.remainingDays === undefined ? null : toDay(today + sentence.remainingDays),
    date_of_birth: toDay(today - ageDays),
    sex,
    ...inventBackground(draw),
    security_category: securityCategory(draw, establishment, sentence, ageDays, sex),
    sentence_type: sentence.type,
    sentence_length_days: sentence.lengthDays === undefined ? null : String(sentence.lengthDays),
    ...inventRegime(draw, establishment),
    care_plan_open: String(carePlanOpen),
    officer_note: noteFor(draw),
  }
  return { prisonNumber, establishment, sex, receptionDay, sentence, carePlanOpen, row }
}

/** A permutation of Z0000AA to Z9999ZZ: no number twice, and neighbours are not alike. */
function prisonNumberAt(ordinal: number): string {
  const numbers = 6_760_000
  const at = (1_234_567 + ordinal * 2_654_437) % numbers // 2654437 shares no factor with 26² · 10⁴
  const letter = (index: number) => String.fromCharCode(65 + index)
  const figures = String(Math.floor(at / 676)).padStart(4, '0')
  return `Z${figures}${letter(Math.floor(at / 26) % 26)}${letter(at % 26)}`
}

function isFemale(draw: Draw, { kind, code }: Place): boolean {
  if (kind === 'women' || kind === 'women-open') return true
  return code === 'WYI' && draw.chance(0.06) // the one place for boys and girls
}

function inventAge(draw: Draw, establishment: Place): number {
  const years = (from: number, to: number) =>
    draw.whole(Math.ceil(from * 365.25), Math.floor(to * 365.25) - 1)
  if (establishment.kind === 'children') return years(15, 18)
  if (establishment.kind === 'young-adults') return years(18, 21)
  if (establishment.holdsYoungAdults && draw.chance(0.06)) return years(18, 21)
  const [from, to] = draw.weighted([
    [[21, 30], 27],
    [[30, 40], 33],
    [[40, 50], 21],
    [[50, 60], 12],
    [[60, 86], 7],
  ] as const)
  return years(from, to)
}

function inventBackground(draw: Draw) {
  return {
    ethnicity: draw.weighted([
      ['W1', 66], ['W2', 1], ['W3', 5], ['W4', 0.5], ['W9', 5], ['M1', 2], ['M2', 0.5], ['M3', 0.7], ['M9', 1], ['A1', 1.5],
      ['A2', 3], ['A3', 1], ['A4', 0.3], ['A9', 2], ['B1', 4], ['B2', 3], ['B9', 3], ['O2', 0.5], ['O9', 1], ['NS', 1],
    ] as const), // prettier-ignore
    religion: draw.weighted([
      ['christian', 44], ['none', 31], ['muslim', 18], ['buddhist', 2], ['sikh', 1], ['hindu', 1], ['jewish', 1], ['other', 1],
      [null, 1],
    ] as const), // prettier-ignore
    nationality: draw.weighted([
      ['GBR', 88], ['ALB', 2], ['POL', 1], ['ROU', 1], ['IRL', 1], ['JAM', 0.5], ['LTU', 0.5], ['NGA', 0.5], ['PAK', 0.5],
      ['VNM', 0.5], [null, 0.5],
    ] as const), // prettier-ignore
    cell_location: `${draw.pick(['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'])}-${draw.whole(1, 5)}-${String(draw.whole(1, 60)).padStart(3, '0')}`,
  }
}

function securityCategory(
  draw: Draw,
  establishment: Place,
  sentence: Sentence,
  ageDays: number,
  sex: 'F' | 'M',
): string {
  const { kind, categories } = establishment
  if (sentence.type === 'remand' || sentence.type === 'civil') return 'U'
  if (ageDays < 21 * 365.25) return 'Y'
  if (sex === 'F') return kind === 'women-open' ? 'S' : 'R'
  if (kind === 'open') return 'D'
  if (kind === 'high-security') return draw.weighted([['A', 15], ['B', 85]] as const) // prettier-ignore
  if (categories.includes('B') && draw.chance(categories.includes('C') ? 0.3 : 0.6)) return 'B'
  return draw.chance(0.06) ? 'D' : 'C'
}

function inventRegime(draw: Draw, { kind }: Place) {
  const hours =
    kind === 'open' || kind === 'women-open'
      ? ([10, 14] as const)
      : kind === 'local'
        ? ([0, 6] as const)
        : ([2, 10] as const)
  return {
    incentive_level: draw.weighted([['standard', 50], ['enhanced', 42], ['basic', 6], [null, 2]] as const), // prettier-ignore
    hours_out_of_cell: (draw.whole(hours[0] * 2, hours[1] * 2) / 2).toFixed(1),
    activity: draw.weighted([
      ['work', 38], ['none', kind === 'local' ? 45 : 18], ['education', 18], ['vocational', 10], ['offending-behaviour', 6],
    ] as const), // prettier-ignore
  }
}
