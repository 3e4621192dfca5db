// Where the demonstration provider keeps sessions, grants and codes: in memory, gone with the process.
// The library's own in-memory store warns at each start that it must be replaced; here forgetting is what we want.
import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'

interface Kept {
  readonly payload: AdapterPayload
  readonly expiresAtMs: number
}

/** @returns a factory whose adapters, one a kind of record, share one store */
export function createMemory(): AdapterFactory {
  const records = new Map<string, Kept>()
  return (kind) => createAdapter(kind, records)
}

function createAdapter(kind: string, records: Map<string, Kept>): Adapter {
  const key = (id: string) => `${kind}:${id}`
  const find = (id: string) => {
    const kept = records.get(key(id))
    if (kept && kept.expiresAtMs > Date.now()) return kept.payload
    records.delete(key(id))
    return undefined
  }
  const findWhere = (isWanted: (payload: AdapterPayload) => boolean) =>
    [...records].find(([name, kept]) => name.startsWith(`${kind}:`) && isWanted(kept.payload))?.[1].payload
  return {
    upsert: (id, payload, expiresInSeconds) => {
      const expiresAtMs = expiresInSeconds === undefined ? Infinity : Date.now() + expiresInSeconds * 1000
      records.set(key(id), { payload, expiresAtMs })
      return Promise.resolve()
    },
    find: (id) => Promise.resolve(find(id)),
    findByUid: (uid) => Promise.resolve(findWhere((payload) => payload.uid === uid)),
    findByUserCode: (userCode) => Promise.resolve(findWhere((payload) => payload.userCode === userCode)),
    consume: (id) => {
      const payload = find(id)
      if (payload) payload.consumed = Math.floor(Date.now() / 1000)
      return Promise.resolve()
    },
    destroy: (id) => {
      records.delete(key(id))
      return Promise.resolve()
    },
    revokeByGrantId: (grantId) => {
      for (const [name, kept] of records) if (kept.payload.grantId === grantId) records.delete(name)
      return Promise.resolve()
    },
  }
}
