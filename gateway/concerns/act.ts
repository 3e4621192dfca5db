// What the acts on the concerns database are given: they are judged by the gateway's own rules, and each entry names the decision.
import type { Judge } from '../decisions/judge.ts'
import type { IntakeDeps } from './intake/intake.ts'

export interface ConcernDeps extends IntakeDeps {
  readonly judge: Judge
}

export { asJson, asPage } from '../decisions/replies.ts'
export { allowed, type Allowed } from '../people/allowed.ts'
