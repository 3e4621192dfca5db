// A delivery of the concerns export, from being put forward to being acknowledged. It has a number from its release on, and
// what it came to once it is sent. Nothing is ever replaced: a mistake is mended by another delivery that amends it.

interface Base {
  readonly id: string
  /** The last day of its quarter. */
  readonly quarterEndsOn: string
  readonly quarterLabel: string
  readonly quarterStartsOn: string
  readonly amendment: { readonly amends: number; readonly reason: string } | undefined
  readonly edition: number
  readonly rehearsalId: string
  readonly putForwardBy: string
  readonly putForwardAt: Date
}

interface Released {
  readonly number: number
  readonly follows: number | undefined
  readonly releasedBy: string
  readonly releasedAt: Date
}

interface Sent {
  /** Compact JWS. */
  readonly manifest: string
  readonly manifestSha256: string
  readonly rows: number
  readonly changes: {
    readonly new: number
    readonly changed: number
    readonly closed: number
    readonly reopened: number
  }
  readonly sentAt: Date
  readonly acknowledgeBy: Date
}

export type PutForward = Base & { readonly state: 'put-forward' }
export type ReleasedDelivery = Base & Released & { readonly state: 'released' }
export type SentDelivery = Base &
  Released &
  Sent &
  (
    | { readonly state: 'sent' }
    | { readonly state: 'acknowledged'; readonly acknowledgedAt: Date; readonly acknowledgedBy: string }
  )
export type Delivery = PutForward | (Base & { readonly state: 'withdrawn' }) | ReleasedDelivery | SentDelivery

export function isSent(delivery: Delivery | undefined): delivery is SentDelivery {
  return delivery?.state === 'sent' || delivery?.state === 'acknowledged'
}
