// Run in a process of its own by long-package.test.ts: seals, opens and packages so many MiB in one go, and prints
// the most memory that the process ever held.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { newItemKey, openItem, sealItem } from '../../keys/item.ts'
import { createPersonKey } from '../../keys/openpgp-keys.ts'
import { encryptForRecipient } from '../../keys/package-pgp.ts'
import { loadOrCreateSuccessions } from '../../keys/succession.ts'
import { opened } from './memory-opening.ts'

const sizeBytes = Number(process.argv[2]) * 1024 * 1024
const at = new Date()
const dir = await mkdtemp(join(tmpdir(), 'sk-'))
const owner = { createMissing: true, name: 'Gateway', email: 'gateway@concordat.example', at }
const signer = (await loadOrCreateSuccessions(dir, owner)).packages.current
await rm(dir, { recursive: true })
const person = await createPersonKey({ name: 'Asha', email: 'asha@hmiprisons.example', at })

const block = randomBytes(65_536)
const blocks = Array.from({ length: sizeBytes / block.length }, () => block)
const itemKey = newItemKey()
const named = { itemId: 'item-1', context: {} }
const { ciphertext, sealed } = sealItem(Readable.from(blocks, { objectMode: false }), { itemKey, ...named })
const plaintext = openItem(ciphertext, { itemKey: await opened(itemKey), ...named })
let packageBytes = 0
const started = performance.now()
await pipeline(
  await encryptForRecipient(plaintext, { recipientArmored: person.publicArmored, signer, at }),
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      packageBytes += chunk.length
      done()
    },
  }),
)
console.log(
  JSON.stringify({
    plaintextBytes: (await sealed).plaintextBytes,
    packageBytes,
    mostResidentMiB: Math.ceil(process.resourceUsage().maxRSS / 1024),
    seconds: (performance.now() - started) / 1000,
  }),
)
