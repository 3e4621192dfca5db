// What a clause must have: the agreement's own words, and what makes it happen. Where the agreement is no longer in force
// nothing has to happen any more, and the clause keeps what is to be known about what was done under it.
import type { Clause, Paragraph } from './agreements.ts'
import type { Add } from './fault.ts'

export function lintWords(clause: Clause, add: Add): void {
  const { id, kind, pack, place } = clause
  const local = pack === 'local'
  if (!id.startsWith(`${pack}/`))
    add('unknown-clause', place, `The clause ${id} is not of ${pack}.`, `Start its id with ${pack}/.`)
  if (!local && (kind === 'default' || clause.says === undefined))
    add('shape', place, `${id} does not say the agreement's own words.`, 'Quote them in says.')
}

export function lintMechanism(clause: Clause, paragraph: Paragraph, add: Add): void {
  const { id, kind, place } = clause
  if (kind === 'rule' && !paragraph.rules.some((rule) => rule.clause === id))
    add(
      'missing-mechanism',
      place,
      `The clause ${id} is a rule, and no rule enforces it.`,
      `Write one with @clause("${id}") in the .cedar file beside it.`,
    )
  if (kind === 'duty' && !paragraph.duties.some((duty) => duty.clause === id))
    add(
      'missing-mechanism',
      place,
      `The clause ${id} is a duty, and has no clock.`,
      'Write it under duties in this file.',
    )
  if (kind === 'record' && clause.keeps === undefined)
    add(
      'missing-mechanism',
      place,
      `The clause ${id} is a record, and nothing keeps it.`,
      'Name the events or fields that keep it, under keeps.',
    )
  const past = [...('clock' in clause ? ['clock'] : []), ...('stillBinds' in clause ? ['stillBinds'] : [])]
  for (const name of past)
    add(
      'wrong-kind',
      place,
      `${name} of ${id} is for an agreement that is no longer in force.`,
      'Write a rule, or a clock under duties, that does it.',
    )
}

/** Nothing new is done under the agreement: a clause keeps what is to be known about what was done. */
export function lintPastMechanism(clause: Clause, paragraph: Paragraph, add: Add): void {
  const { id, kind, place } = clause
  const ruled = paragraph.rules.some((rule) => rule.clause === id)
  if (kind === 'rule' && !ruled && clause.stillBinds === undefined)
    add(
      'missing-mechanism',
      place,
      `The clause ${id} is a rule that nothing enforces any more, and does not say what it still means.`,
      'Say it in stillBinds, or write a rule.',
    )
  const timed = paragraph.duties.some((duty) => duty.clause === id)
  if (kind === 'duty' && !timed && clause.clock === undefined)
    add(
      'missing-mechanism',
      place,
      `The clause ${id} is a duty, and does not say what its clock was.`,
      'Keep its words under clock.',
    )
}
