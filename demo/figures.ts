// Figures that the demonstration's register starts with. All invented: they say nothing of any real establishment.
import type { Queryable } from '../gateway/db.ts'
import { hashOf, type Figure } from '../gateway/figures/figure.ts'

type Sample = readonly [reference: string, measure: string, unit: string, value: string]

const place = 'HMP Leeds; October 2025 to September 2026'
const fromHub: readonly Sample[] = [
  ['SH-LEI-2026-09', 'Incidents of self-harm', 'incidents', '412'],
  ['AS-LEI-2026-09', 'Assaults on staff', 'incidents', '97'],
  ['UF-LEI-2026-09', 'Uses of force', 'incidents', '638'],
  ['PA-LEI-2026-09', 'People in purposeful activity', 'per cent', '54.5'],
  ['DT-LEI-2026-09', 'Positive results of random drug tests', 'per cent', '18.2'],
]
const published: readonly Sample[] = [['POP-LEI-2026-09', 'People held', 'people', '1086']]

/** Does nothing to what is there already. */
export async function seedFigures(owner: Queryable, issuer: string, now: Date): Promise<void> {
  const extractedAt = new Date(now.getTime() - 20 * 24 * 3_600_000)
  for (const [reference, measure, unit, value] of fromHub)
    await insert(owner, issuer, now, { reference, measure, unit, value, filters: place, extractedAt, sourceReport: 'Safety diagnostic tool', marking: 'OFFICIAL', provenance: 'performance-hub', publicSource: null }) // prettier-ignore
  for (const [reference, measure, unit, value] of published)
    await insert(owner, issuer, now, { reference, measure, unit, value, filters: 'HMP Leeds; 30 September 2026', extractedAt, sourceReport: 'Prison population: monthly bulletin', marking: 'OFFICIAL', provenance: 'official-statistics', publicSource: 'https://statistics.example/prison-population-september-2026' }) // prettier-ignore
}

async function insert(owner: Queryable, issuer: string, now: Date, figure: Figure): Promise<void> {
  await owner.query(
    `insert into concordat.figure_version (reference, version, measure, source_report, extracted_at, unit, filters, value, value_hash, marking,
       provenance, public_source, registered_by, registered_at)
     select $1, 1, $2, $3, $4, $5, $6, $7, decode($8, 'hex'), $9, $10, $11, p.id, $12 from concordat.person p
     where p.issuer = $13 and p.subject = 'ayesha.rahman' on conflict do nothing`,
    [
      figure.reference, figure.measure, figure.sourceReport, figure.extractedAt, figure.unit, figure.filters, figure.value, hashOf(figure),
      figure.marking, figure.provenance, figure.publicSource, now, issuer,
    ], // prettier-ignore
  )
}
