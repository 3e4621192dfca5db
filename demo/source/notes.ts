// SYNTHETIC. Free text of the sort that a real case system has beside its fields: with quotation marks, new lines,
// other alphabets, and openings that a spreadsheet would take for a formula. No dataset offers it, so no export may
// ever carry it; it is also what hostile text in an export is tested with.
import type { Draw } from './draw.ts'

const notes = [
  'Settled on the wing.',
  'Says "I want to see the chaplain", again.',
  'Asked about visits, canteen, and the gym.',
  '=HYPERLINK("https://example.org/","click")',
  '+44 20 7946 0000 is the number for his mother',
  '- no change -',
  '@wing office: please call\r\nthe family liaison officer',
  'Moved cell.\nOld cell: damp, reported.',
  "'quoted from the start",
  '\tindented by hand',
  'Cyfarfod gyda’r teulu – ŵyr wedi’i eni, £20 wedi’i anfon',
  'Zażółć gęślą jaźń; 你好; שלום; 🙂',
] as const

/** Four people in five have no note. */
export function noteFor(draw: Draw): string | null {
  return draw.chance(0.2) ? draw.pick(notes) : null
}
