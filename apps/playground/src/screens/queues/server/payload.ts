/**
 * What a message holds, as text that a person can read.
 *
 * Invariant: bounded. A list reads no claimed payload, and a text that is shown is cut.
 */
import { inspect } from 'node:util'
import { isForever, isStorageError, type PeekedQueueMessage, StorageError } from '@aos-storage/core'
import type { MessagePayload, MessageSummary, PayloadKind, TypedPayload } from './wire.ts'

const previewCharsMax = 240
const previewBytesMax = 48
const textCharsMax = 128 * 1024
const hexBytesMax = 4096
const hexColumns = 16
/** Of JSON that is laid out anew. */
const prettyCharsMax = 64 * 1024

/** A message as a list shows it. Never rejects for what the message holds. */
export async function summaryOf(message: PeekedQueueMessage): Promise<MessageSummary> {
  const { id, dequeueCount, insertedAt, expiresAt, contentType, origin, isClaimed } = message
  const facts = {
    ...{ id, dequeueCount, contentType, origin: origin ?? null },
    insertedAt: insertedAt.getTime(),
    expiresAt: isForever(expiresAt) ? null : expiresAt.getTime(),
  }
  if (isClaimed) return { ...facts, kind: 'claim', bytes: null, preview: '' }
  const bytes = await message.bytes()
  const { kind, text } = await read(message, bytes)
  const preview = kind === 'bytes' ? hexDigits(bytes.subarray(0, previewBytesMax)) : previewOf(text)
  return { ...facts, kind, bytes: bytes.byteLength, preview }
}

/** The beginning of a text, on one line. */
export function previewOf(text: string): string {
  const beginning = text.slice(0, 4 * previewCharsMax).replaceAll(/\s+/g, ' ')
  return beginning.slice(0, previewCharsMax).trim()
}

/** The payload, fetched where it is claimed. @throws StorageError of the claim. */
export async function payloadOf(
  message: PeekedQueueMessage,
  signal: AbortSignal,
): Promise<MessagePayload> {
  const bytes = await message.bytes({ signal })
  const { kind, text: whole } = await read(message, bytes)
  const text = kind === 'json' ? pretty(whole) : whole
  const isAll = kind === 'bytes' ? bytes.byteLength <= hexBytesMax : text.length <= textCharsMax
  return { kind, bytes: bytes.byteLength, text: text.slice(0, textCharsMax), isCut: !isAll }
}

/**
 * The value of what was typed.
 *
 * @throws StorageError `SERIALIZATION` for JSON that is none.
 */
export function typedValue({ kind, text }: TypedPayload): unknown {
  if (kind === 'text') return text
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StorageError('SERIALIZATION', `The text is no JSON: ${reason}`, { cause })
  }
}

async function read(
  message: PeekedQueueMessage,
  bytes: Uint8Array,
): Promise<{ readonly kind: PayloadKind; readonly text: string }> {
  if (isStructured(message.contentType)) return structured(message, bytes)
  const { contentType } = message
  const text = utf8(bytes)
  if (text === undefined) return { kind: 'bytes', text: hex(bytes) }
  if (isJson(contentType)) return { kind: isParsed(text) ? 'json' : 'unreadable', text }
  // Bytes without a type that says more may be text all the same.
  if (isText(contentType) || !hasControls(text)) return { kind: 'text', text }
  return { kind: 'bytes', text: hex(bytes) }
}

async function structured(
  message: PeekedQueueMessage,
  bytes: Uint8Array,
): Promise<{ readonly kind: PayloadKind; readonly text: string }> {
  try {
    const value = await message.load()
    return { kind: 'value', text: inspect(value, { depth: 6, maxArrayLength: 100 }) }
  } catch (error) {
    if (!isStorageError(error)) throw error
    return { kind: 'unreadable', text: hex(bytes) }
  }
}

function hasControls(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- what no text has
  return /[\u0000-\u0008\u000e-\u001f]/.test(text)
}

function isJson(contentType: string): boolean {
  return /^application\/(?:[\w.-]+\+)?json\b/i.test(contentType)
}

function isText(contentType: string): boolean {
  return /^text\//i.test(contentType)
}

function isStructured(contentType: string): boolean {
  return /^application\/cbor\b/i.test(contentType)
}

function isParsed(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Laid out, where that loses nothing: no digits of a long number, no name that stands twice. */
function pretty(text: string): string {
  if (text.length > prettyCharsMax) return text
  const value: unknown = JSON.parse(text)
  return JSON.stringify(value) === text ? JSON.stringify(value, undefined, 2) : text
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function hexDigits(bytes: Iterable<number>): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
}

/** `00000010  61 62 …  ab…`, line by line. */
function hex(bytes: Uint8Array): string {
  const lines: string[] = []
  for (let at = 0; at < Math.min(bytes.byteLength, hexBytesMax); at += hexColumns) {
    const row = [...bytes.subarray(at, Math.min(at + hexColumns, hexBytesMax))]
    const digits = hexDigits(row)
    const chars = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.'))
    const offset = at.toString(16).padStart(8, '0')
    lines.push(`${offset}  ${digits.padEnd(hexColumns * 3 - 1)}  ${chars.join('')}`)
  }
  return lines.join('\n')
}
