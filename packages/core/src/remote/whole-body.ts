/** A small body, taken whole. */
import type { Readable } from 'node:stream'
import { StorageError } from '../errors.ts'

/**
 * All of a body whose length was announced. By events: an iterator over a small body costs more
 * than the body.
 *
 * @param key Of the object, for the error.
 * @throws StorageError `UNAVAILABLE` when fewer bytes came than were announced, or a chunk goes
 * beyond; the stream's own error where that has a code.
 */
export function collectWhole(source: Readable, bytes: number, key: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const whole = new Uint8Array(bytes)
    let at = 0
    const onEnd = (): void => {
      if (at === bytes) return resolve(whole)
      const message = `The body ended after ${at} of ${bytes} bytes`
      reject(new StorageError('UNAVAILABLE', message, { key }))
    }
    source.on('data', (chunk: Uint8Array) => {
      if (at + chunk.byteLength <= bytes) whole.set(chunk, at)
      else source.destroy()
      at += chunk.byteLength
      // The end of the message is some turns away.
      if (at === bytes) resolve(whole)
    })
    source.on('end', onEnd)
    source.on('close', onEnd)
    source.on('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code !== undefined) reject(cause)
      else
        reject(new StorageError('UNAVAILABLE', 'The body was cut; read it again', { key, cause }))
    })
  })
}
