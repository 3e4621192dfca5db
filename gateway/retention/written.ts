// How what is kept is written over JSON.
import type { z } from 'zod'
import type { Held } from './held.ts'
import type { Hold } from './hold.ts'
import type { Life } from './look.ts'
import type { RegisteredCopy } from './outside-copy-store.ts'
import type { copyAnswer, holdAnswer, itemAnswer, lifeAnswer } from './schemas.ts'

export function writeItem({ item, reference, agreement }: Held): z.output<typeof itemAnswer> {
  return {
    id: item.id,
    ...(item.of.kind === 'transfer' ? { request: item.of.id } : { delivery: item.of.id }),
    reference,
    state: item.status.state,
    agreement,
    schedule: {
      class: item.retentionClass,
      owner: item.scheduleOwner,
      version: item.scheduleVersion,
      demonstration: item.scheduleIsDemonstration,
    },
    clockStartedAt: item.clockStartedAt.toISOString(),
    destroyOn: item.destroyOn,
  }
}

export function writeHold(hold: Hold): z.output<typeof holdAnswer> {
  return {
    id: hold.id,
    item: hold.itemId,
    kind: hold.kind,
    placedAt: hold.placedAt.toISOString(),
    reviewOn: hold.reviewOn,
    liftAsked: hold.liftAsked !== undefined,
    lifted: hold.lifted !== undefined,
  }
}

export function writeCopy(copy: RegisteredCopy): z.output<typeof copyAnswer> {
  const { id, reference, kind, origin, amount, state, destroyOn, endedOn } = copy
  const ended = endedOn === undefined ? {} : { endedOn }
  return { id, request: copy.transferId, reference, kind, origin, amount, state, destroyOn, ...ended }
}

export function writeLife(life: Life): z.output<typeof lifeAnswer> {
  return {
    ...writeItem(life),
    holds: life.holds.map(writeHold),
    moves: life.moves.map((move) => ({
      at: move.changedAt.toISOString(),
      means: move.means,
      before: move.destroyOnBefore,
      after: move.destroyOnAfter,
    })),
    shelves: life.shelves.map(({ ref, state }) => ({ ref, state })),
    copies: life.copies.map(({ id, takenAt, attested }) => ({
      id,
      takenAt: takenAt.toISOString(),
      ...(attested && { attested: attested.state }),
    })),
    certificates: life.editions.map(({ id, edition, issuedAt }) => ({
      id,
      edition,
      issuedAt: issuedAt.toISOString(),
    })),
  }
}
