/** Node's compressors, one frame a call, on the thread pool. */
import {
  brotliCompress,
  brotliDecompress,
  type BrotliOptions,
  constants,
  deflateRaw,
  inflateRaw,
  zstdCompress,
  zstdDecompress,
} from 'node:zlib'
import { StorageError } from '../../errors.ts'
import { corrupt } from '../framed/faults.ts'
import { frameBytesMax } from '../framed/form.ts'

type Done = (error: Error | null, result: Buffer) => void

/** Room behind what must come, so that the end is seen in the same step. */
const slackBytes = 64

/** Failures of the machine and not of the data. */
const memoryCodes: ReadonlySet<string> = new Set([
  'Z_MEM_ERROR',
  'ERR_MEMORY_ALLOCATION_FAILED',
  'ZSTD_error_memory_allocation',
])

/** Most bytes that any of them makes of so many: what is stored within blocks, and their heads. */
export function compressedBytesMax(rawBytes: number): number {
  return rawBytes + (rawBytes >> 8) + 512
}

/** A Zstandard frame with its size in its head and a checksum at its end. */
export function zstdFrame(raw: Uint8Array, level: number): Promise<Buffer> {
  const params = {
    [constants.ZSTD_c_compressionLevel]: level,
    [constants.ZSTD_c_checksumFlag]: 1,
    [constants.ZSTD_c_contentSizeFlag]: 1,
  }
  const chunkSize = compressedBytesMax(raw.byteLength)
  const options = { params, chunkSize, pledgedSrcSize: raw.byteLength }
  return compressed((done) => zstdCompress(raw, options, done))
}

/** What a Zstandard frame holds: no more than `rawBytes`, else it is damaged. */
export function unzstd(stored: Uint8Array, rawBytes: number): Promise<Buffer> {
  const params = { [constants.ZSTD_d_windowLogMax]: Math.ceil(Math.log2(frameBytesMax)) }
  const options = { params, ...limitsOf(rawBytes) }
  return decompressed((done) => zstdDecompress(stored, options, done))
}

/** A raw deflate stream. */
export function deflated(raw: Uint8Array, level: number): Promise<Buffer> {
  const options = { level, chunkSize: compressedBytesMax(raw.byteLength) }
  return compressed((done) => deflateRaw(raw, options, done))
}

/** What a raw deflate stream holds: no more than `rawBytes`, else it is damaged. */
export function inflated(stored: Uint8Array, rawBytes: number): Promise<Buffer> {
  return decompressed((done) => inflateRaw(stored, limitsOf(rawBytes), done))
}

/** A brotli stream. */
export function brotlied(raw: Uint8Array, level: number): Promise<Buffer> {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: level,
    [constants.BROTLI_PARAM_SIZE_HINT]: raw.byteLength,
  }
  const options: BrotliOptions = { params, chunkSize: compressedBytesMax(raw.byteLength) }
  return compressed((done) => brotliCompress(raw, options, done))
}

/** What a brotli stream holds: no more than `rawBytes`, else it is damaged. */
export function unbrotlied(stored: Uint8Array, rawBytes: number): Promise<Buffer> {
  return decompressed((done) => brotliDecompress(stored, limitsOf(rawBytes), done))
}

function limitsOf(rawBytes: number): { chunkSize: number; maxOutputLength: number } {
  return { chunkSize: rawBytes + slackBytes, maxOutputLength: rawBytes }
}

function compressed(call: (done: Done) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    call((error, result) => {
      if (error === null) resolve(result)
      else reject(outOfMemory(error))
    })
  })
}

function decompressed(call: (done: Done) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    call((error, result) => {
      if (error === null) resolve(result)
      else reject(isOutOfMemory(error) ? outOfMemory(error) : corrupt('a frame is damaged', error))
    })
  })
}

function isOutOfMemory(error: Error): boolean {
  return memoryCodes.has(String((error as NodeJS.ErrnoException).code))
}

function outOfMemory(cause: Error): StorageError {
  return new StorageError('UNAVAILABLE', 'There is no memory for a frame; try again', { cause })
}
