/**
 * Verification: what is in the base folder, and what of it is not as this store would leave it.
 *
 *   leftover   a temporary file of a writer that died; swept by the next writer
 *   shadowed   a second file of a key, left by a crash or dropped there; never read
 *   torn       an object whose bytes are not what its name says: cut JSON, damaged envelope
 *   foreign    something that is nobody's key: hidden files, links, pipes, names not UTF-8
 *   unreadable a file or folder that may not be read
 */
import { closeSync, constants, type Dirent, openSync } from 'node:fs'
import { opendir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { isStorageError, keyFault, quoteKey } from '@aos-storage/core'
import { throwIfAborted } from '@aos-storage/core/backend'
import { readHeader } from './envelope.ts'
import { isMissing, toStorageError } from './errors.ts'
import { type BaseFolder, ownFolder } from './folder.ts'
import { deadWriterFolders } from './leftovers.ts'
import type { Form } from './names/forms.ts'
import { decodeFile, decodeFolder, encodeKey } from './names/paths.ts'

/** What {@link FileStorageBackend.verify} takes. */
export interface VerifyOptions {
  readonly signal?: AbortSignal | undefined
  /** Called now and then with the number of files seen. */
  readonly onProgress?: ((files: number) => void) | undefined
}

/** What is wrong with a file. */
export type FindingKind = 'leftover' | 'shadowed' | 'torn' | 'foreign' | 'unreadable'

/** One file that is not as the store would leave it. */
export interface Finding {
  readonly kind: FindingKind
  /** Below the base folder. */
  readonly path: string
  /** The key that the file belongs to, when it has one. */
  readonly key?: string | undefined
  /** What is wrong and what to do about it. */
  readonly message: string
}

/** What `verify` found. */
export interface VerifyReport {
  /** True when nothing is torn, unreadable, shadowed or left over; foreign files are no fault. */
  readonly ok: boolean
  readonly objects: number
  readonly bytes: number
  readonly findings: readonly Finding[]
  /** Findings beyond the first 10,000. */
  readonly findingsOmitted: number
}

/** Most findings that a report holds. */
const findingsMax = 10_000
/** JSON and text up to this size are checked whole; larger ones are counted and not read. */
const checkedBytesMax = 64 * 1024 * 1024
const progressFiles = 1000

/** Checks the store below `base`. */
export async function verifyStore(
  base: BaseFolder,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  base.assertPresent()
  const check = new Verification(base, options)
  await check.folder(base.path, '', '')
  await check.leftovers()
  return check.report()
}

class Verification {
  readonly #base: BaseFolder
  readonly #options: VerifyOptions
  readonly #findings: Finding[] = []
  #omitted = 0
  #isOk = true
  #objects = 0
  #bytes = 0
  #files = 0

  constructor(base: BaseFolder, options: VerifyOptions) {
    this.#base = base
    this.#options = options
  }

  report(): VerifyReport {
    return {
      ok: this.#isOk,
      objects: this.#objects,
      bytes: this.#bytes,
      findings: this.#findings,
      findingsOmitted: this.#omitted,
    }
  }

  /**
   * @param prefix The key of what is in the folder begins so.
   * @param head The part of a long segment that the folder continues.
   */
  async folder(path: string, prefix: string, head: string): Promise<void> {
    try {
      for await (const entry of await opendir(path)) {
        throwIfAborted(this.#options.signal)
        await this.#entry(entry, join(path, entry.name), prefix, head)
      }
    } catch (error) {
      if (isMissing(error)) return
      if (isStorageError(error, 'ABORTED')) throw error
      this.#add('unreadable', path, toStorageError(error, 'verify').message)
    }
  }

  async #entry(entry: Dirent, path: string, prefix: string, head: string): Promise<void> {
    if (entry.isDirectory()) {
      if (path === join(this.#base.path, ownFolder)) return
      const decoded = decodeFolder(entry.name, head)
      if (decoded === undefined) this.#add('foreign', path, 'A hidden folder; it holds no keys')
      else if (decoded.isContinued) await this.folder(path, prefix, decoded.text)
      else await this.folder(path, `${prefix}${decoded.text}/`, '')
      return
    }
    if (!entry.isFile()) {
      this.#add('foreign', path, 'A link or special file; it is never read or followed')
      return
    }
    const decoded = decodeFile(entry.name, head)
    if (decoded === undefined) this.#add('foreign', path, 'A hidden or non-UTF-8 name; no key')
    else await this.#file(path, prefix + decoded.text, decoded.form)
  }

  async #file(path: string, key: string, form: Form): Promise<void> {
    if (++this.#files % progressFiles === 0) this.#options.onProgress?.(this.#files)
    const fault = keyFault(key)
    if (fault !== undefined) {
      this.#add('foreign', path, `Its key ${quoteKey(key)} ${fault}; rename the file`, key)
    }
    try {
      await this.#object(path, key, form)
    } catch (error) {
      if (!isMissing(error)) {
        this.#add('unreadable', path, toStorageError(error, 'verify').message, key)
      }
    }
  }

  async #object(path: string, key: string, form: Form): Promise<void> {
    const found = this.#base.find(key, encodeKey(key))
    if (found === undefined) {
      this.#add('foreign', path, 'No key leads to a file of this name here; move it', key)
      return
    }
    if (found.path !== path) {
      const winner = relative(this.#base.path, found.path)
      const message = `${winner} is the object of this key; this file is never read. Delete it`
      this.#add('shadowed', path, message, key)
      return
    }
    this.#objects++
    this.#bytes += Number(found.stats.size)
    const torn = await faultOf(path, form, Number(found.stats.size), key)
    if (torn !== undefined) this.#add('torn', path, torn, key)
  }

  /** Temporary files whose writer died. */
  async leftovers(): Promise<void> {
    for (const folder of await deadWriterFolders(this.#base.path)) {
      this.#add('leftover', folder, 'A writer died here; the next process that writes removes it')
    }
  }

  #add(kind: FindingKind, path: string, message: string, key?: string): void {
    if (kind !== 'foreign') this.#isOk = false
    if (this.#findings.length >= findingsMax) {
      this.#omitted++
      return
    }
    const place = relative(this.#base.path, path)
    this.#findings.push({ kind, path: place, message, ...(key === undefined ? {} : { key }) })
  }
}

/** What is torn in an object's file, or undefined. */
async function faultOf(
  path: string,
  form: Form,
  size: number,
  key: string,
): Promise<string | undefined> {
  if (form === 'aos') return envelopeFault(path, key)
  if ((form !== 'json' && form !== 'txt') || size > checkedBytesMax) return undefined
  const bytes = await readFile(path)
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    if (form === 'json') JSON.parse(text)
    return undefined
  } catch {
    const kind = form === 'json' ? 'JSON' : 'UTF-8 text'
    return `The file is no ${kind}, or only a part of it; restore it from a backup`
  }
}

function envelopeFault(path: string, key: string): string | undefined {
  const descriptor = openSync(
    path,
    constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
  )
  try {
    readHeader(descriptor, key)
    return undefined
  } catch (error) {
    if (isStorageError(error, 'CORRUPT')) return error.message
    throw error
  } finally {
    closeSync(descriptor)
  }
}
