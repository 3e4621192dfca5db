// SYNTHETIC. Why an invented person is in custody, for how long they have been and how much is left. Half of a
// determinate sentence is served in custody here; a release date is always after the reference date.
import type { Draw } from './draw.ts'
import type { Kind, Place } from './establishments.ts'

export type SentenceType = 'remand' | 'determinate' | 'extended' | 'life' | 'ipp' | 'recall' | 'civil'

export interface Sentence {
  readonly type: SentenceType
  /** Days since reception, up to the reference date. */
  readonly servedDays: number
  /** Days to the expected release; absent on remand and without an end. */
  readonly remainingDays?: number
  readonly lengthDays?: number
}

const types: Readonly<Record<Kind, readonly (readonly [SentenceType, number])[]>> = {
  local: [['remand', 45], ['determinate', 35], ['recall', 14], ['extended', 2], ['life', 2], ['ipp', 1], ['civil', 1]],
  training: [['determinate', 68], ['recall', 12], ['extended', 9], ['life', 8], ['ipp', 3]],
  'high-security': [['remand', 12], ['determinate', 33], ['extended', 18], ['life', 33], ['ipp', 4]],
  open: [['determinate', 80], ['life', 14], ['ipp', 3], ['extended', 3]],
  women: [['remand', 26], ['determinate', 50], ['recall', 13], ['extended', 3], ['life', 7], ['ipp', 1]],
  'women-open': [['determinate', 86], ['life', 13], ['ipp', 1]],
  'young-adults': [['remand', 45], ['determinate', 48], ['extended', 5], ['life', 2]],
  children: [['remand', 42], ['determinate', 50], ['extended', 6], ['life', 2]],
} // prettier-ignore

const longestDays = 14_610
const ippDays = { least: 5200, most: 7300 }

export function sentenceFor(draw: Draw, establishment: Place, ageDays: number): Sentence {
  const type = draw.weighted(types[establishment.kind])
  // Nobody was received before their fifteenth birthday.
  const most = Math.max(1, Math.floor(ageDays - 15 * 365.25))
  const served = (limit: number) => Math.min(most, limit, skewed(draw, limit))
  if (type === 'remand') return { type, servedDays: served(400) }
  if (type === 'life') return { type, servedDays: served(9000) }
  // Imprisonment for public protection ended for new sentences in 2012: whoever was too young then serves another.
  if (type === 'ipp' && most > ippDays.least)
    return { type, servedDays: Math.min(most, draw.whole(ippDays.least, ippDays.most)) }
  if (type === 'civil') return withEnd(type, served(60), draw.whole(1, 60))
  if (type === 'recall') return withEnd(type, served(700), skewed(draw, 900))
  if (type === 'determinate') return withEnd(type, served(1500), skewed(draw, 1500))
  return withEnd('extended', served(2500), skewed(draw, 2500))
}

function withEnd(type: SentenceType, servedDays: number, remainingDays: number): Sentence {
  return {
    type,
    servedDays,
    remainingDays,
    lengthDays: Math.min(longestDays, 2 * (servedDays + remainingDays)),
  }
}

/** 1 to `limit`, small numbers far more often than large ones. */
function skewed(draw: Draw, limit: number): number {
  return 1 + Math.floor(limit * draw.fraction() * draw.fraction() * 0.999)
}
