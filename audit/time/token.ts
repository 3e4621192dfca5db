// Time tokens (RFC 3161, with RFC 5816): an authority's signed word that some bytes existed at some time. Here they are asked
// for, and verified whole: what they are about, who signed them, that this certificate is for time-stamping and nothing else,
// and that its chain ends with a certificate that the verifier trusts. WebCrypto and pkijs; no Node API.
import { fromBER, Integer, ObjectIdentifier, OctetString, Sequence } from 'asn1js'
import { AlgorithmIdentifier, type Attribute, Certificate, ContentInfo, ExtKeyUsage, MessageImprint, SignedData, type SignerInfo, TimeStampReq, TimeStampResp, TSTInfo } from 'pkijs' // prettier-ignore
import { fromBase64, sameBytes } from '../bytes.ts'
import { sha256 } from '../web-crypto.ts'
import { TimeRefused } from './refused.ts'

const oid = {
  sha256: '2.16.840.1.101.3.4.2.1',
  signedData: '1.2.840.113549.1.7.2',
  timeStampInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  extendedKeyUsage: '2.5.29.37',
  timeStamping: '1.3.6.1.5.5.7.3.8',
} as const

export const NONCE_BYTES = 8

/** RFC 3161 section 2.4.2: granted, or granted with modifications. */
const GRANTED: readonly number[] = [0, 1]

/** What the chains of tokens have to end with. */
export type TimeChain = readonly Certificate[]

/** @param pem one certificate or more @throws {TimeRefused} */
export function parseTimeChain(pem: string): TimeChain {
  const blocks = [...pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g)]
  const chain = blocks.map(([, text = '']) => {
    const der = fromBase64(text.replace(/\s/g, ''))
    if (der === undefined) throw new TimeRefused('A certificate of the time authority is damaged.')
    return read(() => Certificate.fromBER(own(der)), 'A certificate of the time authority is damaged.')
  })
  if (chain.length === 0) throw new TimeRefused('The file of the time authority holds no certificate (PEM).')
  return chain
}

/** @param nonce NONCE_BYTES random bytes; the answer has to repeat them @returns a TimeStampReq, RFC 3161 section 2.4.1 */
export async function makeQuery(message: Uint8Array, nonce: Uint8Array): Promise<Uint8Array> {
  const request = new TimeStampReq({
    version: 1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: oid.sha256 }),
      hashedMessage: new OctetString({ valueHex: own(await sha256(message)) }),
    }),
    nonce: integerOf(nonce),
    certReq: true,
  })
  return new Uint8Array(request.toSchema().toBER())
}

/** @returns the token as the authority made it, byte for byte @throws {TimeRefused} where it gave none */
export function tokenOf(answer: Uint8Array): Uint8Array {
  const damaged = 'The answer of the time authority cannot be read.'
  const { status, timeStampToken } = read(() => TimeStampResp.fromBER(own(answer)), damaged)
  if (!GRANTED.includes(status.status) || timeStampToken === undefined)
    throw new TimeRefused(`The time authority refused (status ${status.status}).`)
  const { result } = fromBER(own(answer))
  const token = result instanceof Sequence ? result.valueBlock.value[1] : undefined
  if (token === undefined) throw new TimeRefused(damaged)
  return new Uint8Array(token.valueBeforeDecodeView)
}

export interface Expected {
  /** The token is about one of these; the bytes, not their hashes. */
  readonly messages: readonly Uint8Array[]
  readonly chain: TimeChain
  /** That of the query that it answers; not looked at when undefined. */
  readonly nonce?: Uint8Array
}

export interface Stamped {
  /** When the authority says that the message was there. */
  readonly at: Date
  /** Of the certificate that signed. */
  readonly authority: string
}

/** @throws {TimeRefused} */
export async function verifyToken(token: Uint8Array, expected: Expected): Promise<Stamped> {
  const { signed, info } = read(() => readToken(token), 'The time token cannot be read.')
  const message = await findMessage(info, expected.messages)
  if (expected.nonce && !info.nonce?.isEqual(integerOf(expected.nonce)))
    throw new TimeRefused('The time token answers another query.')
  const [signer] = signed.signerInfos
  if (signer === undefined || signed.signerInfos.length > 1)
    throw new TimeRefused('A time token has one signature, RFC 3161 section 2.4.2.')
  const certificate = await verifySignature(signed, message, expected.chain)
  checkAttributes(signer)
  await checkSigner(signer, certificate)
  return { at: info.genTime, authority: nameOf(certificate) }
}

function readToken(token: Uint8Array): { signed: SignedData; info: TSTInfo } {
  const content = ContentInfo.fromBER(own(token))
  if (content.contentType !== oid.signedData) throw new TimeRefused('The time token is not signed.')
  const signed = new SignedData({ schema: content.content })
  const { eContentType, eContent } = signed.encapContentInfo
  if (eContentType !== oid.timeStampInfo || !eContent) throw new TimeRefused('It is not a time token.')
  return { signed, info: TSTInfo.fromBER(eContent.getValue()) }
}

async function findMessage(info: TSTInfo, messages: readonly Uint8Array[]): Promise<Uint8Array> {
  const { hashAlgorithm, hashedMessage } = info.messageImprint
  if (hashAlgorithm.algorithmId !== oid.sha256) throw new TimeRefused('The time token is not over SHA-256.')
  const imprint = new Uint8Array(hashedMessage.valueBlock.valueHexView)
  for (const message of messages) if (sameBytes(await sha256(message), imprint)) return message
  throw new TimeRefused('The time token is about something else.')
}

/** The signature, and the chain of its certificate at the time that it says. */
async function verifySignature(
  signed: SignedData,
  message: Uint8Array,
  chain: TimeChain,
): Promise<Certificate> {
  const verified = await signed
    .verify({ signer: 0, data: own(message), trustedCerts: [...chain], checkChain: true, extendedMode: true })
    .catch((cause: unknown) => {
      throw new TimeRefused('The time token is not signed by the time authority that is trusted.', { cause })
    })
  if (verified.signatureVerified !== true || !verified.signerCertificate)
    throw new TimeRefused('The signature of the time token does not hold.')
  return verified.signerCertificate
}

/** RFC 5652 section 5.3: what is signed are the attributes, and one of them says what kind of content it is. */
function checkAttributes(signer: SignerInfo): void {
  const type: unknown = attributeOf(signer, oid.contentType)?.values[0]
  if (!(type instanceof ObjectIdentifier) || type.getValue() !== oid.timeStampInfo)
    throw new TimeRefused('What is signed is not a time token.')
}

/** RFC 3161 sections 2.3 and 2.4.2, RFC 5816: for time-stamping alone, and named in what is signed. */
async function checkSigner(signer: SignerInfo, certificate: Certificate): Promise<void> {
  const usage = certificate.extensions?.find(({ extnID }) => extnID === oid.extendedKeyUsage)
  const purposes = usage?.parsedValue instanceof ExtKeyUsage ? usage.parsedValue.keyPurposes : []
  if (usage?.critical !== true || purposes.length !== 1 || purposes[0] !== oid.timeStamping)
    throw new TimeRefused('The certificate that signed the time token is not one for time-stamping alone.')
  const named: unknown = attributeOf(signer, oid.signingCertificateV2)?.values[0]
  const hash = named === undefined ? undefined : certificateHash(named)
  if (hash === undefined || !sameBytes(hash, await sha256(new Uint8Array(certificate.toSchema().toBER()))))
    throw new TimeRefused('The time token does not name the certificate that signed it.')
}

/** RFC 5035: SigningCertificateV2 is a list of ESSCertIDv2, whose hash is SHA-256 unless another algorithm is named. */
function certificateHash(attribute: unknown): Uint8Array | undefined {
  const ids = firstOf(attribute)
  const first = firstOf(ids)
  const hash = first instanceof Sequence ? first.valueBlock.value[0] : undefined
  return hash instanceof OctetString ? new Uint8Array(hash.valueBlock.valueHexView) : undefined
}

function firstOf(value: unknown): unknown {
  return value instanceof Sequence ? value.valueBlock.value[0] : undefined
}

function attributeOf({ signedAttrs }: SignerInfo, type: string): Attribute | undefined {
  const found = signedAttrs?.attributes.filter((attribute) => attribute.type === type) ?? []
  return found.length === 1 ? found[0] : undefined
}

function nameOf({ subject }: Certificate): string {
  return subject.typesAndValues.map(({ value }) => value.valueBlock.value).join(', ')
}

/** The top bits are set, so that it is positive and its shortest form (X.690 section 8.3.2). */
function integerOf([first = 0, ...rest]: Uint8Array): Integer {
  return new Integer({ valueHex: own(Uint8Array.of((first & 0x3f) | 0x40, ...rest)) })
}

function read<T>(work: () => T, says: string): T {
  try {
    return work()
  } catch (cause) {
    throw cause instanceof TimeRefused ? cause : new TimeRefused(says, { cause })
  }
}

/** WebCrypto and pkijs take whole buffers. */
function own(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer
}
