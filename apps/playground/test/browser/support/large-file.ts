/** Files of any size to upload, and a way to tell whether they arrived whole. */
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

const mebibyte = 1024 * 1024

/**
 * Writes a file of random bytes, 200 MiB in about 0.2 s: one random block over and over, each with
 * its number in front, so that parts that are lost or swapped change its hash.
 */
export async function largeFile(folder: string, name: string, mebibytes: number): Promise<string> {
  const path = join(folder, name)
  const block = randomBytes(mebibyte)
  await using file = await open(path, 'wx')
  for (let index = 0; index < mebibytes; index += 1) {
    block.writeUInt32BE(index)
    await file.write(block)
  }
  return path
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
