// What makes a clause happen, in plain words: the rule that refuses, the clock that runs, the form that is signed, what is kept,
// or why it is outside. Pure, and from the pack alone, so that it cannot say what is not so.
import type { Clause, Paragraph } from '../../policies/agreements.ts'
import type { DutyRule } from '../../policies/duty.ts'
import { inWords } from '../../policies/period.ts'
import type { Rule } from '../../policies/rules.ts'
import { partyName, type Parties } from '../../policies/parties.ts'
import { writeKey } from '../http/filters.ts'
import { actsInWords, listed } from './acts.ts'

/** One more thing to know of it, such as who can decide otherwise. */
export interface Part {
  readonly name: string
  readonly value: string
  /** The agreement does not give this value: it was chosen here. */
  readonly local: boolean
}

export interface Means {
  readonly kind: 'rule' | 'right' | 'clock' | 'form' | 'record' | 'outside' | 'past' | 'words'
  readonly sentence: string
  readonly parts: readonly Part[]
  /** Of a rule: the acts that it has a say in, and its text. */
  readonly acts?: Rule['acts']
  readonly text?: string
}

/** Everything that makes this clause happen, in the order of its files. */
export function meansOf(clause: Clause, { rules, duties }: Paragraph, parties: Parties): Means[] {
  return [
    ...rules.filter((rule) => rule.clause === clause.id).map(ofRule),
    ...duties.filter((duty) => duty.clause === clause.id).map(ofClock),
    ...written(clause, parties),
  ]
}

function ofRule({ effect, acts, refusal, remedy, who, text }: Rule): Means {
  const says = { acts, text }
  if (effect === 'permit')
    return { kind: 'right', sentence: `Gives a right: ${actsInWords(acts)}.`, parts: [], ...says }
  return {
    kind: 'rule',
    sentence: `Refuses where: ${lowerFirst(refusal)}`,
    parts: [
      part('Checked when', actsInWords(acts)),
      part('What puts it right', remedy),
      part('Who can decide', who),
    ],
    ...says,
  }
}

function ofClock(duty: DutyRule): Means {
  const { limit, counts, starts, meets, target, notBefore, grace, strength, word, warn, escalate } = duty
  const local = new Set(duty.localParts)
  const span = (name: string) => local.has(name)
  const within = limit.amount === 0 ? inWords(limit) : `within ${inWords(limit)}`
  return {
    kind: 'clock',
    sentence:
      counts === 'after'
        ? `A clock runs from “${eventInWords(starts)}”: “${eventInWords(meets)}” has to follow ${within}.`
        : `“${eventInWords(meets)}” has to come before “${eventInWords(starts)}”${limit.amount === 0 ? '' : `, by at least ${inWords(limit)}`}.`,
    parts: [
      part('Limit', inWords(limit), span('limit') || span('before')),
      ...(word === undefined ? [] : [part('The text’s own word', word)]),
      ...(target ? [part('Target beside it', inWords(target), span('target'))] : []),
      ...(notBefore ? [part('Not before', inWords(notBefore), span('notBefore'))] : []),
      ...(grace ? [part('Late only after', `${inWords(grace)} more`, span('grace'))] : []),
      ...(strength === 'must' ? [] : [part('Strength', strength === 'aim' ? 'An aim: never late' : 'Usual')]),
      part('Warned', `${inWords(warn)} before`, span('warn')),
      part('Then told', writeKey(escalate), span('escalate')),
    ],
  }
}

function written(clause: Clause, parties: Parties): Means[] {
  switch (clause.kind) {
    case 'rule':
      return clause.stillBinds === undefined ? [] : [plain('past', `Still holds: ${clause.stillBinds}`)]
    case 'duty':
      return past(clause.clock)
    case 'attestation':
      return [ofForm(clause.form, parties)]
    case 'record': {
      const keeps = clause.keeps?.map(eventInWords) ?? []
      const sentence = `Kept as a record: ${listed(keeps)}.`
      return [...(keeps.length === 0 ? [] : [plain('record', sentence)]), ...past(clause.clock)]
    }
    case 'outside':
      return [plain('outside', `Outside this service: ${lowerFirst(clause.why)}`), ...past(clause.clock)]
    case 'default':
      return [plain('words', clause.refusal)]
  }
}

type Form = Extract<Clause, { kind: 'attestation' }>['form']

function ofForm({ by, states, people, differentFrom }: Form, parties: Parties): Means {
  const sentence = `A person’s word: ${listed(by.map((each) => partyName(parties, each)))} ${by.length === 1 ? 'states' : 'state'} the following. ${states}`
  return {
    ...plain('form', sentence),
    parts: [
      ...(people ? [part('How many people', String(people.value), people.local)] : []),
      ...(differentFrom ? [part('Not the', differentFrom.value, differentFrom.local)] : []),
    ],
  }
}

type PastClock = Extract<Clause, { kind: 'duty' }>['clock']

function past(clock: PastClock): Means[] {
  if (clock === undefined) return []
  const { starts, ...rest } = clock
  const parts = Object.entries(rest).flatMap(([name, value]) => value === undefined ? [] : [part(writeKey(name), value)]) // prettier-ignore
  return [{ ...plain('past', `Its clock ran from ${starts}. It runs no more.`), parts }]
}

function plain(kind: Means['kind'], sentence: string): Means {
  return { kind, sentence, parts: [] }
}

export function part(name: string, value: string, local = false): Part {
  return { name, value, local }
}

/** 'transfer.approved' → 'transfer approved'; 'transfer.lawfulBasis' → 'transfer lawful basis' */
export function eventInWords(event: string): string {
  return writeKey(event.replaceAll('.', ' ')).replace(/^./, (letter) => letter.toLowerCase())
}

/** A sentence after a colon; what begins with a name keeps its capital. */
function lowerFirst(sentence: string): string {
  return /^(The|A|An|There|This|That|No|You|It|Nothing|Nobody|Physical|What|Who|When|Where|Issuing|Press)\b/.test(sentence)
    ? sentence.slice(0, 1).toLowerCase() + sentence.slice(1)
    : sentence
} // prettier-ignore
