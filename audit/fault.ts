// What can be wrong with a ledger, as a closed list. The sequencer and the publisher stop on any of these and change nothing.

export type LedgerFaultCode =
  | 'entry-invalid'
  | 'entry-too-large'
  | 'head-contended'
  | 'edge-invalid'
  | 'tile-missing'
  | 'body-missing'
  | 'body-changed'
  | 'tree-changed'
  | 'checkpoint-changed'
  | 'anchor-missing'
  | 'anchor-unreadable'
  | 'anchor-ahead'
  | 'anchor-differs'
  | 'anchor-behind'
  | 'anchor-contended'
  | 'witness-ahead'
  | 'clock-disagrees'
  | 'clock-went-back'
  | 'published-ahead'
  | 'published-differs'
  | 'files-ahead'
  | 'files-differ'
  | 'files-contended'
  | 'store-lost'
  | 'store-unfit'
  | 'commitment-broken'

export class LedgerFault extends Error {
  readonly code: LedgerFaultCode

  constructor(code: LedgerFaultCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'LedgerFault'
    this.code = code
  }
}
