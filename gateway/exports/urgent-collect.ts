// Collecting an urgent concern: as it stood when it was shared, in a small package that is made for each collection and kept
// nowhere, encrypted to the named person's own key. A decision and an entry each time.
import type { Readable } from 'node:stream'
import { encryptForRecipient } from '../../keys/package-pgp.ts'
import { listVersions } from '../concerns/store.ts'
import type { Clock } from '../clock.ts'
import { refused, type Outcome } from '../decisions/judge.ts'
import type { PersonContext, Streamed } from '../http/endpoint.ts'
import { buildArchive } from '../packages/archive.ts'
import { writeCsv } from '../packages/package.ts'
import { findEnrolledKey } from '../people/store.ts'
import type { OpenDeps } from './copy.ts'
import { entryBase, refusedToSee, type ExportDeps } from './act.ts'
import type { ConcernsExport } from './concerns-export.ts'
import { concernFields } from './package-fields.ts'
import { cellsOf, type ConcernCells } from './snapshot.ts'
import { knownShare, urgentFacts } from './urgent.ts'
import { markCollected, type UrgentShare } from './urgent-store.ts'

type CollectDeps = ExportDeps & Pick<OpenDeps, 'signingKeys' | 'proofOf'> & { readonly clock: Clock }

export async function collectUrgent(
  deps: CollectDeps,
  context: PersonContext,
  id: string,
): Promise<Outcome<Streamed>> {
  const unseen = await refusedToSee(deps, context)
  if (unseen) return unseen
  const { tx, person, now } = context
  const share = await knownShare(deps, context, id)
  const readers = share.recipients.map((each) => each.id)
  const asked = { id, author: share.sharedBy, readers, shownAs: 'download' } as const
  const facts = await urgentFacts(deps, context, asked)
  const judged = await deps.judge.judge(context, 'open', facts)
  if (judged.outcome === 'refusal') return refused(judged)
  const key = await findEnrolledKey(tx, person.id)
  const versions = await listVersions(tx, share.concern)
  const shared = versions.find(({ concern }) => concern.version === share.concernVersion)
  if (!key || !shared) throw new Error('a permit to open was given without a key or a concern')
  await markCollected(tx, id, person.id, now)
  const said = entryBase(deps, context, judged, [{ kind: 'urgent-share', id }])
  const value: Streamed = {
    filename: `${share.reference}.pgp`,
    contentType: 'application/pgp-encrypted',
    open: async ({ entries }) => {
      await deps.proofOf(entries[0].entryId).confirm()
      const plaintext = packageOf(deps.concernsExport, share, cellsOf(shared.concern))
      return encryptForRecipient(plaintext, {
        recipientArmored: key.armored,
        signer: deps.signingKeys.packages,
        at: deps.clock(),
      })
    },
    onBroken: (reason) => ({ ...said, type: 'delivery.failed', detail: { reason, channel: 'urgent' } }),
    isStillPermitted: async (then) => {
      const isPermitted = deps.judge.rehearse('open', await urgentFacts(deps, then, asked)).outcome === 'permit' // prettier-ignore
      return isPermitted && (await findEnrolledKey(then.tx, then.person.id))?.fingerprint === key.fingerprint
    },
  }
  return {
    kind: 'done',
    value,
    events: [{ ...said, type: 'urgent-concern.collected', detail: { fingerprint: key.fingerprint } }],
  }
}

function packageOf(
  { marking }: ConcernsExport,
  { reference, sharedAt, reason }: UrgentShare,
  cells: ConcernCells,
): Readable {
  const lines = [
    `${marking} - RECIPIENTS ONLY`,
    '',
    `${reference}: one urgent concern, shared on ${sharedAt.toISOString()}`,
    `Why it could not wait: ${reason}`,
    '',
    'Keep it to the people whom it names. It will be in the next quarterly delivery too.',
    'Where is_opinion is true, the words are an opinion of the inspectorate.',
    '',
  ]
  const rows = writeCsv(oneBatch(cells), concernFields, () => undefined)
  const rest = [{ name: 'HANDLING.txt', bytes: Buffer.from(lines.join('\r\n')) }]
  return buildArchive([{ name: 'concern.csv', bytes: rows }], () => rest).stream
}

async function* oneBatch(cells: ConcernCells): AsyncGenerator<ConcernCells[]> {
  await Promise.resolve()
  yield [cells]
}
