// An establishment's reports over time: how many concerns each raised and how many are still open, as figures and as the
// geometry of a chart that is drawn on the server. The table says the same as the picture.
import type { Queryable } from '../db.ts'

export interface Report {
  readonly inspection: string
  readonly publishedOn: string
  readonly open: number
  readonly closed: number
  readonly priorities: number
}

/** The oldest first. */
export async function listReports(db: Queryable, establishment: string): Promise<Report[]> {
  const { rows } = await db.query(
    `select inspection, min(report_published_on) as published_on, count(*) filter (where status = 'open') as open,
            count(*) filter (where status = 'closed') as closed, count(*) filter (where rank = 'priority') as priorities
     from concordat.concern_version where last_edition is null and establishment = $1
     group by inspection order by 2, 1 limit 60`,
    [establishment],
  )
  return rows.map((row) => ({
    inspection: String(row['inspection']),
    publishedOn: String(row['published_on']),
    open: Number(row['open']),
    closed: Number(row['closed']),
    priorities: Number(row['priorities']),
  }))
}

export interface Bar {
  readonly x: number
  readonly width: number
  readonly open: { readonly y: number; readonly height: number }
  readonly closed: { readonly y: number; readonly height: number }
  readonly total: number
  readonly label: string
}

export interface Chart {
  readonly width: number
  readonly height: number
  readonly floor: number
  readonly bars: readonly Bar[]
}

const unit = 9
const step = 64
const top = 24
const foot = 28

/** One bar for each report, what is open below what was closed. */
export function chartOf(reports: readonly Report[]): Chart {
  const most = Math.max(1, ...reports.map(({ open, closed }) => open + closed))
  const floor = top + most * unit
  const bars = reports.map(({ open, closed, publishedOn }, index) => ({
    x: 16 + index * step,
    width: step - 24,
    open: { y: floor - open * unit, height: open * unit },
    closed: { y: floor - (open + closed) * unit, height: closed * unit },
    total: open + closed,
    label: publishedOn.slice(0, 7),
  }))
  return { width: 24 + reports.length * step, height: floor + foot, floor, bars }
}
