// What the paperwork of an agreement lacks before a version of it may be activated, after Annex A of the ICO's data sharing
// code: parties and their contacts, the items that are shared, the lawful basis, retention, and the date of the next review.
import type { Agreement } from './agreements.ts'

/**
 * @param pack one agreement, as it was loaded
 * @returns what is missing, one plain sentence each; empty where nothing is
 */
export function missingFrom(pack: Agreement): string[] {
  const { parties, contacts, review, exchanges, retention } = pack
  const each = [...exchanges.values()]
  return [
    ...parties
      .filter((party) => contacts[party] === undefined)
      .map((party) => `${party} has no contact. Name an office under contacts in agreement.yaml.`),
    ...(review.next === undefined ? ['There is no date of the next review. Give it as review.next.'] : []),
    ...each
      .filter(({ categories }) => categories.length === 0)
      .map(({ key }) => `The exchange ${key} does not say which items it shares. List them under categories.`),
    ...each
      .filter(({ lawfulBasis }) => lawfulBasis.value.trim() === '')
      .map(({ key }) => `The exchange ${key} has no lawful basis. Give it as lawfulBasis.`),
    ...each
      .filter(({ from, to }) => !retention.some((direction) => direction.from === from && direction.to === to))
      .map(({ key }) => `Nothing says how long what the exchange ${key} brings is kept. Add its direction to retention.`),
  ] // prettier-ignore
}
