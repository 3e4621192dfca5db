// The two forms of a request: the decision record of the ICO's data sharing code, and the Data Movement Form of the Ministry of
// Justice. Pure: what is known goes in, with the clause it stands in; what is not known is named as missing.
import { aboutOf } from '../../../policies/exchange.ts'
import { inWords } from '../../../policies/period.ts'
import { partyName } from '../../../policies/parties.ts'
import { writeDay, writeKey, writeMoment } from '../../http/filters.ts'
import { listed } from '../acts.ts'
import type { RequestCase } from './case.ts'
import { formOf, row, stated, type Form, type FormRow } from './form.ts'

/** Asked, answered and signed: what the code wants kept of every request, also of one that is refused. */
export function decisionRecord(request: RequestCase): Form {
  const { agreement, asked, exchange, relevance, parties } = request
  const { sharing = {} } = agreement
  return formOf(
    'Data sharing decision record',
    'The decision form of the Information Commissioner’s data sharing code (Annex B), filled in from what was asked and decided here.',
    [
      { title: 'The request', rows: [
        row('Organisation asked to share', partyName(parties, asked.from)),
        row('Organisation that asks', partyName(parties, asked.to)),
        row('Person who asks, and position', personInWords(request.requestedBy)),
        row('Date of the request', writeMoment(request.requestedAt)),
        row('Data asked for', dataInWords(request)),
      ] },
      { title: 'The grounds', rows: [
        stated('Are the controllers joint or separate?', sharing.roles),
        row('Is there a data sharing agreement?', `Yes: ${agreement.title} (${agreement.key})`),
        row('Purpose of the sharing', purposeInWords(request)),
        stated('Lawful basis', exchange?.lawfulBasis),
        row('Why is it necessary?', relevance, 'The reasons of a refused request are not kept: they can name people.'),
        stated('Conditions for special category or criminal offence data', sharing.specialCategories),
        stated('Part 3 of the Data Protection Act 2018', sharing.lawEnforcement),
        row('Legal power', asked.statutoryBasis),
        row('Was an impact assessment considered?', undefined, 'No assessment is kept here. Add its reference by hand.'),
        row('Views of the data protection officer', undefined, 'None are kept here. Add them by hand.'),
      ] },
      { title: 'The safeguards', rows: [
        retentionRow(request),
        stated('Security', sharing.security),
        stated('People’s information rights', sharing.rights),
        row('Dates of the sharing', datesInWords(request), 'Nothing has been shared.'),
      ] },
      { title: 'The decision', rows: decisionRows(request) },
      { title: 'The clauses that were applied, as they stood then', rows: clauseRows(request) },
    ],
  ) // prettier-ignore
}

/** What moves, from where to where, on whose authority: what the Ministry of Justice asks before data moves. */
export function dataMovementForm(request: RequestCase): Form {
  const { agreement, asked, exchange, item, dataset, parties } = request
  const { sharing = {} } = agreement
  const sensitive = sensitivitiesOf(request)
  return formOf(
    'Data Movement Form',
    'What the Ministry of Justice asks before information moves to another body, filled in from what was asked and decided here.',
    [
      { title: 'Who', rows: [
        row('Person who asks for the movement', personInWords(request.requestedBy)),
        row('Sending organisation', partyName(parties, asked.from)),
        row('Receiving organisation', partyName(parties, asked.to)),
      ] },
      { title: 'The data', rows: [
        row('What is moved', dataset?.description ?? writeKey(asked.dataset)),
        row('Fields', fieldsInWords(request)),
        stated('Security marking', exchange?.marking),
        row('Is it changed to mask what is sensitive?', 'Only the fields and rows that were approved are read. They are not masked.'),
        row('Does it include personal data?', sensitive.length > 0 ? `Yes: ${listed(sensitive).toLowerCase()}` : 'No'),
        row('Number of records', item === undefined ? undefined : item.rowCount.toLocaleString('en-GB'), 'Known when the package is sealed.'),
      ] },
      { title: 'Responsibility', rows: [
        stated('Data controllers', sharing.roles),
        row('Data sharing agreement', `${agreement.title} (${agreement.key})`),
        row('Impact assessment', undefined, 'No assessment is kept here. Add its reference by hand.'),
        row('Privacy notice', undefined, 'No notice is kept here. Add its address by hand.'),
      ] },
      { title: 'The movement', rows: [
        row('Why', purposeInWords(request)),
        row('Source', dataset === undefined ? undefined : `${dataset.title}, held by ${partyName(parties, dataset.owner)}`),
        row('How it is moved', 'Over this service: sealed, and encrypted to the key of the person who collects it.'),
        row('Who has access', `${personInWords(request.requestedBy)}, and nobody else without another request`),
        row('Once or recurring', exchange?.starts === 'schedule' ? 'Recurring' : 'Once'),
        row('When', datesInWords(request), 'It has not moved.'),
        retentionRow(request),
      ] },
      { title: 'Authority', rows: [
        ...decisionRows(request),
        row('Senior information risk owner', undefined, 'Not asked here. Say whether the local policy needs it.'),
      ] },
    ],
  ) // prettier-ignore
}

function personInWords(person: RequestCase['requestedBy']): string {
  if (person === undefined) return ''
  const roles = person.roles.map((role) => writeKey(role).toLowerCase())
  return roles.length === 0 ? person.name : `${person.name}, ${listed(roles)}`
}

function dataInWords(request: RequestCase): string {
  const { dataset, asked } = request
  const of = dataset?.title ?? writeKey(asked.dataset)
  const period = `${writeDay(asked.periodFrom)} to ${writeDay(asked.periodTo)}`
  return `${of} of ${listed(asked.establishments)}, ${period}: ${fieldsInWords(request)}`
}

function fieldsInWords({ dataset, asked }: RequestCase): string {
  const titles = new Map(dataset?.fields.map(({ name, title }) => [name, title]))
  return listed(asked.fields.map((name) => (titles.get(name) ?? writeKey(name)).toLowerCase()))
}

function sensitivitiesOf({ dataset, asked }: RequestCase): string[] {
  const fields = dataset?.fields.filter(({ name }) => asked.fields.includes(name)) ?? []
  const kinds = new Set(fields.map(({ sensitivity }) => sensitivity))
  return [...kinds].filter((kind) => kind !== 'none').map(writeKey)
}

function purposeInWords({ purpose, asked, exchange }: RequestCase): string {
  const about = purpose ?? writeKey(asked.purpose)
  return asked.inspection === undefined ? about : `${about}, for the ${aboutOf(exchange)} ${asked.inspection}`
}

function retentionRow({ retention, item, parties }: RequestCase): FormRow {
  const question = 'Retention and deletion'
  if (retention === undefined) return row(question, undefined, 'No schedule governs it.')
  const { owner, title, period, demonstration, local } = retention
  const schedule = `${title}: ${inWords(period)}, by the schedule of ${partyName(parties, owner)}${demonstration ? ' (a demonstration schedule)' : ''}`
  const on = item === undefined ? '' : `. It is destroyed on ${writeDay(item.destroyOn)}`
  return { question, answer: `${schedule}${on}`, clauses: [], local }
}

function datesInWords({ item, collectedAt, deciders }: RequestCase): string {
  const supplied = deciders.find(({ act }) => act === 'Supplied by')
  const steps = [
    ...(supplied ? [`supplied on ${writeMoment(supplied.at)}`] : []),
    ...(collectedAt && item ? [`collected on ${writeMoment(collectedAt)}`] : []),
  ]
  const words = listed(steps)
  return words.slice(0, 1).toUpperCase() + words.slice(1)
}

function clauseRows({ clauses }: RequestCase): FormRow[] {
  return clauses.map(({ id, words, local }) => ({
    ...row(id, words, 'That version has no such clause.'),
    local,
  }))
}

function decisionRows({ outcome, reasons, clauses, deciders, pack }: RequestCase): FormRow[] {
  const by = deciders.map(({ act, name, roles, at }) => {
    const position =
      roles.length === 0 ? '' : `, ${listed(roles.map((role) => writeKey(role).toLowerCase()))}`
    return `${act} ${name}${position}, on ${writeMoment(at)}`
  })
  return [
    row('Decision', outcome),
    { ...row('Reasons', reasons.join(' '), 'None is given yet.'), clauses: clauses.map(({ id }) => id) },
    row('Version of the rules', pack),
    row('Decision taken by', by.join('. '), 'Nobody has decided yet.'),
  ]
}
