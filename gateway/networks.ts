// Networks as CIDR blocks: where Hub data may be opened from, and where nothing but managed devices are (hub-2023/3.5, 3.10-wifi).
// The gateway cannot see a WiFi or a device: a list of networks stands in for both, which is local.
import { BlockList, isIP } from 'node:net'

/** '10.1.0.0/16' @returns undefined for what is none */
export function parseNetwork(text: string): { readonly address: string; readonly prefix: number; readonly family: 'ipv4' | 'ipv6' } | undefined {
  const [address = '', prefix = '', ...more] = text.trim().split('/')
  const version = isIP(address)
  const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1
  if (version === 0 || more.length > 0 || bits < 0 || bits > (version === 4 ? 32 : 128)) return undefined
  return { address, prefix: bits, family: version === 4 ? 'ipv4' : 'ipv6' }
} // prettier-ignore

/** @param networks as `parseNetwork` takes them; none: nobody is in it */
export function isWithin(networks: readonly string[], ip: string): boolean {
  const list = new BlockList()
  for (const network of networks.map(parseNetwork))
    if (network) list.addSubnet(network.address, network.prefix, network.family)
  // An IPv4 client of a socket that takes both: RFC 4291 §2.5.5.2.
  const address = ip.replace(/^::ffff:(?=\d+\.)/i, '')
  const version = isIP(address)
  return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6')
}

/** Whether an address is one of a work account, by its domain. */
export function isWorkAddress(domains: readonly string[], email: string): boolean {
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase()
  return domains.some((each) => domain === each.toLowerCase())
}
