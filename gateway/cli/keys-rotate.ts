// `concordat keys rotate` and `concordat keys retire`: a signing key is changed while it is in use. Of the ledger's both sign in
// between, so that nobody's proof fails who has only the one or only the other; of the others the successor is shown first.
import { Argument, Command } from 'commander'
import { formatVerifierKey } from '../../audit/note.ts'
import { toHex } from '../../audit/bytes.ts'
import { beginChange, endChange, loadOrCreateChangingKey } from '../../keys/changing-key.ts'
import { londonDate } from '../../policies/calendar.ts'
import { systemClock } from '../clock.ts'
import { parseKeyConfig, processEnvironment } from '../config.ts'
import { foldersOf, LEDGER_KEY, noteRetired } from '../key-directory.ts'
import { ledgerSigner } from '../ledger-signer.ts'
import { succeeding, type Succeeding } from '../../keys/succession.ts'
import { UsageFault } from './failure.ts'
import { retireSuccession, rotateSuccession } from './keys-succession.ts'

const whichKey = () => new Argument('<key>', 'which key').choices(['ledger', ...succeeding])

export function rotateVerb(): Command {
  return new Command('rotate')
    .description('Begin to change a key: make its successor.')
    .addArgument(whichKey())
    .addHelpText(
      'after',
      `
KEY_DIRECTORY and LEDGER_ORIGIN say where and of what, as for the gateway.

  ledger        Restart every gateway and worker afterwards: from then on both keys sign each checkpoint, and the ledger records
                it. Give the new verifier key to everybody who verifies, and to each witness; when all have it, run keys retire.
  packages      The OpenPGP key that signs packages and mail; MAIL_FROM is the address that it carries. Gateways that run show
                the successor within seconds, and record that; it signs when the older one is retired.
  certificates  The key that signs certificates of destruction and manifests, likewise.

Example:
  $ KEY_DIRECTORY=/var/lib/concordat/keys LEDGER_ORIGIN=gateway.example/audit/1 npx concordat keys rotate ledger
`,
    )
    .action(async (which: 'ledger' | Succeeding) => {
      if (which !== 'ledger') {
        process.stdout.write(await rotateSuccession(which))
        return
      }
      const { signing, ledgerOrigin } = place()
      const { privateKey } = await beginChange(signing, LEDGER_KEY)
      const { key } = await ledgerSigner(ledgerOrigin, privateKey)
      process.stdout.write(
        `Made the ledger's next key. It signs beside the old one once the gateways were restarted.\n  ${formatVerifierKey(key)}\n`,
      )
    })
}

interface RetireOptions {
  readonly keep: string
  readonly atOnce: boolean
}

export function retireVerb(): Command {
  return new Command('retire')
    .description('End the change of a key: destroy the older one.')
    .addArgument(whichKey())
    .requiredOption(
      '--keep <id>',
      'the newer key: its fingerprint, its kid, or of the ledger the eight digits in its verifier key: that everybody has it',
    )
    .option('--at-once', 'packages and certificates: also where it was shown for less than a week', false)
    .addHelpText(
      'after',
      `
The older key is destroyed and cannot be had back. What it signed stays verifiable with its public half, which is kept and
still shown. Restart every gateway and worker afterwards, for the ledger's key alone. For packages and certificates DATABASE_URL
says where the ledger is, which must have shown the newer key. Run again after a crash, it ends what was begun.

Example:
  $ KEY_DIRECTORY=/var/lib/concordat/keys LEDGER_ORIGIN=gateway.example/audit/1 npx concordat keys retire ledger --keep 0a1b2c3d
`,
    )
    .action(async (which: 'ledger' | Succeeding, { keep, atOnce }: RetireOptions) => {
      if (which !== 'ledger') {
        process.stdout.write(await retireSuccession(which, keep, atOnce))
        return
      }
      const { signing, ledgerOrigin } = place()
      const pairs = await loadOrCreateChangingKey(signing, LEDGER_KEY, { createMissing: false })
      const [newest, ...older] = await Promise.all(
        pairs.map(({ privateKey }) => ledgerSigner(ledgerOrigin, privateKey)),
      )
      if (newest && keep !== toHex(newest.key.id))
        throw new UsageFault(`The newer key is ${toHex(newest.key.id)}, not ${keep}. Nothing was changed.`)
      for (const { key } of older)
        await noteRetired(signing, londonDate(systemClock()), formatVerifierKey(key))
      await endChange(signing, LEDGER_KEY)
      process.stdout.write(
        'The older key is destroyed. Restart the gateways: they still hold it until then.\n',
      )
    })
}

function place() {
  const { keyDirectory, ledgerOrigin } = parseKeyConfig(processEnvironment())
  return { signing: foldersOf(keyDirectory).signing, ledgerOrigin }
}
