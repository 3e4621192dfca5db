// A refusal in words: a plain letter that says which clause refused, in whose words, why, what would change it and who can
// decide otherwise. The same for a page, a mail and a terminal.
import type { Refusal } from './decide.ts'

/**
 * The letter, as plain text of lines no longer than the texts in the packs make them.
 *
 * @param reference what the person quotes when they write to somebody about it
 */
export function refusalLetter(reference: string, refusals: readonly [Refusal, ...Refusal[]]): string {
  const count = refusals.length
  const opening =
    count === 1
      ? 'Your request was refused by one rule.'
      : `Your request was refused by ${count} rules. Each has to be met.`
  return [`Reference: ${reference}`, opening, ...refusals.map(paragraph), ''].join('\n\n')
}

function paragraph(refusal: Refusal, index: number): string {
  const { clause, says, reason, remedy, whoCanDecide, local } = refusal
  const source = local ? `${clause} (a rule of this gateway, not of the agreement)` : clause
  return [
    `${index + 1}. ${reason}`,
    `   Rule: ${source}`,
    ...(says === undefined ? [] : [`   The agreement says: "${says}"`]),
    `   What to do: ${remedy}`,
    `   Who can decide otherwise: ${whoCanDecide}`,
  ].join('\n')
}
