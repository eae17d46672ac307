/** Texts that a person typed, on their way into the store. */
import { StorageError } from '@aos-storage/core'
import { jsonFault } from './json-fault.ts'
import { isJsonType } from './object-kind.ts'

const textBytesMax = 8 * 1024 ** 2
/** Text travels as a JSON string, in which a line break or a quote takes two bytes. */
export const textRequestBytesMax: number = 2 * textBytesMax + 64 * 1024

/** @throws StorageError `INVALID_ARGUMENT` for too much, `SERIALIZATION` for JSON that is none. */
export function assertText(key: string, text: string, contentType: string): void {
  if (Buffer.byteLength(text) > textBytesMax) throw tooLarge()
  const fault = isJsonType(contentType) ? jsonFault(text) : undefined
  if (fault === undefined) return
  const { line, column, message } = fault
  throw new StorageError('SERIALIZATION', `Line ${line}, column ${column}: ${message}.`, { key })
}

function tooLarge(): StorageError {
  const message = `The text has more than ${textBytesMax} bytes; upload it as a file`
  return new StorageError('INVALID_ARGUMENT', message)
}
