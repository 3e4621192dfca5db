// Numbers in drafts, however they are written and in whatever file; and files that are not what they seem.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { draftLimits, UnreadableDraft } from '../../gateway/drafts/draft.ts'
import { numbersIn } from '../../gateway/drafts/numbers.ts'
import { readDraft } from '../../gateway/drafts/read-draft.ts'
import { odtOf, pdfOf, wordOf } from '../support/drafts.ts'

const valuesIn = (text: string) => numbersIn(text).map(({ value }) => value)
const read = async (bytes: Buffer) => (await readDraft(bytes)).numbers.map(({ value }) => value)

describe('a number in a text', () => {
  test('is found however it is written', () => {
    expect(valuesIn('1,204 or 1\u2009204 or 1\u202f204 or 1204 or 1204.0 or １２０４')).toEqual(Array(6).fill('1204')) // prettier-ignore
    expect(valuesIn('54.50% and (−3) and -3.5 and 10-12 and 0.5')).toEqual(['54.5', '-3', '-3.5', '10', '12', '0.5']) // prettier-ignore
    expect(valuesIn('412¹ people, 412² times')).toEqual(['412', '412'])
    expect(valuesIn('4\u200b12 and 4\u00ad12')).toEqual(['412', '412'])
    expect(valuesIn('1,204,331.25')).toEqual(['1204331.25'])
    expect(valuesIn('in 2025, 412 and 638')).toEqual(['2025', '412', '638'])
  })

  test('is found as words from ten on', () => {
    expect(valuesIn('Forty-two people, one hundred and twelve, three thousand two hundred, and one of two.')).toEqual(['42', '112', '3200']) // prettier-ignore
    expect(valuesIn('four hundred and twelve thousand')).toEqual(['412000'])
    expect(valuesIn('often a stone, someone, tenner')).toEqual([])
  })

  test('for any whole number, every way of writing it gives the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999 }), (number) => {
        const grouped = number.toLocaleString('en-GB')
        for (const text of [
          String(number),
          grouped,
          grouped.replaceAll(',', '\u2009'),
          grouped.replaceAll(',', '\u00a0'),
          `${number}.00`,
        ])
          // prettier-ignore
          expect(valuesIn(`There were ${text} of them.`), text).toEqual([String(number)])
      }),
    )
  })

  test('has the words around it, and no more', () => {
    const [number] = numbersIn(`${'a '.repeat(500)}There were 412 incidents. ${'b '.repeat(500)}`)
    expect(number?.before).toContain('There were ')
    expect((number?.before.length ?? 0) + (number?.after.length ?? 0)).toBeLessThanOrEqual(120)
  })

  test('of which there are more than 10,000 is more than anybody can look at', () => {
    expect(numbersIn('7 '.repeat(draftLimits.numbers))).toHaveLength(draftLimits.numbers)
    expect(() => numbersIn('7 '.repeat(draftLimits.numbers + 1))).toThrow(/more than 10,000 numbers/)
  })
})

describe('a draft', () => {
  const said = ['There were 412 incidents, 1,204 in all.', 'Half of it, 54.5%.']
  const values = ['412', '1204', '54.5']

  test('gives the same numbers as Word, OpenDocument, PDF, HTML and text', async () => {
    expect(await read(await wordOf(said))).toEqual(values)
    expect(await read(await odtOf(said))).toEqual(values)
    expect(await read(pdfOf(said))).toEqual(values)
    expect(await read(Buffer.from(`<!doctype html><p>There were <b>41</b>2 incidents, 1,204 in all.<script>var x = 99</script><table><td>54.5%</td></table>`))).toEqual(values) // prettier-ignore
    expect(await read(Buffer.from(said.join('\n')))).toEqual(values)
  })

  test('has no number of what a reviewer struck out, and those of its footnotes', async () => {
    const footnotes = `<w:footnotes xmlns:w="x"><w:footnote><w:p><w:r><w:t>638</w:t></w:r></w:p></w:footnote></w:footnotes>`
    const struck = `<w:document xmlns:w="x"><w:body><w:p><w:del><w:r><w:t>99</w:t></w:r></w:del><w:r><w:t>412</w:t></w:r></w:p></w:body></w:document>`
    expect(await read(await wordOf([], { 'word/document.xml': struck, 'word/footnotes.xml': footnotes }))).toEqual(['412', '638']) // prettier-ignore
  })

  const refused = async (bytes: Buffer, words: RegExp) => {
    const error = await readDraft(bytes).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(UnreadableDraft)
    expect((error as Error).message).toMatch(words)
  }

  test('that is corrupt, empty, under a password or no draft at all is refused in words', async () => {
    await refused(Buffer.alloc(0), /empty/)
    await refused((await wordOf(said)).subarray(0, 300), /cannot be read/)
    await refused(Buffer.from('PK\u0003\u0004 and nothing more'), /cannot be read/)
    await refused(Buffer.from('%PDF-1.7\nnothing'), /cannot be read/)
    await refused(pdfOf([]), /pictures of pages/)
    await refused(Buffer.from('d0cf11e0a1b11ae1', 'hex'), /password/)
    await refused(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0]), /no draft/)
    await refused(Buffer.from([0x63, 0x61, 0x66, 0xe9]), /UTF-8/)
  })

  test('with macros, or an entity that grows, or far more inside than it says, is turned away', async () => {
    await refused(await wordOf(said, { 'word/vbaProject.bin': Buffer.from([1]) }), /macros/)
    await refused(await wordOf([], { 'word/document.xml': '<!DOCTYPE x [<!ENTITY a "1">]><w:document>&a;</w:document>' }), /cannot be read/) // prettier-ignore
    const bomb = `<w:document xmlns:w="x"><w:t>${'a'.repeat(draftLimits.characters + 1)}</w:t></w:document>`
    await refused(await wordOf([], { 'word/document.xml': bomb }), /larger inside/)
  })
})
