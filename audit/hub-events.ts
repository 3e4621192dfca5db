// What the ledger records of figures from the Performance Hub. Of a person it holds username and address, and nothing else
// (hub-2023/3.3-log-content).
import { count, eventType, format, names, sha256Hex } from './event-fields.ts'

export const hubEvents = {
  'figures.viewed': eventType(1, { shown: count, filters: names, as: format }, {}),
  'figure.viewed': eventType(1, { as: format }, {}),
  'figures.registered': eventType(
    1,
    { added: count, changed: count, unchanged: count, faults: count, sha256: sha256Hex },
    {},
  ),
} as const
