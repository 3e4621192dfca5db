// The shipped datasets and establishments, as the tests of sources and of the synthetic case system need them.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { placesOf } from '../../demo/source/establishments.ts'
import type { TableDataset } from '../../demo/source/tables.ts'
import type { SourceDataset } from '../../gateway/sources/case-source.ts'
import { loadEstablishments } from '../../policies/establishments.ts'

const folder = fileURLToPath(new URL('../../policies/datasets/', import.meta.url))
const read = (name: string) => readFileSync(`${folder}${name}`, 'utf8')

export interface ShippedDataset extends SourceDataset, TableDataset {
  readonly schema: {
    readonly primaryKey: readonly string[]
    readonly fields: readonly {
      readonly name: string
      readonly type: string
      readonly constraints?: {
        readonly required?: boolean
        readonly enum?: readonly string[]
        readonly pattern?: string
        readonly minimum?: number
        readonly maximum?: number
      }
    }[]
  }
}

export const datasets = ['custody-population', 'self-harm-incidents', 'use-of-force'].map(
  // The packs' own tests check these files against their schema.
  (key) => parse(read(`${key}.yaml`)) as ShippedDataset,
)
export const establishments = placesOf((await loadEstablishments()).all)
