// Which logs a witness watches: their verifier keys, one a line, or a list in the form of C2SP tlog-list (`logs/v0`). Two keys of
// one name are two keys of one log, as while its key is being changed. No Node API.
import { canSignLogs, NoteRefused, parseVerifierKey, type VerifierKey } from '../note.ts'
import { parseVerifierKeys } from '../verifier-keys.ts'
import type { WitnessedLog } from './witness.ts'

/** @throws {NoteRefused} `bad-key` */
export async function parseLogList(text: string): Promise<WitnessedLog[]> {
  const lines = text
    .split('\n')
    .map((line) => line.replaceAll(/^[ \t]+|[ \t]+$/g, ''))
    .filter((line) => line !== '' && !line.startsWith('#'))
  const pairs = lines[0] === 'logs/v0' ? await pairsOf(lines.slice(1)) : await keysByName(text)
  const wrong = pairs.find(({ key }) => !canSignLogs(key))
  if (wrong) throw new NoteRefused('bad-key', `The key of ${wrong.key.name} is a witness’s, not a log’s.`)
  return Array.from(
    Map.groupBy(pairs, ({ origin }) => origin),
    ([origin, own]) => ({ origin, keys: own.map(({ key }) => key) }),
  )
}

interface Pair {
  readonly origin: string
  readonly key: VerifierKey
}

async function keysByName(text: string): Promise<Pair[]> {
  return (await parseVerifierKeys(text)).map((key) => ({ origin: key.name, key }))
}

/** vkey, [origin], qpd, contact: in this order, again and again. */
async function pairsOf(lines: readonly string[]): Promise<Pair[]> {
  const pairs: Pair[] = []
  const rest = [...lines]
  const take = (name: string) =>
    rest[0]?.startsWith(`${name} `) ? rest.shift()?.slice(name.length + 1) : undefined
  while (rest.length > 0) {
    const vkey = take('vkey')
    const origin = take('origin')
    const perDay = take('qpd')
    const contact = take('contact')
    if (vkey === undefined || contact === undefined || !/^[1-9][0-9]{0,9}$/.test(perDay ?? ''))
      throw new NoteRefused(
        'bad-key',
        `The list of logs is not in the form logs/v0 after ${pairs.length} logs.`,
      )
    const key = await parseVerifierKey(vkey)
    const named = origin ?? key.name
    if (pairs.some((pair) => pair.origin === named))
      throw new NoteRefused('bad-key', `The list of logs has the log ${named} twice.`)
    pairs.push({ origin: named, key })
  }
  return pairs
}
