/** What a command reads: a file that it names, or standard input. */
import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { usageError } from './failure.ts'
import type { ByteInput, CommandIo } from './io.ts'

/**
 * Ends at Ctrl-C, also while nothing comes.
 *
 * @param name `-` and none: standard input.
 */
export function inputOf(io: CommandIo, name: string | undefined): AsyncIterable<Uint8Array> {
  if (name !== undefined && name !== '-') return fileOf(resolve(io.cwd, name))
  if (io.stdin.isTTY !== true) return untilAbort(io.stdin, io.signal)
  throw usageError(
    'Nothing is given on standard input',
    'Name a file, or write COMMAND | aos-storage … or aos-storage … < FILE',
  )
}

async function* untilAbort(
  stdin: ByteInput,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = stdin[Symbol.asyncIterator]()
  let fail: ((reason: unknown) => void) | undefined
  const onAbort = (): void => fail?.(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    for (;;) {
      signal.throwIfAborted()
      // No race with a promise that outlives it: that one would remember each chunk's.
      const step = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        fail = reject
        iterator.next().then(resolve, reject)
      })
      if (step.done === true) return
      yield step.value
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    // Not awaited: a read that nobody answers would hold it up, and the process, for ever.
    void Promise.resolve(iterator.return?.()).catch(() => undefined)
    ;(stdin as { destroy?: () => void }).destroy?.()
  }
}

async function* fileOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path)) yield chunk as Uint8Array
  } catch (error) {
    throw usageError(`${path} cannot be read: ${(error as Error).message}`)
  }
}

/** Bytes of one line, or of one value that is read whole. */
const valueBytesMax: number = 64 * 1024 ** 2

/** All of it, in memory. */
export async function wholeInput(input: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of input) {
    bytes += chunk.byteLength
    if (bytes > valueBytesMax) throw tooLong()
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}

/** Lines without their ends, empty ones left out. UTF-8, which must be whole. */
export async function* linesOf(
  input: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly number: number; readonly text: string }> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let [rest, number] = ['', 0]
  const decode = (chunk?: Uint8Array): string => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined })
    } catch {
      throw usageError(`The input is no UTF-8 text, behind line ${number}`)
    }
  }
  for await (const chunk of input) {
    const lines = (rest + decode(chunk)).split('\n')
    rest = lines.pop()!
    if (rest.length > valueBytesMax) throw tooLong()
    for (const line of lines) {
      number++
      if (line.trim() !== '') yield { number, text: line.replace(/\r$/, '') }
    }
  }
  rest += decode()
  if (rest.trim() !== '') yield { number: number + 1, text: rest }
}

function tooLong(): Error {
  return usageError(`A value of more than ${valueBytesMax} bytes is not read whole`)
}
