// The witness over HTTP, as C2SP tlog-witness says: every answer that it has, what it signs byte for byte, and that it never
// signs less than it signed before, nor another history, whatever is asked of it at once.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { generateKeyPairSync, sign } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { concat, encodeText, toBase64 } from '../../audit/bytes.ts'
import { formatCheckpoint, openCheckpoint } from '../../audit/checkpoint.ts'
import { parseTimestamped } from '../../audit/cosignature.ts'
import { EMPTY_EDGE, edgeRoot, grow } from '../../audit/edge.ts'
import { consistencyRanges, rangeHash } from '../../audit/merkle.ts'
import { nodeHasher } from '../../audit/node-hash.ts'
import { noteSigner } from '../../audit/note-signer.ts'
import { formatVerifierKey, openNote, parseVerifierKey, signNote, verifierKey } from '../../audit/note.ts'
import { formatAddCheckpoint, parseAddCheckpoint } from '../../audit/witness/add-checkpoint.ts'
import { parseLogList } from '../../audit/witness/log-list.ts'
import { createLog } from '../../gateway/log.ts'
import { createWitnessFiles, type RunningWitness, startWitness } from '../../gateway/witness.ts'

const ORIGIN = 'gateway.example/audit/1'
const NAME = 'hmi-prisons.example/witness'
const log = await noteSigner(ORIGIN, new Uint8Array(32).fill(3))
const leaves = Array.from({ length: 40 }, (_, i) => nodeHasher.leaf(encodeText(`entry ${i}`)))
const others = Array.from({ length: 40 }, (_, i) => nodeHasher.leaf(encodeText(`other ${i}`)))

const rootOf = (size: number, of = leaves) => edgeRoot(nodeHasher, grow(nodeHasher, EMPTY_EDGE, of.slice(0, size)).edge) // prettier-ignore
const noteOf = (size: number, of = leaves, signer = log) =>
  signNote(formatCheckpoint({ origin: ORIGIN, size, root: rootOf(size, of) }), [signer])
const proofOf = (from: number, size: number) =>
  from === 0 || from === size
    ? []
    : consistencyRanges(from, size).map((range) =>
        rangeHash(
          nodeHasher,
          ({ level, index }) => rootOf(2 ** level, leaves.slice(index * 2 ** level)),
          range,
        ),
      )

let folder: string
let now: Date
let witness: RunningWitness
const logLines: string[] = []

async function start(): Promise<RunningWitness> {
  const files = { keyFile: path.join(folder, 'witness.key'), state: path.join(folder, 'state') }
  await createWitnessFiles(NAME, files.keyFile, files.state)
  const stream = new PassThrough().on('data', (line: Buffer) => logLines.push(line.toString()))
  return startWitness({
    keyFiles: [files.keyFile],
    logsFile: path.join(folder, 'logs'),
    stateDirectory: files.state,
    host: '127.0.0.1',
    port: 0,
    clock: () => now,
    log: createLog('error', stream),
  })
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-witness-'))
  now = new Date('2026-11-26T10:00:00Z')
  await writeFile(path.join(folder, 'logs'), `${formatVerifierKey(log.key)}\n`)
  witness = await start()
})
afterEach(async () => {
  await witness.stop()
  await rm(folder, { recursive: true })
})

async function send(
  body: string | Uint8Array<ArrayBuffer>,
): Promise<{ status: number; type: string | null; text: string }> {
  const response = await fetch(`http://127.0.0.1:${witness.port}/add-checkpoint`, { method: 'POST', body })
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
}

const add = async (oldSize: number, size: number, proof = proofOf(oldSize, size)) =>
  send(formatAddCheckpoint({ oldSize, proof, note: await noteOf(size) }))

const evidence = () => readdir(path.join(folder, 'state/evidence'), { recursive: true }).catch(() => [])

describe('a witness', () => {
  test('signs what extends what it signed last, with the time, and its lines open the note', async () => {
    const key = await parseVerifierKey(witness.verifierKeys[0] ?? '')
    for (const [from, to] of [[0, 1], [1, 1], [1, 7], [7, 8], [8, 40]] as const) {
      now = new Date(now.getTime() + 61_000)
      const { status, text } = await add(from, to)
      expect(status).toBe(200)
      expect(text).toMatch(/^— hmi-prisons\.example\/witness [A-Za-z0-9+/]+={0,2}\n$/)
      const { lines } = await openNote(`${await noteOf(to)}${text}`, [key])
      expect(parseTimestamped(lines[0]?.line.signature ?? new Uint8Array())?.seconds).toBe(now.getTime() / 1000)
    }
  }) // prettier-ignore

  test('signs the bytes that C2SP tlog-cosignature gives, and its line is no signature of the log', async () => {
    const { text } = await add(0, 3)
    const note = `${await noteOf(3)}${text}`
    const key = await parseVerifierKey(witness.verifierKeys[0] ?? '')
    const message = `cosignature/v1\ntime ${now.getTime() / 1000}\n${ORIGIN}\n3\n${toBase64(rootOf(3))}\n`
    const signature = Buffer.from(text.split(' ')[2] ?? '', 'base64').subarray(12)
    const spki = concat(Buffer.from('302a300506032b6570032100', 'hex'), key.publicKey)
    const { createPublicKey, verify } = await import('node:crypto')
    const publicKey = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
    expect(verify(null, Buffer.from(message), publicKey, signature)).toBe(true)
    await expect(openCheckpoint(note, [key])).rejects.toThrow('No known key signed it')
    expect((await openCheckpoint(note, [log.key, key])).signedBy).toEqual([log.key])
  })

  test('answers 409 with the size that it signed last when the old size is another', async () => {
    expect(await add(4, 9)).toEqual({ status: 409, type: 'text/x.tlog.size', text: '0\n' })
    await add(0, 9)
    for (const [from, to] of [
      [0, 9],
      [4, 9],
      [0, 20],
      [4, 4],
    ] as const)
      // prettier-ignore
      expect(await add(from, to)).toEqual({ status: 409, type: 'text/x.tlog.size', text: '9\n' })
    expect(await evidence()).toEqual([])
  })

  test('refuses another history, and keeps both notes', async () => {
    await add(0, 9)
    const fork = await noteOf(9, others)
    expect(await send(formatAddCheckpoint({ oldSize: 9, proof: [], note: fork }))).toMatchObject({
      status: 409,
    })
    const longer = await noteOf(12, others)
    expect(
      (await send(formatAddCheckpoint({ oldSize: 9, proof: proofOf(9, 12), note: longer }))).status,
    ).toBe(422)
    const kept = (await evidence()).filter((name) => name.includes('checkpoint-'))
    const texts = await Promise.all(
      kept.map((name) => readFile(path.join(folder, 'state/evidence', name), 'utf8')),
    )
    expect(texts.filter((text) => text === fork || text === longer)).toHaveLength(2)
    const [held] = texts.filter((text) => text !== fork && text !== longer)
    expect((await openNote(held ?? '', [log.key])).verified).toEqual([log.key])
    expect(logLines.join('')).toContain('witness.evidence')
    expect((await add(9, 10)).status).toBe(200)
  })

  test('answers 422 when the proof does not hold, from nothing too', async () => {
    const hash = leaves[0] ?? new Uint8Array(32)
    expect((await add(0, 1, [hash])).status).toBe(422)
    const wrongEmpty = await signNote(formatCheckpoint({ origin: ORIGIN, size: 0, root: hash }), [log])
    expect((await send(formatAddCheckpoint({ oldSize: 0, proof: [], note: wrongEmpty }))).status).toBe(422)
    await add(0, 5)
    for (const proof of [[], proofOf(5, 9).slice(1), [...proofOf(5, 9), hash], proofOf(4, 9)])
      expect((await add(5, 9, proof)).status).toBe(422)
    expect((await add(5, 5, [hash])).status).toBe(422)
  })

  test('signs the empty tree, and then what comes', async () => {
    expect((await add(0, 0)).status).toBe(200)
    expect((await add(0, 0)).status).toBe(200)
    expect((await add(0, 2)).status).toBe(200)
  })

  test('answers 400 to what has not the form, 403 to another key, 404 to another log', async () => {
    const note = await noteOf(2)
    const hash = `${'A'.repeat(43)}=\n`
    const malformed = [
      '', 'old 0\n', `old 00\n\n${note}`, `old -1\n\n${note}`, `0\n\n${note}`, `old 0\nAAAA\n\n${note}`, `old 0 \n\n${note}`,
      `old 0\r\n\r\n${note}`, `old 0\n${hash.repeat(64)}\n${note}`, `old 0\n\n${note.slice(0, -1)}`, `old 3\n\n${note}`,
      `old 0\n\n${note.replace('\n2\n', '\n02\n')}`, `old 9007199254740993\n\n${note}`,
    ] // prettier-ignore
    for (const body of malformed)
      expect((await send(body)).status, JSON.stringify(body).slice(0, 60)).toBe(400)
    expect((await send(new Uint8Array([0xff, 0xfe]))).status).toBe(400)
    const stranger = await noteSigner(ORIGIN, new Uint8Array(32).fill(4))
    for (const forged of [await noteOf(2, leaves, stranger), note.replace('\n2\n', '\n3\n')])
      expect((await send(`old 0\n\n${forged}`)).status).toBe(403)
    expect((await send(`old 0\n\n${note.replaceAll(ORIGIN, 'other.example/log')}`)).status).toBe(404)
    expect((await send(`old 0\n\n${note}`)).status).toBe(200)
  })

  test('answers 413 to what is too large, 405 to what is not posted, and says who it is', async () => {
    expect((await send(`old 0\n\n${'x'.repeat(70_000)}`)).status).toBe(413)
    const at = (place: string, method = 'GET') =>
      fetch(`http://127.0.0.1:${witness.port}${place}`, { method })
    expect((await at('/add-checkpoint')).status).toBe(405)
    expect((await at('/other', 'POST')).status).toBe(404)
    expect(await (await at('/')).text()).toContain(`witness ${witness.verifierKeys[0]}\nlog ${ORIGIN}\n`)
  })

  test('ignores the lines of others, and does not keep them', async () => {
    const stranger = await noteSigner('elsewhere.example', new Uint8Array(32).fill(5))
    const note = await signNote(formatCheckpoint({ origin: ORIGIN, size: 2, root: rootOf(2) }), [
      stranger,
      log,
    ])
    expect((await send(formatAddCheckpoint({ oldSize: 0, proof: [], note }))).status).toBe(200)
    const [held = ''] = (await readdir(path.join(folder, 'state/logs'), { recursive: true })).filter((name) => name.includes('checkpoint-')) // prettier-ignore
    expect(await readFile(path.join(folder, 'state/logs', held), 'utf8')).not.toContain('elsewhere')
  })

  test('of many requests at once lets one through for each size, and never goes back', async () => {
    await add(0, 1)
    const sizes = [2, 3, 5, 8, 13, 21, 34]
    const answers = await Promise.all(sizes.map((size) => add(1, size)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(sizes.length - 1)
  })

  test('remembers over a restart, and another process on the same memory does not make it sign twice', async () => {
    await add(0, 9)
    await witness.stop()
    witness = await start()
    expect(await add(0, 12)).toMatchObject({ status: 409, text: '9\n' })
    const second = await start()
    const [mine, theirs] = [witness, second]
    const answers: number[] = []
    for (const size of [10, 11, 12]) {
      for (const each of [mine, theirs]) {
        witness = each
        answers.push((await add(size - 1, size)).status)
      }
    }
    witness = mine
    await theirs.stop()
    expect(answers).toEqual([200, 409, 200, 409, 200, 409])
  })

  test('signs nothing when its clock went back', async () => {
    await add(0, 3)
    now = new Date(now.getTime() - 5000)
    expect((await add(3, 4)).status).toBe(503)
    now = new Date(now.getTime() + 6000)
    expect((await add(3, 4)).status).toBe(200)
  })

  test('does not start on the memory of another, or without one', async () => {
    await expect(createWitnessFiles('other.example/w', path.join(folder, 'other.key'), path.join(folder, 'state'))).rejects.toThrow(`holds the memory of ${NAME}`) // prettier-ignore
    await rm(path.join(folder, 'state'), { recursive: true })
    const started = startWitness({ keyFiles: [path.join(folder, 'witness.key')], logsFile: path.join(folder, 'logs'), stateDirectory: path.join(folder, 'state'), host: '127.0.0.1', port: 0, clock: () => now, log: createLog('error') }) // prettier-ignore
    await expect(started).rejects.toThrow('does not hold the memory of a witness')
  })
})

test('whatever is asked of it, in whatever order, the sizes that a witness signs never fall and its trees agree', async () => {
  const request = fc.record({ from: fc.nat(12), to: fc.nat(12), isOther: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 12 }), async (requests) => {
      await rm(path.join(folder, 'state/logs'), { recursive: true, force: true })
      let last = { size: 0, of: leaves }
      for (const { from, to, isOther } of requests) {
        const of = isOther ? others : leaves
        const note = await noteOf(to, of)
        const { status } = await send(
          formatAddCheckpoint({ oldSize: from, proof: proofOf(Math.min(from, to), to), note }),
        )
        if (status !== 200) continue
        expect(to).toBeGreaterThanOrEqual(last.size)
        if (last.size > 0) expect(of).toBe(last.of)
        last = { size: to, of }
      }
    }),
    { numRuns: 25 },
  )
})

test('a request goes through its text form, and a list of logs is read in both forms', async () => {
  const given = { oldSize: 5, proof: proofOf(5, 9), note: await noteOf(9) }
  expect(formatAddCheckpoint(parseAddCheckpoint(formatAddCheckpoint(given)))).toBe(formatAddCheckpoint(given))
  const vkey = formatVerifierKey(log.key)
  const list = `# made by hand\nlogs/v0\n\nvkey ${vkey}\n\tqpd 86400\n contact somebody\n\nvkey ${vkey}\norigin the other log\nqpd 24\ncontact x\n`
  expect(await parseLogList(list)).toEqual([{ origin: ORIGIN, keys: [log.key] }, { origin: 'the other log', keys: [log.key] }]) // prettier-ignore
  const next = await noteSigner(ORIGIN, new Uint8Array(32).fill(9))
  expect(await parseLogList(`${vkey}\n${formatVerifierKey(next.key)}\n`)).toEqual([{ origin: ORIGIN, keys: [log.key, next.key] }]) // prettier-ignore
  for (const bad of [
    'logs/v0\nvkey x',
    `logs/v0\nvkey ${vkey}\ncontact x`,
    `${list}vkey ${vkey}\nqpd 1\ncontact x`,
    'hello',
  ])
    await expect(parseLogList(bad)).rejects.toThrow()
})

test('an ML-DSA-44 cosignature verifies, and with anything in it changed it does not', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ml-dsa-44')
  const raw = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-1312))
  const key = await verifierKey('w.example/1', 0x06, raw)
  const root = rootOf(9)
  const short = (text: string) => concat(Uint8Array.of(text.length), encodeText(text))
  const u64 = (value: number) => { const b = Buffer.alloc(8); b.writeBigUInt64BE(BigInt(value)); return b } // prettier-ignore
  const message = concat(
    encodeText('subtree/v1\n\0'),
    short('w.example/1'),
    u64(77),
    short(ORIGIN),
    u64(0),
    u64(9),
    root,
  )
  const signature = concat(u64(77), sign(null, message, privateKey))
  const note = `${await noteOf(9)}— w.example/1 ${toBase64(concat(key.id, signature))}\n`
  expect((await openNote(note, [key])).verified).toEqual([key])
  await expect(openNote(note.replace('\n9\n', '\n8\n'), [key])).rejects.toThrow('does not verify')
  expect(formatVerifierKey(await parseVerifierKey(formatVerifierKey(key)))).toBe(formatVerifierKey(key))
})

// Requests that another witness's own tests send (FiloSottile/torchwood, internal/witness): a log of Sigsum's at sizes 1, 3 and 5.
test('requests that were made for another witness are answered as it answers them', async () => {
  const origin = 'sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562'
  const publicKey = Buffer.from('ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f', 'hex')
  await witness.stop()
  await writeFile(
    path.join(folder, 'logs'),
    `${formatVerifierKey(await verifierKey(origin, 0x01, publicKey))}\n`,
  )
  witness = await start()
  const one = `old 0\n\n${origin}\n1\nKgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— ${origin} UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=\n`
  const three = `old 1\nKgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nKgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n${origin}\n3\nRcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=\n\n— ${origin} UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=\n`
  const five = `old 1\nKgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=\nKgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n${origin}\n5\nQrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=\n\n— ${origin} UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=\n`
  expect((await send(three)).status).toBe(409)
  expect((await send(one)).status).toBe(200)
  expect((await send(five.replace('old 1\nKgE', 'old 1\nKgI'))).status).toBe(422)
  expect((await send(five)).status).toBe(200)
  expect(await send(three)).toMatchObject({ status: 409, text: '5\n' })
  expect((await send(one.replace('old 0', 'old 5'))).status).toBe(400)
})
