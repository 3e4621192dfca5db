// A hold: what stops a destruction (S13), why, and who looks at it again. One person places it, two lift it.

export const holdKinds = ['incident', 'prosecution', 'inquiry', 'subject-request'] as const
export type HoldKind = (typeof holdKinds)[number]

interface Somebody {
  readonly id: string
  readonly name: string
}

export interface Hold {
  readonly id: string
  readonly itemId: string
  readonly kind: HoldKind
  readonly reason: string
  readonly placedBy: Somebody
  readonly placedAt: Date
  /** 'YYYY-MM-DD': when somebody looks again whether it is still needed. */
  readonly reviewOn: string
  readonly liftAsked?: { readonly by: Somebody; readonly at: Date; readonly reason: string }
  /** By nobody who is named: lifted before two people were asked for. */
  readonly lifted?: { readonly by?: Somebody; readonly at: Date }
}
