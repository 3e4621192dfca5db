// `concordat keys move`: takes the keys of everything that is kept to another key store, proves that each still opens, and destroys
// the old ones. The gateways are stopped meanwhile; one that is not can neither seal nor destroy.
import { Command, Option } from 'commander'
import { keyStoreKinds, type KeyStoreKind } from '../../keys/key-store.ts'
import { systemClock } from '../clock.ts'
import { parseKeyStoreConfig, parseMoveConfig, processEnvironment } from '../config.ts'

export function moveVerb(): Command {
  return new Command('move')
    .description('Move every key to another key store, prove that it opens, and destroy the old ones.')
    .addOption(
      new Option('--to <kind>', 'the key store to move to').choices(keyStoreKinds).makeOptionMandatory(),
    ) // prettier-ignore
    .addHelpText(
      'after',
      `
Stop every gateway and worker first. The environment says which store the keys are in (KEY_STORE and its settings), and which one
they go to: each setting of that one may have TO_ in front of its name where both need it, as TO_PKCS11_TOKEN, or
TO_KEY_DIRECTORY for another directory.

Each key is opened in the old store, wrapped by the new one, opened there again and compared. All of it takes hold at once or not
at all. Then every key of the old store is destroyed, for good. Both are entries of the ledger. Broken off at any moment, run it
again with the same settings: it goes on. Then start the gateways with the settings of the new store.

A backup of the database from before the move opens nothing afterwards. Take a new one.

Examples:
  $ PKCS11_LIBRARY=/usr/lib/softhsm/libsofthsm2.so PKCS11_TOKEN=concordat PKCS11_PIN=... npx concordat keys move --to pkcs11
  $ KEY_STORE=pkcs11 PKCS11_TOKEN=old TO_PKCS11_TOKEN=new ... npx concordat keys move --to pkcs11
`,
    )
    .action(async ({ to }: { readonly to: KeyStoreKind }) => {
      process.stdout.write(await move(to))
    })
}

async function move(kind: KeyStoreKind): Promise<string> {
  const env = processEnvironment()
  const { databaseUrl } = parseMoveConfig(env)
  const [configured, target] = [parseKeyStoreConfig(env), parseKeyStoreConfig(ofTarget(env, kind))]
  const { openKeyStore } = await import('../open-key-store.ts')
  const { openDatabase } = await import('../db.ts')
  const { moveKeys } = await import('../rotation/move-keys.ts')
  const from = await openKeyStore(configured, { createMissing: false })
  const to = await openKeyStore(target, { createMissing: true })
  const db = openDatabase(databaseUrl, { applicationName: 'concordat-move', maxConnections: 2 })
  try {
    const { moved, destroyed } = await moveKeys({ db, clock: systemClock, from, to, progress: showProgress })
    return [
      moved ? `Moved ${moved.keys} keys on ${moved.shelves} shelves from ${from.kind} to ${to.kind} (${to.id}). Each opened in both and was the same.` : `The keys had been moved to ${to.kind} (${to.id}) already.`,
      `Destroyed ${destroyed} keys of the old store. It opens nothing any more.`,
      `Start the gateways with KEY_STORE=${to.kind}, and take a new backup: an older one opens nothing.`,
      '',
    ].join('\n') // prettier-ignore
  } finally {
    await db.close()
  }
}

/** The environment as it is for the new store: what stands behind TO_ goes first. */
function ofTarget(env: Readonly<Record<string, string | undefined>>, kind: KeyStoreKind) {
  const named = Object.entries(env).filter(([name]) => name.startsWith('TO_'))
  return { ...env, ...Object.fromEntries(named.map(([name, value]) => [name.slice(3), value])), KEY_STORE: kind } // prettier-ignore
}

function showProgress(step: 'wrapping' | 'destroying', done: number, of: number): void {
  if (done === of || done % 100 === 0) process.stderr.write(`${step}: ${done} of ${of} shelves\n`)
}
