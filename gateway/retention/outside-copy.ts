// A copy outside the gateway: paper, or a removable medium. The gateway cannot see it, so people say what it is, where it is kept
// and how it ended (hmpps-2025/16-formats; the ways are those of imb-2024/iss-disposal-paper and iss-disposal-digital).

export const outsideKinds = ['paper', 'removable-media'] as const
export type OutsideKind = (typeof outsideKinds)[number]

export const paperOrigins = ['printed', 'handed-over'] as const
export type OutsideOrigin = (typeof paperOrigins)[number] | 'copied'

export const methodsOf = {
  paper: ['shredding', 'pulping', 'incineration'],
  'removable-media': ['secure-destruction', 'overwriting', 'erasure'],
} as const satisfies Record<OutsideKind, readonly string[]>
export type Method = (typeof methodsOf)[OutsideKind][number]
export const methods = [...methodsOf.paper, ...methodsOf['removable-media']] as const

export const outsideStates = ['asked', 'declined', 'handed-over', 'held', 'destroyed', 'returned'] as const
export type OutsideState = (typeof outsideStates)[number]

export interface OutsideCopy {
  readonly id: string
  readonly itemId: string
  readonly kind: OutsideKind
  readonly origin: OutsideOrigin
  readonly description: string
  /** Sheets of paper; one medium. */
  readonly amount: number
  readonly place: string
  /** Make, model and serial number of a medium. */
  readonly device?: string
  /** 'YYYY-MM-DD': when a medium is to be back. */
  readonly backOn?: string
  readonly state: OutsideState
  readonly registeredBy: string
  readonly registeredAt: Date
  /** What the assurance officer said of a medium, and why. */
  readonly answer?: string
  readonly method?: Method
  /** Who saw that it was destroyed. */
  readonly witness?: string
  /** 'YYYY-MM-DD' */
  readonly endedOn?: string
  readonly endedAt?: Date
}

/** Whether somebody still has to say what became of it; what was never allowed does not exist. */
export function isOpen({ state }: Pick<OutsideCopy, 'state'>): boolean {
  return state === 'asked' || state === 'handed-over' || state === 'held'
}
