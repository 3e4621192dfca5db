// Every view with sample data: well-formed enough for people and machines, escaped, and within the content policy.
import express from 'express'
import { describe, expect, test } from 'vitest'
import { catalogue } from '../../audit/events.ts'
import { writeEntryType } from '../../gateway/http/entry-words.ts'
import { writeDeadline, writeKey, writeParagraph } from '../../gateway/http/filters.ts'
import { usePages } from '../../gateway/http/pages.ts'
import { loadAgreements } from '../../policies/pack.ts'
import { partyName } from '../../policies/parties.ts'
import { frame, samples } from './sample-views.ts'

const agreements = await loadAgreements()
const app = express()
usePages(app, { today: () => agreements }, true)

function render(template: string, data: Record<string, unknown>): Promise<string> {
  return new Promise((resolve, reject) => {
    app.render(template, { ...frame, ...data }, (error: Error | null, html?: string) =>
      error ? reject(error) : resolve(html ?? ''),
    )
  })
}

const tags = (html: string) => [...html.matchAll(/<[a-z][^>]*>/gi)].map(([tag]) => tag)

describe.each(samples)('%s shows %s', (template, _what, data) => {
  test('It has a title, a language, one main landmark and exactly one first-level heading.', async () => {
    const html = await render(template, data)
    expect(html).toContain('<html lang="en"')
    expect(html.match(/<title>([^<]+) – Concordat<\/title>/)?.[1]?.trim()).toMatch(/\S/)
    expect(html.match(/<h1[ >]/g)).toHaveLength(1)
    expect(html.match(/<main[ >]/g)).toHaveLength(1)
  })

  test('It escapes every text, and no text twice.', async () => {
    const html = await render(template, data)
    expect(html).not.toContain('<b onclick')
    expect(html).not.toContain('alert(2)</script>')
    expect(html).not.toMatch(/&amp;(lt|gt|amp|quot|#39);/)
  })

  test('It has no inline script, style or handler.', async () => {
    const html = await render(template, data)
    expect(html.match(/<script[^>]*>/g)).toEqual(['<script type="module" src="/assets/concordat.js">'])
    expect(html).not.toMatch(/<style/i)
    for (const tag of tags(html))
      expect(tag.replaceAll(/"[^"]*"/g, '')).not.toMatch(/\s(style|on[a-z]+)\s*=/i)
  })

  test('It prints no undefined, no object, no [HMIP], and claims nothing that cannot be kept.', async () => {
    const html = await render(template, data)
    expect(html).not.toMatch(/undefined|\[object|NaN|Invalid Date/)
    expect(html).not.toMatch(/tamper-proof|HMIP/i)
  })

  test('Its ids are unique, its labels name fields that are there, and each form that posts carries the token.', async () => {
    const html = await render(template, data)
    const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)
    expect(ids).toHaveLength(new Set(ids).size)
    for (const [, id] of html.matchAll(/<label[^>]* for="([^"]+)"/g)) expect(ids).toContain(id)
    const forms = html.split('<form ').slice(1).filter((form) => form.startsWith('method="post"')) // prettier-ignore
    for (const form of forms) expect(form.split('</form>')[0]).toContain('name="_csrf"')
  })
})

test('hmpps-2025/10-no-refusal: the supply desk is told why there is no button to refuse, and there is none.', async () => {
  const [template, , data] = samples.find(([, what]) => what === 'to be supplied') ?? ['', '', {}]
  const html = await render(template, data)
  expect(html).toContain('hmpps-2025/10-no-refusal')
  const buttons = [...html.matchAll(/<button[^>]*>([^<]*)|value="(refuse|reject|decline)"/gi)].map(
    ([whole]) => whole,
  )
  expect(buttons.length).toBeGreaterThan(1)
  for (const button of buttons) expect(button).not.toMatch(/refuse|reject|decline/i)
})

test('What the purpose needs is ticked at first, and what it does not need says so.', async () => {
  const [template, , data] = samples.find(([, what]) => what === 'the fields, first time') ?? ['', '', {}]
  const html = await render(template, data)
  const ticked = tags(html).filter((tag) => tag.includes('type="checkbox"') && / checked/.test(tag))
  expect(ticked.map((tag) => /value="([^"]+)"/.exec(tag)?.[1])).toEqual(['prison_number', 'incident_date'])
  expect(html.match(/Your purpose does not need this\./g)).toHaveLength(1)
})

test('The check page carries every value of the form, so that nothing is lost on the way back.', async () => {
  const [template, , data] = samples.find(([, what]) => what === 'a request that would be refused') ?? [
    '',
    '',
    {},
  ]
  const html = await render(template, data)
  const hidden = tags(html).filter((tag) => tag.includes('type="hidden"')).map((tag) => /name="([^"]+)"/.exec(tag)?.[1]) // prettier-ignore
  expect(new Set(hidden)).toEqual(
    new Set(['_csrf', 'transferId', 'exchange', 'inspection', 'dataset', 'purpose', 'fields', 'establishments', 'prisonNumbers', 'periodFrom', 'periodTo', 'relevance', 'statutoryBasis']), // prettier-ignore
  )
  expect(hidden.filter((name) => name === 'fields')).toHaveLength(2)
})

test('Every type of entry in the catalogue has its own words.', () => {
  for (const type of Object.keys(catalogue)) expect(writeEntryType(type)).not.toBe(type)
})

test('S33: parties are written by name, and never as HMIP.', () => {
  const names = ['hmi-prisons', 'hmpps', 'imb', 'hmi-probation', 'moj-data-and-analysis', 'a-new-body'].map(
    (key) => partyName(agreements.parties, key),
  )
  expect(names).toEqual([
    'HMI Prisons',
    'HMPPS',
    'Independent Monitoring Boards',
    'HMI Probation',
    'MoJ Data and Analysis',
    'A New Body',
  ])
})

test('Clauses and keys are written for people.', () => {
  expect(
    [
      'hmpps-2025/16-encryption',
      'hub-2023/3.3-log-content',
      'hmpps-2025/annex-a/identity',
      'local/marking',
    ].map(writeParagraph),
  ).toEqual(['Paragraph 16', 'Paragraph 3.3', 'Annex A', 'Rule of this service'])
  expect(['special-category', 'prison_number', 'periodFrom'].map(writeKey)).toEqual([
    'Special category',
    'Prison number',
    'Period from',
  ])
})

test('A time limit that ends with a day is written as that day, in summer and in winter.', () => {
  expect(writeDeadline('2026-11-28T00:00:00.000Z')).toBe('the end of 27 November 2026')
  expect(writeDeadline('2026-07-03T23:00:00.000Z')).toBe('the end of 3 July 2026')
  expect(writeDeadline('2026-07-03T12:00:00.000Z')).toBe('3 July 2026, 1:00pm')
})
