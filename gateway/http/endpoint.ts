// One request is one transaction and at least one ledger entry. A handler returns the events it owes (an empty list does
// not compile); they are appended in its transaction, and nothing is sent before the commit. What fails is recorded too.
import type { Readable } from 'node:stream'
import type { Request, Response } from 'express'
import type { z } from 'zod'
import type { LedgerEvent } from '../../audit/events.ts'
import type { Appended } from '../../audit/append.ts'
import type { Transaction } from '../db.ts'
import type { Upload, UploadRule } from './upload.ts'
import type { Person } from './who.ts'

export type Method = 'get' | 'post' | 'put'
export type Events = readonly [LedgerEvent, ...LedgerEvent[]]

/** What a handler may use: its transaction, who asks, the time of the request. */
export interface Context {
  readonly tx: Transaction
  readonly now: Date
  readonly requestId: string
  readonly ip: string
  /** The file that came with it, where the endpoint takes one and one came. */
  readonly upload?: Upload
}

export interface PersonContext extends Context {
  readonly person: Person
}

/** The proof that a handler's entries were committed; made after the commit by the endpoint alone. */
export interface AfterCommit {
  readonly entries: readonly [Appended, ...Appended[]]
}

export interface Streamed {
  readonly filename: string
  readonly contentType: string
  /** Called after the commit, never before; whatever it opens is closed when the client goes away. */
  open(after: AfterCommit, signal: AbortSignal): Promise<Readable>
  /** Said when the stream broke after its start; `withdrawn`: because what was permitted is so no more. */
  onBroken(reason: 'stream-broken' | 'withdrawn'): LedgerEvent
  /** Asked again and again while it runs, about the person as they are then. What cannot be answered is a no. */
  isStillPermitted(context: Pick<PersonContext, 'tx' | 'now' | 'person'>): Promise<boolean>
  /** The incident that it is, where what broke it is more than a reader who went away. */
  incidentOf?(cause: unknown): LedgerEvent | undefined
}

export interface Reply {
  readonly events: Events
  readonly status?: number
  readonly json?: unknown
  readonly view?: { readonly template: string; readonly data: Readonly<Record<string, unknown>> }
  readonly redirect?: string
  readonly stream?: Streamed
  readonly contentType?: string
  /** Saved under this name instead of shown. */
  readonly filename?: string
}

/** What the endpoint's input is made of; a part that is absent must be empty. */
export interface InputParts {
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  readonly body?: z.ZodType
}

export type Input<P extends InputParts> = {
  [K in keyof P]: P[K] extends z.ZodType ? z.output<P[K]> : never
}

/** For the OpenAPI document and the list of endpoints. */
export interface Description {
  readonly method: Method
  /** Express path template: `/api/v1/requests/:id`. */
  readonly path: string
  readonly surface: 'api' | 'page'
  readonly who: 'anyone' | 'person'
  readonly summary: string
  readonly input: InputParts
  readonly upload?: UploadRule
  readonly answers?: z.ZodType
  readonly successStatus?: number
}

export interface Endpoint extends Description {
  run(context: Context, person: Person | undefined, input: Record<string, unknown>): Promise<Reply>
}

interface Spec<P extends InputParts, C extends Context> extends Omit<Description, 'who' | 'input'> {
  readonly input: P
  handle(context: C, input: Input<P>): Promise<Reply>
}

/** An endpoint for a known person. */
export function endpoint<const P extends InputParts>(spec: Spec<P, PersonContext>): Endpoint {
  return {
    ...spec,
    who: 'person',
    run: (context, person, input) => {
      if (!person) throw new Error(`${spec.path} was reached without a person`)
      // The parts were parsed by the very schemas of P (mount.ts), so they are its outputs.
      return spec.handle({ ...context, person }, input as Input<P>)
    },
  }
}

/** An endpoint that needs no sign-in. */
export function openEndpoint<const P extends InputParts>(spec: Spec<P, Context>): Endpoint {
  return { ...spec, who: 'anyone', run: (context, _person, input) => spec.handle(context, input as Input<P>) }
}

export type Exchange = { readonly req: Request; readonly res: Response }
