// SYNTHETIC. What invented concerns say, by healthy prison test: a finding, or an opinion that is marked as one. No real report
// is quoted, and nothing here is about a person.
import type { HealthyPrisonTest } from '../../gateway/concerns/concern.ts'
import type { Draw } from '../source/draw.ts'

type Choices = readonly [string, ...string[]]

const findings: Readonly<Record<HealthyPrisonTest, Choices>> = {
  safety: [
    'Levels of violence were too high, and {share} of prisoners said that they felt unsafe.',
    'Use of force was not governed well enough: {count} incidents in six months had no footage to review.',
    'Care for prisoners at risk of suicide and self-harm was inconsistent on {places}.',
    'Illicit drugs were too easy to get; {share} of random tests were positive.',
    'Reception and first night procedures did not identify the risks of new arrivals.',
    'Segregated prisoners had a poor regime, with {count} minutes out of their cell on most days.',
    'Body-worn video was switched on in fewer than {share} of incidents.',
  ],
  respect: [
    'Many cells on {places} were in poor condition, with damp, broken furniture and unscreened toilets.',
    'Prisoners waited too long for a dental appointment: {count} weeks for a routine one.',
    'Outcomes for prisoners from ethnic minorities were worse, and nobody could say why.',
    'Complaints were answered late; {share} of them took longer than the time allowed.',
    'Prisoners with disabilities did not get the adjustments that they needed.',
    'Medicines were not given out safely, and queues on {places} were not supervised.',
    'Staff did not know enough about the prisoners in their care, and key work had almost stopped.',
  ],
  'purposeful-activity': [
    'There were activity places for only {share} of the population, and too few were used.',
    'Prisoners spent too long locked up: {count} hours out of their cell on a weekday.',
    'Attendance at education was poor and was not challenged.',
    'The teaching of reading was not good enough for those who could not read.',
    'Too many workshops were closed because there were not enough instructors.',
    'The library on {places} could be reached only once in {count} days.',
  ],
  'preparation-for-release': [
    'Too many prisoners were released without somewhere to live: {share} in the last year.',
    'There were not enough programmes to help prisoners to address their offending.',
    'Public protection arrangements were weak; {count} calls that should have been monitored were not.',
    'Prisoners had no offender manager in the {count} weeks before their release.',
    'Family contact was not supported well: visits started late on most days.',
    'Assessments of risk and need were out of date for {share} of prisoners.',
  ],
}

const opinions: Readonly<Record<HealthyPrisonTest, Choices>> = {
  safety: [
    'In our view leaders had lost control of the supply of drugs.',
    'We were not assured that the prison learnt from serious incidents.',
  ],
  respect: [
    'In our view the relationships between staff and prisoners were the main strength of the prison, and were being eroded.',
    'We judged that the promotion of equality had been allowed to lapse.',
  ],
  'purposeful-activity': [
    'In our view the regime was run for the convenience of the prison.',
    'We judged that the curriculum had little to do with work on release.',
  ],
  'preparation-for-release': [
    'In our view the work to prepare prisoners for release lacked direction.',
    'We judged that too much of the work on resettlement depended on the goodwill of a few.',
  ],
}

/** Some keep what trips spreadsheets and careless programs: a quotation, a dash in front, another language. */
const awkward: Choices = [
  'Prisoners told us that staff “did what they could”; leaders called it "a work in progress".',
  '- Work in progress: the action plan of the last inspection had not been finished.',
  'Nid oedd digon o staff yn siarad Cymraeg; information in Welsh (“gwybodaeth i garcharorion”) was out of date.',
  '=Priority carried over from the last report: cells without a working call bell, in breach of the prison’s own policy.',
]

const places: Choices = [
  'A wing',
  'B wing',
  'C and D wings',
  'the induction unit',
  'the older wings',
  'the care and separation unit',
]

export function wordsFor(
  draw: Draw,
  test: HealthyPrisonTest,
): { readonly text: string; readonly opinion: boolean } {
  if (draw.chance(0.02)) return { text: draw.pick(awkward), opinion: false }
  const opinion = draw.chance(0.12)
  const text = draw
    .pick((opinion ? opinions : findings)[test])
    .replace('{share}', `${draw.whole(11, 68)}%`)
    .replace('{count}', String(draw.whole(3, 41)))
    .replace('{places}', draw.pick(places))
  return { text, opinion }
}
