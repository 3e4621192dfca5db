// Deliveries, quarters and rehearsals as answers over JSON have them.
import type { Changes, Next, Seen, Year } from './look.ts'
import type { SentDelivery } from './delivery.ts'
import { stateOf, type OwedQuarter } from './quarters.ts'
import type { Rehearsal } from './rehearsal-store.ts'

export function writeDelivery(delivery: SentDelivery) {
  const { number, state, amendment, follows, manifestSha256, rows, changes, sentAt, acknowledgeBy } = delivery
  return {
    number,
    state,
    quarter: writeQuarterOf(delivery),
    ...(amendment && { amends: amendment.amends }),
    ...(follows !== undefined && { follows }),
    manifestSha256,
    rows,
    changes,
    sentAt: sentAt.toISOString(),
    acknowledgeBy: acknowledgeBy.toISOString(),
    ...(delivery.state === 'acknowledged' && { acknowledgedAt: delivery.acknowledgedAt.toISOString() }),
  }
}

export function writeSeen({ delivery, item, holds, certificate, mail, amendedBy }: Seen) {
  return {
    ...writeDelivery(delivery),
    amendedBy,
    ...(mail?.sent && { mailed: { as: mail.sent.form, at: mail.sent.at.toISOString() } }),
    ...(item && {
      destroyOn: item.destroyOn,
      kept: item.status.state === 'destroyed' ? 'destroyed' : holds > 0 ? 'held' : 'sealed',
    }),
    ...(certificate && { certificate: certificate.jws }),
  }
}

type OfQuarter = Readonly<Record<'quarterLabel' | 'quarterStartsOn' | 'quarterEndsOn', string>>

function writeQuarterOf({
  quarterLabel: label,
  quarterStartsOn: startsOn,
  quarterEndsOn: endsOn,
}: OfQuarter) {
  return { label, startsOn, endsOn }
}

export function writeOwed(quarter: OwedQuarter, now: Date) {
  const { label, startsOn, endsOn, rehearseOn, dueOn } = quarter
  return { label, startsOn, endsOn, rehearseOn, dueOn, state: stateOf(quarter, now) }
}

export function writeYear({ year, years, rows, subscribed }: Year) {
  const quarters = rows.map(({ quarter, state, deliveries }) => {
    const { label, startsOn, endsOn, rehearseOn, dueOn } = quarter
    return { label, startsOn, endsOn, rehearseOn, dueOn, state, deliveries: deliveries.map(writeDelivery) }
  })
  return {
    year: { starts: year.starts, label: year.label },
    years: years.map(({ starts }) => starts),
    quarters,
    subscribed,
  }
}

function writeFound({ id, edition, madeAt, blocks, report }: Rehearsal) {
  return { id, edition, madeAt: madeAt.toISOString(), blocks, report }
}

export function writeRehearsal(quarter: OwedQuarter, rehearsal: Rehearsal, now: Date) {
  return { ...writeFound(rehearsal), quarter: writeOwed(quarter, now) }
}

export function writeNext({ quarter, rehearsal, underWay }: Next, now: Date) {
  return {
    quarter: writeOwed(quarter, now),
    ...(rehearsal && { rehearsal: writeFound(rehearsal) }),
    ...(underWay && {
      underWay: {
        id: underWay.id,
        state: underWay.state,
        quarter: writeQuarterOf(underWay),
        ...(underWay.state === 'released' && { number: underWay.number }),
      },
    }),
  }
}

export function writeChanges({ delivery, changes, more }: Changes) {
  return {
    delivery: delivery.number,
    ...(delivery.follows !== undefined && { since: delivery.follows }),
    changes: changes.map(({ reference, kind, cells, now }) => ({
      concern_id: reference,
      change: kind,
      cells,
      now,
    })),
    more,
  }
}
