// `concordat keys create`: makes the gateway's keys before its first start, and says what others verify with. It makes all
// of them or none: a key that is missing beside others was lost, and is restored from where it was kept.
import { readdir } from 'node:fs/promises'
import { Command } from 'commander'
import { formatVerifierKey } from '../../audit/note.ts'
import { systemClock } from '../clock.ts'
import { parseKeyConfig, parseKeyStoreConfig, processEnvironment } from '../config.ts'
import { foldersOf, openKeyDirectory } from '../key-directory.ts'
import { ledgerSigner } from '../ledger-signer.ts'
import { openKeyStore } from '../open-key-store.ts'
import { moveVerb } from './keys-move.ts'
import { resealVerb } from './keys-reseal.ts'
import { retireVerb, rotateVerb } from './keys-rotate.ts'
import { rotateShelvesVerb } from './keys-rotate-shelves.ts'
import { witnessKeyCommand } from './keys-witness.ts'

export function keysVerb(): Command {
  return new Command('keys')
    .description('Look after the gateway’s own keys, or make those of a witness.')
    .addCommand(createVerb())
    .addCommand(moveVerb())
    .addCommand(rotateVerb())
    .addCommand(retireVerb())
    .addCommand(rotateShelvesVerb())
    .addCommand(resealVerb())
    .addCommand(witnessKeyCommand())
}

function createVerb(): Command {
  return new Command('create')
    .description('Make the signing keys and the key store’s directory, before the first start.')
    .addHelpText(
      'after',
      `
KEY_DIRECTORY says where, LEDGER_ORIGIN what the ledger is called, and MAIL_FROM whose address the package key carries.
KEY_STORE says where the keys of what is sealed live: file (when unset), pkcs11 or aws-kms, with the settings of each.
Keep the directory out of the database’s backups. Nothing that is there is ever overwritten; run again, it prints the same.

Example:
  $ KEY_DIRECTORY=/var/lib/concordat/keys LEDGER_ORIGIN=gateway.example/audit/1 npx concordat keys create
`,
    )
    .action(async () => {
      const { keyDirectory, mailFrom, ledgerOrigin } = parseKeyConfig(processEnvironment())
      const isFirst = await hasNoKeys(foldersOf(keyDirectory).signing)
      const keys = await openKeyDirectory(keyDirectory, {
        createMissing: isFirst,
        email: mailFrom,
        at: systemClock(),
      })
      const store = await openKeyStore(parseKeyStoreConfig(processEnvironment()), { createMissing: isFirst })
      const { key } = await ledgerSigner(ledgerOrigin, keys.ledger[0].privateKey)
      const lines = [
        `${isFirst ? 'Made' : 'Already there:'} the keys in ${keyDirectory}`,
        `  packages are signed by      ${keys.packages.current.fingerprint}`,
        `  certificates are signed by  ${keys.certificates.current.publicJwk.kid}`,
        `  the ledger is signed by     ${formatVerifierKey(key)}`,
        `  shelf keys are kept in      ${store.kind}, ${store.id}`,
      ]
      process.stdout.write(`${lines.join('\n')}\n`)
    })
}

async function hasNoKeys(directory: string): Promise<boolean> {
  try {
    return (await readdir(directory)).length === 0
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return true
    throw error
  }
}
