/** Reads a journal from its beginning, in constant memory. */
import { createReadStream } from 'node:fs'
import { StorageError } from '../../errors.ts'
import { fileFailure } from './failure.ts'
import { decodeHeader, decodeLine, type JournalHeader } from './format.ts'
import { JournalMemory } from './memory.ts'

const newline = 0x0a
/** No line that was written is longer: a key and a message, escaped. */
const lineBytesMax = 1024 * 1024

export interface FoundJournal {
  /** Undefined when there is none yet. */
  readonly header: JournalHeader | undefined
  readonly memory: JournalMemory
  /** Behind these, the file was cut by a kill or a power cut. */
  readonly goodBytes: number
}

/**
 * @throws StorageError `INVALID_ARGUMENT` for a file that is no journal, `CORRUPT` for one with a
 * damaged line before its last: that was not a cut.
 */
export async function readJournal(path: string): Promise<FoundJournal> {
  const memory = new JournalMemory()
  let header: JournalHeader | undefined
  let goodBytes = 0
  let bytes = 0
  let damagedLine: number | undefined
  let number = 0
  try {
    for await (const { text, end } of linesOf(path)) {
      number++
      bytes = end
      if (header === undefined) {
        header = decodeHeader(text, path)
        goodBytes = bytes
        memory.isEmpty = false
        continue
      }
      const line = decodeLine(text)
      if (line !== undefined && damagedLine !== undefined) throw damaged(path, damagedLine)
      if (line === undefined || !memory.take(line)) {
        damagedLine ??= number
        continue
      }
      goodBytes = bytes
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw error instanceof StorageError ? error : fileFailure(error, path)
    }
  }
  return { header, memory, goodBytes }
}

interface Line {
  readonly text: string
  /** Bytes up to its end, the new line included. */
  readonly end: number
}

/** Whole lines; what stands behind the last new line is left out. */
async function* linesOf(path: string): AsyncGenerator<Line> {
  let rest: Buffer = Buffer.alloc(0)
  let bytes = 0
  let number = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    const text = rest.byteLength === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer])
    let start = 0
    for (let end = text.indexOf(newline); end !== -1; end = text.indexOf(newline, start)) {
      number++
      yield { text: text.toString('utf8', start, end), end: bytes + end + 1 }
      start = end + 1
    }
    bytes += start
    rest = text.subarray(start)
    if (rest.byteLength <= lineBytesMax) continue
    if (bytes > 0) throw damaged(path, number + 1)
    break
  }
  // A file that has not even one line is told by its beginning whether it is a cut journal.
  if (bytes === 0 && rest.byteLength > 0 && !isCutHeader(rest)) yield { text: '', end: 0 }
}

/** A kill may cut the very first line; any other text is somebody else's file. */
function isCutHeader(rest: Buffer): boolean {
  const start = '{"format":"aos-migration"'
  // A power cut leaves zeros behind what was written.
  const bytes = rest.findLastIndex((byte) => byte !== 0) + 1
  return start.startsWith(rest.toString('utf8', 0, Math.min(bytes, start.length)))
}

function damaged(path: string, line: number): StorageError {
  return new StorageError(
    'CORRUPT',
    `Line ${line} of the journal ${JSON.stringify(path)} is damaged; move it away and begin with ` +
      'a new one: what was copied already is then found at the destination, and not copied again',
  )
}
