// `concordat fetch`: what the Intelligence Team's scheduled job runs. It gets what came since last time, checks origin, order and
// completeness, opens it with the person's own key and keeps it whole; what is not right is not kept, and the state stays.
import { Command } from 'commander'
import { z } from 'zod'
import { KeyFault } from '../../keys/key-fault.ts'
import { openApiClient, type ApiClient, type GatewayOptions } from './api-client.ts'
import { decryptWith, type Decrypt } from './decrypt.ts'
import { readCertificateKeys } from './certificate-keys-file.ts'
import { exitCodes } from './failure.ts'
import { checkArchive, checkOrder, DeliveryRefused, readManifest, type Manifested, type Received } from './received-delivery.ts' // prettier-ignore
import { keepDelivery, keepReceived, readReceived } from './received-folder.ts'

interface Options extends GatewayOptions {
  readonly to: string
  readonly manifestKey: string
  readonly senderKey: string
  readonly privateKey?: string
  readonly passphraseFile?: string
  readonly gpg: boolean
  readonly latest: boolean
  readonly acknowledge: boolean
}

/** Beside those of every command. */
const faultCodes: Readonly<Record<DeliveryRefused['step'], number>> = { origin: 3, order: 4, completeness: 5 }

export function fetchVerb(): Command {
  return new Command('fetch')
    .description(
      'Get the deliveries of the concerns database that came since last time, verified and decrypted.',
    )
    .requiredOption('--gateway <url>', 'the gateway’s address')
    .requiredOption('--token-file <file>', 'your access token, in a file that only you can read')
    .requiredOption(
      '--to <folder>',
      'where deliveries are kept, with received.json, which says what came last',
    )
    .requiredOption(
      '--manifest-key <file>',
      'the gateway’s key for manifests (JWK), or all of them (JWK set), from a source that you trust',
    )
    .requiredOption(
      '--sender-key <file>',
      'the gateway’s OpenPGP key, or all of them (armoured), from a source that you trust',
    )
    .option('--private-key <file>', 'your own OpenPGP key (armoured), which opens them')
    .option('--passphrase-file <file>', 'the passphrase of that key, where it has one')
    .option('--gpg', 'open them with the GnuPG of this account instead of --private-key', false)
    .option('--latest', 'only the latest package; the manifests between are checked all the same', false)
    .option('--verify', 'said or not, everything is verified: there is no way to leave it out')
    .option('--acknowledge', 'say to the gateway that each arrived whole', false)
    .addHelpText('after', guide)
    .action(async (options: Options) => {
      try {
        await fetchAll(openApiClient(options), options, (line) => process.stdout.write(`${line}\n`))
        process.exitCode = exitCodes.done
      } catch (error) {
        const refused = asRefused(error)
        if (!refused) throw error
        process.stderr.write(`Refused (${refused.step}): ${refused.message} Nothing of it was kept.\n`)
        process.exitCode = faultCodes[refused.step]
      }
    })
}

const guide = `
Of each delivery is verified, in this order:
  origin        the gateway signed the manifest, and the message
  order         it is the next number, and it follows the very manifest that was received before
  completeness  every file of the manifest is there with its size, hash and rows, and nothing else

Each is kept in <folder>/delivery-<number>: concerns.csv, changes.csv, datapackage.json, HANDLING.txt, manifest.jws. It is there
whole or not at all. Run again after an interruption, it goes on where it was; with nothing new it ends with 0. With --latest the
packages between are left, and their manifests are still followed one by one, so that a gap shows.

Exit codes:
  0  everything that there is was received and holds
  1  the gateway refused, or did not answer; nothing is wrong with what was received
  2  it could not begin: a wrong option, a missing file
  3  origin: the gateway did not sign it, or it cannot be opened with your key
  4  order: a delivery is missing, or one was replaced
  5  completeness: a file is missing, altered, or too many

Examples, in a scheduled job:
  $ npx concordat fetch --gateway https://gateway.example --token-file token --to deliveries --latest --verify \\
      --manifest-key gateway.jwk --sender-key gateway.asc --gpg
  $ npx concordat fetch --gateway https://gateway.example --token-file token --to deliveries --acknowledge \\
      --manifest-key gateway.jwk --sender-key gateway.asc --private-key mine.asc --passphrase-file passphrase
`

/** A signature that does not hold is about origin, whichever of the two it is. */
function asRefused(error: unknown): DeliveryRefused | undefined {
  if (error instanceof DeliveryRefused) return error
  if (!(error instanceof KeyFault)) return undefined
  const isOfOrigin = ['manifest.untrue', 'manifest.malformed', 'message.unopened'].includes(error.code)
  return isOfOrigin ? new DeliveryRefused('origin', error.message) : undefined
}

const path = '/api/v1/deliveries'

interface Receiving {
  readonly api: ApiClient
  readonly options: Options
  readonly decrypt: Decrypt
  readonly say: (line: string) => void
}

async function fetchAll(api: ApiClient, options: Options, say: (line: string) => void): Promise<void> {
  const { to: folder, latest } = options
  const keys = await readCertificateKeys(options.manifestKey)
  const decrypt = await decryptWith(options)
  const receiving = { api, options, decrypt, say }
  const before = await readReceived(folder)
  const manifestAt = async (which: number | 'latest') => {
    const answer = await api.call('GET', `${path}/${which}/manifest`)
    return readManifest(await answer.text(), keys)
  }
  const newest = await manifestAt('latest')
  const last = newest.manifest.delivery
  refuseOlder(newest, before)
  // Without a first one to follow, the latest begins the row.
  const first = before ? before.delivery + 1 : latest ? last : 1
  if (first > last) say(`Nothing new since delivery ${last}.`)
  let received = before
  for (let number = first; number <= last; number += 1) {
    const manifested = number === last ? newest : await manifestAt(number)
    checkOrder(manifested, number, received)
    received = { delivery: number, manifestSha256: manifested.sha256 }
    if (latest && number < last) {
      await keepReceived(folder, received)
      say(`Delivery ${number}: its manifest follows; its package was left.`)
    } else await receive(receiving, manifested, received)
  }
}

/** What was received last must still be what the gateway has, and nothing goes backwards. */
function refuseOlder({ manifest, sha256 }: Manifested, before: Received | undefined): void {
  if (!before) return
  if (manifest.delivery < before.delivery)
    throw new DeliveryRefused('order', `Delivery ${before.delivery} was received, and the gateway’s latest is delivery ${manifest.delivery}.`) // prettier-ignore
  if (manifest.delivery === before.delivery && sha256 !== before.manifestSha256)
    throw new DeliveryRefused('order', `Delivery ${before.delivery} is another than the one that was received. One of them was replaced.`) // prettier-ignore
}

async function receive(
  { api, options: { to, acknowledge }, decrypt, say }: Receiving,
  manifested: Manifested,
  received: Received,
): Promise<void> {
  const number = received.delivery
  const message = Buffer.from(await (await api.call('GET', `${path}/${number}/package`)).arrayBuffer())
  const files = await checkArchive(await decrypt(message), manifested)
  const kept = await keepDelivery(to, received, files)
  const { rows, quarter, amends } = manifested.manifest
  say(`Delivery ${number}, ${quarter.label}${amends === null ? '' : `, amends delivery ${amends}`}: ${rows} concerns, signed, next in order, whole. In ${kept}.`) // prettier-ignore
  if (acknowledge) await acknowledgeOnce(api, number, say)
}

/** Somebody on the team may have said so before: that is no fault of this job. */
async function acknowledgeOnce(api: ApiClient, number: number, say: (line: string) => void): Promise<void> {
  const { state } = await api.json(z.looseObject({ state: z.string() }), 'GET', `${path}/${number}`)
  if (state !== 'acknowledged') await api.call('POST', `${path}/${number}/acknowledge`)
  say(`Delivery ${number} is acknowledged.`)
}
