// The bodies that can be party to an agreement, and the roles that each can give. Data, so that a new body needs no code.
import { z } from 'zod'
import { keyShape, words } from './shapes.ts'

export const partiesShape = z.strictObject({
  parties: z.array(
    z.strictObject({
      // "HMIP" stands for two inspectorates in the agreements, so it is nobody's key.
      key: keyShape.refine((key) => key !== 'hmip', 'must not be "hmip", which means two bodies'),
      title: words,
      /** What it is called in a sentence, where that is not its title. */
      short: words.optional(),
      roles: z.array(keyShape),
    }),
  ),
})

export interface PartyEntry {
  readonly key: string
  readonly title: string
  readonly short?: string | undefined
  readonly roles: readonly string[]
}

export type Parties = ReadonlyMap<string, Pick<PartyEntry, 'title' | 'short'>>

/** 'hmpps' → 'HMPPS': its short name, else its title; for a body that no pack names any more, the words of its key. */
export function partyName(parties: Parties, key: string): string {
  const { short, title } = parties.get(key) ?? {}
  return short ?? title ?? key.split('-').map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join(' ') // prettier-ignore
}
