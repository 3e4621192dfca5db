// Which agreements stand, and which took another's place: no two of a line are in force on one day, none is without the
// dates that its standing needs, and no line leads back to itself.
import type { Agreement, Agreements } from './agreements.ts'
import type { Add } from './fault.ts'

export function lintStanding({ agreements }: Agreements, add: Add): void {
  for (const agreement of agreements.values()) {
    lintDates(agreement, add)
    lintSuccession(agreement, agreements, add)
    lintSuccessors(agreement, agreements, add)
    lintReplaced(agreement, agreements, add)
  }
}

function lintDates({ head, standing, inForce: { from, until } }: Agreement, add: Add): void {
  const dates = head.place(['inForce'])
  if (from !== undefined && until !== undefined && until.value < from.value)
    add('shape', dates, 'The agreement ends before it starts.', 'Put the dates in order.')
  if (standing.value !== 'historical' && from === undefined)
    add('shape', dates, 'No date says since when it is in force.', 'Write it as from.')
  if (standing.value === 'superseded' && until === undefined)
    add('shape', dates, 'No date says until when it was in force.', 'Write it as until.')
}

/** From this agreement to those that it took the place of. */
function lintSuccession(
  { key, head, supersedes, inForce: { from } }: Agreement,
  agreements: ReadonlyMap<string, Agreement>,
  add: Add,
): void {
  if (supersedes === undefined) return
  const place = head.place(['supersedes'])
  const before = agreements.get(supersedes)
  if (before === undefined) {
    add('unknown-name', place, `There is no agreement ${supersedes}.`, 'Use the key of an agreement.')
    return
  }
  if (before.standing.value !== 'superseded')
    add('wrong-kind', place, `${supersedes} is not superseded.`, 'Say so in its own standing.')
  const { until } = before.inForce
  if (until !== undefined && from !== undefined && from.value <= until.value)
    add(
      'shape',
      place,
      `${supersedes} is in force until ${until.value}, when ${key} already is.`,
      'End the one on the day before the other starts.',
    )
  const line = [key]
  for (let next: string | undefined = supersedes; next !== undefined;) {
    if (line.includes(next)) {
      add('wrong-kind', place, `${[...line, next].join(' supersedes ')}.`, 'Break the circle.')
      return
    }
    line.push(next)
    next = agreements.get(next)?.supersedes
  }
}

/** From a superseded agreement to the one that took its place, and from its clauses to theirs. */
function lintSuccessors(
  { key, head, standing, paragraphs }: Agreement,
  agreements: ReadonlyMap<string, Agreement>,
  add: Add,
): void {
  const successors = [...agreements.values()].filter(({ supersedes }) => supersedes === key)
  if (standing.value === 'superseded' && successors.length !== 1)
    add(
      'missing-mechanism',
      head.place(['standing']),
      `${successors.length} agreements supersede ${key}.`,
      `Name it in supersedes of the one that took its place.`,
    )
  for (const { supersededBy, id, place } of paragraphs
    .flatMap((paragraph) => paragraph.clauses)
    .filter((clause) => clause.kind !== 'default')) {
    const [pack = ''] = supersededBy?.split('/') ?? []
    if (supersededBy !== undefined && !successors.some((successor) => successor.key === pack))
      add('unknown-clause', place, `${id} is superseded by ${supersededBy}, which is of no successor.`, 'Name a clause of the agreement that took its place.') // prettier-ignore
  }
}

/** From a clause to the one that it took the place of. */
function lintReplaced(
  { supersedes, paragraphs }: Agreement,
  agreements: ReadonlyMap<string, Agreement>,
  add: Add,
): void {
  const before = agreements.get(supersedes ?? '')
  if (supersedes !== undefined && before === undefined) return // said of the agreement already
  const known = new Set(before?.paragraphs.flatMap(({ clauses }) => clauses.map(({ id }) => id)))
  for (const clause of paragraphs.flatMap(({ clauses }) => clauses))
    if (clause.kind !== 'default' && clause.supersedes !== undefined && !known.has(clause.supersedes))
      add('unknown-clause', clause.place, `${clause.id} supersedes ${clause.supersedes}, which is no clause of the agreement before it.`, 'Mend the id, or name the agreement in supersedes of agreement.yaml.') // prettier-ignore
}
