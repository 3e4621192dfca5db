// The part of the configuration that says from where, and for whom, data of the Performance Hub opens (hub-2023, section 3).
import { z } from 'zod'
import { parseNetwork } from './networks.ts'

export const listed = z.string().transform((text) => text.split(',').map((each) => each.trim()).filter((each) => each !== '')) // prettier-ignore
export const networks = listed
  .refine((each) => each.every((one) => parseNetwork(one) !== undefined), 'must be networks like 10.1.0.0/16, with commas')
  .default([]) // prettier-ignore

export interface HubConfig {
  /** Networks (CIDR) that Hub data can be opened from, and those with managed devices alone, where it can be downloaded; none: nobody. */
  readonly hubNetworks: readonly string[]
  readonly hubManagedNetworks: readonly string[]
  /** Domains whose addresses are of work accounts. */
  readonly hubMailDomains: readonly string[]
  /** The mailbox of the Hub's users, as hub-2023/2.5 names it. */
  readonly hubMailbox: string
}

export function hubOf(read: {
  readonly HUB_NETWORKS: readonly string[]
  readonly HUB_MANAGED_NETWORKS: readonly string[]
  readonly HUB_MAIL_DOMAINS: readonly string[]
  readonly HUB_MAILBOX: string
}): HubConfig {
  return {
    hubNetworks: read.HUB_NETWORKS,
    hubManagedNetworks: read.HUB_MANAGED_NETWORKS,
    hubMailDomains: read.HUB_MAIL_DOMAINS,
    hubMailbox: read.HUB_MAILBOX,
  }
}
