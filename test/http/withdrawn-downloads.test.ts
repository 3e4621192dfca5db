// A download of a delivery, and of an urgent concern, is stopped in its middle when its reader leaves, loses the role, or withdraws the
// key; the ledger says so, and nothing whole comes out. (Of packages: package.test.ts.)
import { PassThrough, type Readable } from 'node:stream'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { concernRow, deliver, quarter, startExportGateway, writeConcerns, type ExportGateway } from '../support/exports.ts' // prettier-ignore
import { enrolKey, entriesOf } from '../support/gateway.ts'
import { tokenOf } from '../support/tokens.ts'

describe('a download that is withdrawn', () => {
  let gateway: ExportGateway
  let urgent: string
  /** Holds what is underway: the object's last bytes, or the proof that lets an urgent concern out. */
  const held = { isOn: false, isOfProof: false, release: (): void => undefined, until: Promise.resolve() }
  /** Looks at whether it is still permitted, that came to their end. */
  let looks = 0
  const hold = (what: string) => {
    held.isOn = true
    held.isOfProof = what !== 'a delivery'
    held.until = new Promise((resolve) => {
      held.release = () => {
        held.isOn = false
        resolve()
      }
    })
  }
  beforeAll(async () => {
    gateway = await startExportGateway({
      change: (wiring) => {
        let isLooking = false
        return {
          ...wiring,
          vault: { ...wiring.vault, read: (name) => (held.isOn ? slowly(wiring.vault.read(name)) : wiring.vault.read(name)) }, // prettier-ignore
          proofOf: (entryId) => ({ ...wiring.proofOf(entryId), confirm: async () => (held.isOfProof && (await held.until), wiring.proofOf(entryId).confirm()) }), // prettier-ignore
          judge: {
            ...wiring.judge,
            rehearse: (...all) => ((isLooking = true), wiring.judge.rehearse(...all)),
          },
          db: {
            ...wiring.db,
            withTransaction: async (work) => {
              try {
                return await wiring.db.withTransaction(work)
              } catch (error) {
                isLooking = true // who is not there any more is not asked about
                throw error
              } finally {
                if (isLooking) looks += 1
                isLooking = false
              }
            },
          },
        }
      },
    })
    await enrolKey(gateway, 'nadia.hussain')
    await writeConcerns(gateway, [concernRow('C-1')])
    gateway.on(quarter.afterwards)
    await deliver(gateway)
    const oliver = await gateway.as('oliver.bennett')
    const { team } = (await oliver.get('/api/v1/urgent-concerns')).json() as { team: { id: string }[] }
    const shared = await oliver.post('/api/v1/urgent-concerns', { concern: 'C-1', people: team.map(({ id }) => id), reason: 'People are at risk.' }) // prettier-ignore
    expect(shared.status).toBe(201)
    const { shares } = (await oliver.get('/api/v1/urgent-concerns')).json() as { shares: { id: string }[] }
    urgent = String(shares[0]?.id)
  })
  beforeEach(() => void (looks = 0))
  afterAll(() => gateway.close())

  /** All but the last bytes, and those when it is let go; like a file it can be closed at any moment. */
  function slowly(bytes: Readable): Readable {
    const slow = new PassThrough()
    void bytes.toArray().then(async (parts) => {
      const all = Buffer.concat(parts as Buffer[]) // no encoding was set
      slow.write(all.subarray(0, -10))
      await held.until
      slow.end(all.subarray(-10))
    })
    return slow
  }

  const pathOf = (what: string) => (what === 'a delivery' ? '/api/v1/deliveries/1/package' : `/api/v1/urgent-concerns/${urgent}/package`) // prettier-ignore
  const failed = () => entriesOf(gateway, 'type=delivery.failed')
  const begun = () => entriesOf(gateway, 'type=item.collected').then(async (of) => of.length + (await entriesOf(gateway, 'type=urgent-concern.collected')).length) // prettier-ignore
  /** Whether all of it came, as for whoever saves the answer. */
  const download = async (what: string) => {
    const authorization = `Bearer ${await tokenOf(gateway, 'nadia.hussain')}`
    return fetch(`${gateway.url}${pathOf(what)}`, { headers: { authorization } }).then(
      async (answer) => answer.ok && (await answer.arrayBuffer().then((bytes) => bytes.byteLength > 0, () => false)), // prettier-ignore
      () => false,
    )
  }

  const withdrawals = [
    ['loses the role', `update concordat.person_role set held_until = greatest(held_from, current_date - 1) where person_id = $1`, `update concordat.person_role set held_until = null where person_id = $1`],
    ['has the key withdrawn', `update concordat.person_key set state = 'withdrawn' where person_id = $1 and state = 'enrolled'`, `update concordat.person_key set state = 'enrolled' where person_id = $1 and state = 'withdrawn'`],
    ['is not registered any more', `update concordat.person set subject = 'left ' || subject where id = $1`, `update concordat.person set subject = substr(subject, 6) where id = $1`],
  ] as const // prettier-ignore
  test.for(['a delivery', 'an urgent concern'].flatMap((what) => withdrawals.map((each) => [what, ...each] as const)))('of %s, because its reader %s, ends in the middle, and is an entry', async ([what, , how, undo]) => {
    const { rows } = await gateway.owner.query(`select id from concordat.person where subject = 'nadia.hussain'`)
    const nadia = [rows[0]?.['id']]
    const [before, downloads] = [(await failed()).length, await begun()]
    hold(what)
    const answer = download(what)
    await vi.waitFor(async () => expect(await begun()).toBe(downloads + 1), 10_000)
    await gateway.owner.query(how, nadia)
    try {
      // A delivery is stopped while its object hangs; a proof that hangs is waited for, and then nothing is sent.
      if (what === 'a delivery') await vi.waitFor(async () => expect((await failed()).length).toBe(before + 1), 10_000)
      else await vi.waitFor(() => expect(looks).toBeGreaterThan(0), 10_000)
      held.release()
      expect(await answer).toBe(false)
      await vi.waitFor(async () => expect((await failed()).length).toBe(before + 1), 10_000)
    } finally {
      held.release()
      await gateway.owner.query(undo, nadia)
    }
    expect((await failed()).at(-1)).toMatchObject({ detail: { reason: 'withdrawn' } })
  }) // prettier-ignore

  test.for(['a delivery', 'an urgent concern'])(
    'of %s goes on to its end while nothing changes',
    async (what) => {
      const before = (await failed()).length
      hold(what)
      const answer = download(what)
      await vi.waitFor(() => expect(looks).toBeGreaterThan(1), 10_000)
      held.release()
      expect(await answer).toBe(true)
      expect((await failed()).length).toBe(before)
    },
  )
})
