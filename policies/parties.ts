// The bodies that can be party to an agreement, and the roles that each can give. Data, so that a new body needs no code.
import { z } from 'zod'
import { keyShape, words } from './shapes.ts'

export const partiesShape = z.strictObject({
  parties: z.array(
    z.strictObject({
      // "HMIP" stands for two inspectorates in the agreements, so it is nobody's key.
      key: keyShape.refine((key) => key !== 'hmip', 'must not be "hmip", which means two bodies'),
      title: words,
      roles: z.array(keyShape),
    }),
  ),
})

export interface PartyEntry {
  readonly key: string
  readonly title: string
  readonly roles: readonly string[]
}
