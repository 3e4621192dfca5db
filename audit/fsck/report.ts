// What a check of a whole log tells: its steps in plain words, its faults, and the first entry that they touch.
import { toHex } from '../bytes.ts'
import type { TreeHead } from '../checkpoint.ts'
import type { Fault, FaultClass, Faults } from './faults.ts'

export interface CheckStep {
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  readonly says: string
}

export interface FsckReport {
  /** No fault was found. */
  readonly clean: boolean
  /** Nothing was left out. */
  readonly complete: boolean
  /** 0 when clean, else that of the worst class of fault. */
  readonly exitCode: number
  readonly origin?: string
  readonly head?: TreeHead
  readonly firstDivergentEntry?: number
  readonly steps: readonly CheckStep[]
  readonly faults: readonly Fault[]
  readonly counts: Readonly<Partial<Record<FaultClass, number>>>
}

export type Progress = (done: number, total: number, what: string) => void

/** Collects steps; each fails when it added a fault. */
export class Checks {
  readonly steps: CheckStep[] = []
  readonly faults: Faults

  constructor(faults: Faults) {
    this.faults = faults
  }

  passed(name: string, says: string): void {
    this.steps.push({ name, outcome: 'passed', says })
  }

  skipped(name: string, says: string): void {
    this.steps.push({ name, outcome: 'skipped', says })
  }

  /** @param found what is wrong; nothing is a step that passed */
  conclude(name: string, passes: string, found: readonly Fault[]): void {
    for (const fault of found) this.faults.add(fault)
    const [first] = found
    if (first === undefined) this.passed(name, passes)
    else this.failed(name, found.length === 1 ? first.says : `${first.says} (${found.length} faults)`)
  }

  failed(name: string, says: string): void {
    this.steps.push({ name, outcome: 'failed', says })
  }
}

export function reportOf({ steps, faults }: Checks, log: { origin?: string; head?: TreeHead }): FsckReport {
  const firstDivergentEntry = faults.firstEntry()
  return {
    clean: faults.count === 0,
    complete: steps.every(({ outcome }) => outcome !== 'skipped'),
    exitCode: faults.exitCode(),
    ...log,
    ...(firstDivergentEntry !== undefined && { firstDivergentEntry }),
    steps,
    faults: faults.listed(),
    counts: faults.counts(),
  }
}

/** For a terminal. */
export function printReport(report: FsckReport): string {
  const steps = report.steps.map(
    ({ outcome, name, says }) => `${outcome.padEnd(7)}  ${name.padEnd(19)}  ${says}`,
  )
  const faults = report.faults.map(
    ({ class: kind, entry, where, says }) =>
      `fault    ${kind.padEnd(10)}  ${entry === undefined ? '' : `entry ${entry}  `}${where}: ${says}`,
  )
  return `${[...steps, ...faults, summaryOf(report)].join('\n')}\n`
}

function summaryOf({ clean, complete, firstDivergentEntry, counts }: FsckReport): string {
  if (clean && complete) return 'Clean.'
  if (clean) return 'No fault was found, but what is skipped above was not looked at.'
  const classes = Object.entries(counts).map(([kind, count]) => `${kind} ${count}`)
  const first =
    firstDivergentEntry === undefined ? '' : ` The first entry that they touch is ${firstDivergentEntry}.`
  return `Not clean: ${classes.join(', ')}.${first}`
}

/** The same for machines: one JSON object. */
export function reportAsJson({ head, ...report }: FsckReport): string {
  return JSON.stringify({ ...report, ...(head && { size: head.size, root: toHex(head.root) }) }, undefined, 2)
}
