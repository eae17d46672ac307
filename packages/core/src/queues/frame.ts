/**
 * What a message's bytes say: a value as its plain JSON, which every other consumer can read, or a
 * frame around anything else. Byte by byte in docs/formats/queue-messages.md.
 *
 * ```
 *   00 61 6f 73 71 | 01      | header bytes | header, JSON     | body
 *   magic          | version | u32, big     | { type, claim?,  | the encoded value;
 *                  |         | endian       |   origin? }      | nothing where it is claimed
 * ```
 *
 * Invariant: reading never throws. JSON never begins with a zero byte, so that what does is ours or
 * of a stranger, and what is no frame of ours is given as the bytes that it is.
 */
import { isPlainObject } from '../codecs/plain.ts'
import { strictText, utf8Bytes } from '../text.ts'

/** The type of messages without a frame. */
export const plainType = 'application/json'

/** Where the payload of a message lies that was too large for its queue. */
export interface ClaimTicket {
  readonly key: string
  readonly bytes: number
  /** Of the payload, in lower-case hexadecimal. */
  readonly sha256: string
}

/** Where a poisoned message came from, and why it was given up. */
export interface MessageOrigin {
  readonly queue: string
  /** The id that it had there: the same for all copies, should it have been moved twice. */
  readonly id: string
  readonly dequeueCount: number
  /** Of the original, as ISO 8601. */
  readonly insertedAt: string
  /** As ISO 8601. */
  readonly poisonedAt: string
  /** Of the last failure. */
  readonly error: { readonly name: string; readonly message: string; readonly code?: string }
}

/** What a message holds. */
export interface MessageContent {
  readonly contentType: string
  /** The encoded value; empty where it is claimed. */
  readonly body: Uint8Array
  readonly claim?: ClaimTicket | undefined
  readonly origin?: MessageOrigin | undefined
  /** Why the frame cannot be read; `body` is the whole message then. */
  readonly fault?: string | undefined
}

const magic: readonly number[] = [0x00, 0x61, 0x6f, 0x73, 0x71]
const version = 1
const headerAt = magic.length + 1 + 4
/** More is no header of ours: it holds one media type, one key and one short error. */
const headerBytesMax = 16 * 1024

/** The bytes of a message. */
export function encodeFrame(content: MessageContent): Uint8Array {
  const { contentType, body, claim, origin, fault } = content
  // What could not be read is the whole message: a frame around it may be too much.
  if (fault !== undefined && origin === undefined) return body
  const isPlain = contentType === plainType && claim === undefined && origin === undefined
  // Services may refuse an empty message; only a codec of the user's writes no bytes.
  if (isPlain && body.byteLength > 0 && !isFramed(body)) return body
  const header = utf8Bytes(JSON.stringify({ type: contentType, claim, origin }))
  const frame = new Uint8Array(headerAt + header.byteLength + body.byteLength)
  frame.set(magic)
  frame[magic.length] = version
  new DataView(frame.buffer).setUint32(magic.length + 1, header.byteLength)
  frame.set(header, headerAt)
  frame.set(body, headerAt + header.byteLength)
  return frame
}

/** What the bytes of a message say. Never throws: see `fault`. */
export function decodeFrame(message: Uint8Array): MessageContent {
  if (!isFramed(message)) return { contentType: plainType, body: message }
  const unread = (fault: string): MessageContent => {
    return { contentType: 'application/octet-stream', body: message, fault }
  }
  if (message.byteLength < headerAt) return unread('ends amid its frame')
  if (message[magic.length] !== version) {
    return unread(`has a frame of version ${message[magic.length]}; this release reads ${version}`)
  }
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  const bodyAt = headerAt + view.getUint32(magic.length + 1)
  if (bodyAt > headerAt + headerBytesMax || bodyAt > message.byteLength) {
    return unread('has a frame whose header is longer than it can be')
  }
  const header = headerOf(message.subarray(headerAt, bodyAt))
  if (header === undefined) return unread('has a frame whose header does not parse')
  return { ...header, body: message.subarray(bodyAt) }
}

/** True when the message begins as a frame does. */
function isFramed(message: Uint8Array): boolean {
  return magic.every((byte, at) => message[at] === byte)
}

function headerOf(bytes: Uint8Array): Omit<MessageContent, 'body'> | undefined {
  let header: unknown
  try {
    header = JSON.parse(strictText(bytes))
  } catch {
    return undefined
  }
  if (!isFields(header)) return undefined
  const { type, claim, origin } = header
  if (typeof type !== 'string' || type === '') return undefined
  if (claim !== undefined && !isTicket(claim)) return undefined
  if (origin !== undefined && !isOrigin(origin)) return undefined
  return {
    contentType: type,
    ...(claim === undefined ? {} : { claim }),
    ...(origin === undefined ? {} : { origin }),
  }
}

type Fields = Readonly<Record<string, unknown>>

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && isPlainObject(value)
}

function isTicket(value: unknown): value is ClaimTicket {
  if (!isFields(value)) return false
  const { key, bytes, sha256 } = value
  return (
    typeof key === 'string' &&
    Number.isSafeInteger(bytes) &&
    (bytes as number) >= 0 &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256)
  )
}

function isOrigin(value: unknown): value is MessageOrigin {
  if (!isFields(value)) return false
  const { queue, id, dequeueCount, insertedAt, poisonedAt, error } = value
  const texts = [queue, id, insertedAt, poisonedAt]
  return (
    texts.every((text) => typeof text === 'string') &&
    typeof dequeueCount === 'number' &&
    isFields(error) &&
    typeof error['name'] === 'string' &&
    typeof error['message'] === 'string'
  )
}
