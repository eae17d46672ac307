/**
 * A certificate for one host, signed by itself: for servers of a test that speak TLS.
 *
 * https://www.rfc-editor.org/rfc/rfc5280#section-4.1
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

export interface SelfSigned {
  readonly key: string
  readonly cert: string
}

/** @param host As subject and alternative name; `*.s3.test` covers one label more. */
export function selfSigned(host: string): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = sequence(oid('2a8648ce3d040302'))
  const name = sequence(set(sequence(oid('550403'), element(0x0c, Buffer.from(host)))))
  const dayMs = 86_400_000
  const validity = sequence(time(Date.now() - dayMs), time(Date.now() + dayMs))
  const alternative = sequence(element(0x82, Buffer.from(host)))
  const extension = sequence(oid('551d11'), element(0x04, alternative))
  const content = sequence(
    element(0xa0, element(0x02, Buffer.from([2]))),
    element(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ...[algorithm, name, validity, name],
    publicKey.export({ type: 'spki', format: 'der' }),
    element(0xa3, sequence(extension)),
  )
  const signature = sign('sha256', content, privateKey)
  const bits = element(0x03, Buffer.concat([Buffer.from([0]), signature]))
  const der = sequence(content, algorithm, bits).toString('base64')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${der}\n-----END CERTIFICATE-----\n`,
  }
}

function element(tag: number, content: Buffer): Buffer {
  const { length } = content
  const head =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...head]), content])
}

function sequence(...parts: Buffer[]): Buffer {
  return element(0x30, Buffer.concat(parts))
}

function set(part: Buffer): Buffer {
  return element(0x31, part)
}

function oid(hex: string): Buffer {
  return element(0x06, Buffer.from(hex, 'hex'))
}

/** UTCTime: `YYMMDDhhmmssZ`. */
function time(ms: number): Buffer {
  const digits = new Date(ms)
    .toISOString()
    .replaceAll(/[-:T]|\.\d+/g, '')
    .slice(2)
  return element(0x17, Buffer.from(digits))
}
