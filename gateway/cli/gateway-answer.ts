// What a command throws when the gateway answered, and not with what was asked for.

/** `code` is a problem's, or `refused` with the clauses in words. */
export class GatewayAnswer extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.name = 'GatewayAnswer'
    this.status = status
    this.code = code
  }
}
