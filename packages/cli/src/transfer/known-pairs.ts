/**
 * What was seen to be the same in two stores, kept from sync to sync, so that one with nothing to
 * do costs no more than listings.
 *
 * ```
 *   CACHE/pairs/ID    ID: a hash of both places and of what is selected
 *                     "aos-pairs-1\n", then 16 bytes a pair, in no order
 * ```
 *
 * A cache: without it, or with one that is damaged, each object is asked for again. A sync that
 * went to its end leaves only what it met.
 */
import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { KnownPairs } from '@aos-storage/core'
import type { CommandContext } from '../command.ts'
import { writeWhole } from '../local/whole-file.ts'
import type { Location } from '../locations/location.ts'
import type { Ends } from './ends.ts'
import { hashBytes, HashSet } from './hash-set.ts'
import { placeOf } from './place.ts'
import type { SelectionOptions } from './scope.ts'

const magic = Buffer.from('aos-pairs-1\n')
/** 32 MB on disk, and four times as much in memory; more are asked for each time. */
const pairsMax = 2_000_000
/** Of so many syncs, those that ran last. */
const filesMax = 64

export class KnownPairsFile implements KnownPairs {
  readonly #path: string
  readonly #before: HashSet
  readonly #met = new HashSet()

  private constructor(path: string, before: HashSet) {
    this.#path = path
    this.#before = before
  }

  /**
   * @param folder Of the caches of this program.
   * @param identity Of both places, and of which part of them is synced.
   */
  static async open(folder: string, identity: unknown): Promise<KnownPairsFile> {
    const id = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 32)
    const path = join(folder, 'pairs', id)
    return new KnownPairsFile(path, new HashSet(await hashesAt(path)))
  }

  has(pair: string): boolean {
    const hash = Buffer.from(pair, 'hex')
    const isKnown = this.#before.has(hash)
    if (isKnown) this.#meet(hash)
    return isKnown
  }

  add(pair: string): void {
    this.#meet(Buffer.from(pair, 'hex'))
  }

  /** @param isAll All there is was met. Where it cannot be written, it is not kept. */
  async keep({ isAll }: { readonly isAll: boolean }): Promise<void> {
    if (!isAll) for (const hash of this.#before) this.#meet(hash)
    if (this.#met.size === 0) return
    try {
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 })
      await writeWhole(this.#path, fileOf(this.#met), { isCreateOnly: false, mode: 0o600 })
      await dropOldest(dirname(this.#path))
    } catch {
      // The next one asks again.
    }
  }

  #meet(hash: Buffer): void {
    if (this.#met.size < pairsMax) this.#met.add(hash)
  }
}

async function dropOldest(folder: string): Promise<void> {
  const names = await readdir(folder)
  if (names.length <= filesMax) return
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name)
      return { path, writtenMs: (await stat(path)).mtimeMs }
    }),
  )
  const old = files.sort((a, b) => b.writtenMs - a.writtenMs).slice(filesMax)
  await Promise.all(old.map(({ path }) => rm(path, { force: true })))
}

interface Syncing {
  readonly ends: Ends
  readonly from: Location
  readonly to: Location
}

/** Undefined where listings tell all there is, or nothing may be kept. */
export async function openKnownPairs(
  { io, options }: CommandContext<SelectionOptions>,
  { ends: { source, destination }, from, to }: Syncing,
): Promise<KnownPairsFile | undefined> {
  const { cacheFolder, signal } = io
  if (cacheFolder === undefined || !isService(destination.name)) return undefined
  try {
    const places = [
      await placeOf(source, from.key, signal),
      await placeOf(destination, to.key, signal),
    ]
    const { include, exclude } = options
    return await KnownPairsFile.open(cacheFolder, { places, include, exclude })
  } catch {
    // Who may not ask where they are has no cache.
    return undefined
  }
}

/** Their listings tell no metadata, which is where a copy says what it was made of. */
function isService(name: string): boolean {
  return name === 's3' || name === 'azure'
}

async function* fileOf(hashes: HashSet): AsyncGenerator<Uint8Array> {
  yield magic
  let chunk: Buffer[] = []
  for (const hash of hashes) {
    if (chunk.push(hash) < 4096) continue
    yield Buffer.concat(chunk)
    chunk = []
  }
  yield Buffer.concat(chunk)
}

/** None where there is no such file, or another one. */
async function hashesAt(path: string): Promise<Buffer> {
  const none = Buffer.alloc(0)
  try {
    await using file = await open(path, 'r')
    const { size } = await file.stat()
    if (size > magic.byteLength + pairsMax * hashBytes) return none
    const bytes = await readFile(file)
    const isOurs = bytes.subarray(0, magic.byteLength).equals(magic)
    return isOurs ? bytes.subarray(magic.byteLength) : none
  } catch {
    return none
  }
}
