// `concordat certificate verify`: checks a certificate of destruction offline, from three files and nothing else.
import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { readTrust } from '../../audit/verify-files.ts'
import { readCertificateKeys } from './certificate-keys-file.ts'
import { exitCodes } from './failure.ts'
import { verifyWholeCertificate, type Verdict } from './verify-certificate.ts'

interface Options {
  readonly certificate: string
  readonly key: string
  readonly vkey?: string
  readonly policy?: string
  readonly timeAuthority?: string
}

export function certificateVerb(): Command {
  return new Command('certificate').description('Check certificates of destruction.').addCommand(verifyVerb())
}

function verifyVerb(): Command {
  return new Command('verify')
    .description('Check offline that a destruction was certified, and that the ledger records it.')
    .requiredOption('--certificate <file>', 'the certificate, as the gateway gave it or as a compact JWS')
    .requiredOption(
      '--key <file>',
      'the gateway’s certificate key (JWK), or all of them (JWK set), from a source that you trust',
    )
    .option('--vkey <file>', 'verifier keys of the ledger, one a line, from a source that you trust')
    .option(
      '--policy <file>',
      'which witnesses must have cosigned (C2SP tlog-policy); it can name the ledger too',
    )
    .option(
      '--time-authority <file>',
      'certificates (PEM) of a time authority that you trust: the ledger proof must carry its word',
    )
    .addHelpText(
      'after',
      `
Each step is printed as passed, failed or skipped. It ends with 0 only when every step passed. It uses no network and no
database. With --policy it also asks that enough witnesses cosigned; without, it says that it did not ask.

Example:
  $ npm run demo -- --once
  $ npx concordat certificate verify --certificate .demo/out/certificate.json \\
      --key .demo/out/certificate.jwk --vkey .demo/out/ledger.vkey
`,
    )
    .action(
      async ({ certificate, key, vkey, policy: policyFile, timeAuthority: timeAuthorityFile }: Options) => {
        const {
          keys: ledgerKeys,
          policy,
          checkTime,
        } = await readTrust({ vkeyFile: vkey, policyFile, timeAuthorityFile })
        const verdict = await verifyWholeCertificate({
          text: await readFile(certificate, 'utf8'),
          certificateKeys: await readCertificateKeys(key),
          ledgerKeys,
          policy,
          checkTime,
        })
        process.stdout.write(inWords(verdict, policy !== undefined))
        process.exitCode = verdict.verified ? exitCodes.done : exitCodes.failed
      },
    )
}

function inWords({ verified, steps, certificate }: Verdict, asksWitnesses: boolean): string {
  const lines = steps.map(({ outcome, name, says }) => `${outcome.padEnd(7)}  ${name.padEnd(23)}  ${says}`)
  const last =
    verified && certificate
      ? `Verified: item ${certificate.itemId} was destroyed at ${certificate.destroyedAt}; the certificate is ${certificate.status}.`
      : 'Not verified.'
  const unasked =
    asksWitnesses || !verified ? [] : ['No policy was given, so that witnesses were not asked for.']
  return `${[...lines, ...unasked, last].join('\n')}\n`
}
