// Reading a certificate of destruction: for whoever may see the request that it ends.
import type { PersonContext } from '../http/endpoint.ts'
import { readOwnCertificate } from '../../keys/certificate.ts'
import { notFound, Problem } from '../http/problem.ts'
import { findCertificate } from '../retention/certificate-store.ts'
import { findItemOf } from '../retention/store.ts'
import type { ActDeps } from './act.ts'
import { viewTransfer } from './view.ts'

/** @throws {Problem} `not-found` where there is none, `ledger.behind` in the moments before it is issued */
export async function viewCertificate(deps: ActDeps, context: PersonContext, id: string) {
  const { transfer, event } = await viewTransfer(deps, context, id)
  const item = await findItemOf(context.tx, id)
  if (item?.status.state !== 'destroyed') throw notFound()
  const certificate = await findCertificate(context.tx, item.id)
  if (!certificate)
    throw new Problem(
      'ledger.behind',
      'The data is destroyed; its certificate waits for the next checkpoint. Try again in a minute.',
    )
  const subjects = [...event.subjects, { kind: 'item', id: item.id } as const]
  return {
    transfer,
    item,
    certificate,
    says: readOwnCertificate(certificate.jws),
    event: { ...event, subjects, type: 'certificate.viewed' as const, detail: {} },
  }
}
