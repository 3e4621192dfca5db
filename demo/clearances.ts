// SYNTHETIC. A report that means to use figures from the Performance Hub, so that Data and Analysis finds something in its queue: one
// request waits, one was consented to with a condition, one was refused. The gateway's own parts do it, with their entries.
import { answer } from '../gateway/clearance/answer.ts'
import { ask } from '../gateway/clearance/ask.ts'
import { openClearance } from '../gateway/clearance/open.ts'
import { accept, openSession } from '../gateway/hub/door.ts'
import type { Wiring } from '../gateway/wire.ts'
import { actAs } from './acting.ts'
import { conditionsVersion } from './hub.ts'

const asker = 'tom.whitfield'
const sentences = [
  ['UF-LEI-2026-09', 'Force was used 638 times in the last year.'],
  ['SH-LEI-2026-09', 'There had been 412 incidents of self-harm.'],
  ['DT-LEI-2026-09', 'Random tests for drugs were positive in 18.2 per cent of cases.'],
] as const

/** @returns the report's id */
export async function askForConsents(wiring: Wiring): Promise<string> {
  await actAs(wiring, asker, (context) => accept(wiring, context, conditionsVersion))
  await actAs(wiring, asker, (context) =>
    openSession(wiring, context, { purpose: 'inspection', unseen: true }),
  )
  const report = await actAs(wiring, asker, (context) => openClearance(wiring, context, { title: 'HMP Leeds, unannounced inspection', kind: 'report-figures' })) // prettier-ignore
  const requests: string[] = []
  for (const [figure, context] of sentences)
    requests.push(await actAs(wiring, asker, (asking) => ask(wiring, asking, report, { figure, context, searched: 'The quarterly bulletin on safety in custody: it has no figure for one prison and this year.', stated: wiring.hubPublication.statements.map(({ clause }) => clause), release: undefined }))) // prettier-ignore
  const [, consented = '', refused = ''] = requests
  await actAs(wiring, 'leila.santos', (context) => answer(wiring, context, consented, { answer: 'consent', conditions: 'Say beside it that the figure is management information.', notBefore: undefined, release: undefined })) // prettier-ignore
  await actAs(wiring, 'leila.santos', (context) => answer(wiring, context, refused, { answer: 'refuse', release: undefined })) // prettier-ignore
  return report
}
