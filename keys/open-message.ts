// The recipient's side of a message: opens it with the person's own private key and insists on the gateway's signature.
// For the command line and the demonstration; whole messages in memory, so not for packages of gigabytes.
import { decrypt, readKey, readMessage, readPrivateKey, type DecryptOptions } from 'openpgp'
import { KeyFault } from './key-fault.ts'
import { openpgpConfig } from './openpgp-keys.ts'

export interface Opening {
  /** Unprotected. */
  readonly privateArmored: string
  readonly senderArmored: string
}

/**
 * @param message binary, or armoured text
 * @returns the content; nothing of it comes out before the signature was found good
 * @throws {KeyFault} `message.unopened`
 */
export async function openMessage(
  message: Uint8Array | string,
  { privateArmored, senderArmored }: Opening,
): Promise<Uint8Array> {
  try {
    const options = {
      message:
        typeof message === 'string'
          ? await readMessage({ armoredMessage: message })
          : await readMessage({ binaryMessage: message }),
      decryptionKeys: await readPrivateKey({ armoredKey: privateArmored }),
      verificationKeys: await readKey({ armoredKey: senderArmored }),
      expectSigned: true,
      format: 'binary',
      config: openpgpConfig,
    } as const
    // The published types of streams come from a package that is not installed; a whole message gives whole bytes.
    const { data } = await (decrypt as unknown as (options: DecryptOptions) => Promise<{ data: Uint8Array }>)(
      options,
    )
    return data
  } catch (cause) {
    throw new KeyFault(
      'message.unopened',
      'The message cannot be opened with this key, or the gateway did not sign it.',
      { cause },
    )
  }
}
