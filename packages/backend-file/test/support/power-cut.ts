/**
 * A disk that knows what a power cut at this moment may leave. It makes the calls of a store for
 * real, but for fsync, and notes beside them what is certain:
 *
 *   contents of a file    certain once an fsync of it ended that began after its last write
 *   a name in a folder    may be any that it had, from the last one that an fsync of the folder
 *                         made certain up to now; each name by itself, whatever others became
 *
 * So a rename may be half done: the new name lost and the old one gone. Real file systems promise
 * more, which nobody should need. A folder is told by its life, not by its path: an fsync of one
 * that was removed does nothing for the next one of this name. Calls of the thread pool take a
 * random number of turns of the event loop; they take effect at once, when the turns are over.
 *
 * Not in the picture: `.aos`, whose names nobody needs after a power cut.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Clock, systemClock } from '@aos-storage/core'
import type { SeededRandom } from '@aos-storage/core/testing'
import { type Descriptor, type FileSystem, nodeFileSystem } from '../../src/file-system.ts'
import { type FileCall, watchedFileSystem } from './watched-file-system.ts'

/** What is read where a power cut left something that nobody wrote. */
const torn = 'torn'

/** By so much each call takes the clock on: renames look slow, and folders grow old. */
const callMs = 2
/** The tick of the clock that folders get their time of birth from. */
const birthTickMs = 4
/** How long calls of the thread pool take: mostly short, and some outlast many others. */
const shortTurns = 4
const longTurns = 40

/** Where a key's file may be: a folder below the base, and names in order of rank. */
export interface Place {
  readonly folders: readonly string[]
  readonly names: readonly string[]
}

/** What a name stands for since some call. */
interface Naming {
  readonly sinceCall: number
  readonly entry: Entry | undefined
}

type Entry = Folder | DataFile

class DataFile {
  text = torn
  #writes = 0
  #durableWrites = -1

  /** Called when a write begins, and again when it ends. */
  written(): void {
    this.#writes++
  }

  get isDurable(): boolean {
    return this.#durableWrites === this.#writes
  }

  beginSync(): () => void {
    const writes = this.#writes
    return () => {
      this.#durableWrites = Math.max(this.#durableWrites, writes)
    }
  }
}

class Folder {
  readonly inode: bigint
  readonly bornMs: number
  /** All that a name may stand for after a power cut, the present last. */
  readonly #names = new Map<string, readonly Naming[]>()
  openDescriptors = 0
  isRemoved = false

  constructor(inode: bigint, bornMs: number) {
    this.inode = inode
    this.bornMs = bornMs
  }

  /** What a name stands for now. */
  get(name: string): Entry | undefined {
    return this.#names.get(name)?.at(-1)!.entry
  }

  possible(name: string): (Entry | undefined)[] {
    return this.#names.get(name)?.map(({ entry }) => entry) ?? [undefined]
  }

  change(name: string, entry: Entry | undefined, call: number): void {
    const namings = this.#names.get(name) ?? [{ sinceCall: 0, entry: undefined }]
    this.#names.set(name, [...namings, { sinceCall: call, entry }])
  }

  /** As a change that is certain at once. */
  set(name: string, entry: Entry, call: number): void {
    this.#names.set(name, [{ sinceCall: call, entry }])
  }

  beginSync(call: number): () => void {
    return () => {
      for (const [name, namings] of this.#names) {
        const certain = namings.findLastIndex(({ sinceCall }) => sinceCall <= call)
        if (certain > 0) this.#names.set(name, namings.slice(certain))
      }
    }
  }
}

export class PowerCutDisk {
  readonly fileSystem: FileSystem
  /** Goes on with every call, so that runs of one seed are alike. */
  readonly clock: Clock
  /** Calls that the thread pool made. */
  readonly pooled = { renames: 0, newFiles: 0 }
  /** Told after every call that may have changed what a power cut leaves. */
  onChange: (call: FileCall) => void = () => undefined
  readonly #basePath: string
  readonly #random: SeededRandom
  readonly #root: Folder
  /** Files without a name that counts, by their path in `.aos`. */
  readonly #newFiles = new Map<string, DataFile>()
  readonly #open = new Map<Descriptor, Entry>()
  readonly #inodes = new Set<bigint>()
  readonly #startMs = Date.now()
  #calls = 0

  constructor(basePath: string, random: SeededRandom) {
    this.#basePath = basePath
    this.#random = random
    this.#root = this.#newFolder()
    this.fileSystem = watchedFileSystem((call, proceed) => this.#around(call, proceed))
    this.clock = {
      now: () => this.#nowMs,
      monotonicMs: () => this.#nowMs,
      sleep: (delayMs, signal) => systemClock.sleep(delayMs, signal),
    }
  }

  /** What a key may read as after a power cut now; undefined where it may be missing. */
  possible(places: readonly Place[]): Set<string | undefined> {
    const values = new Set<string | undefined>()
    for (const place of places) {
      // Only where all better places may have nothing is the next one looked at.
      values.delete(undefined)
      for (const value of this.#possibleAt(place)) values.add(value)
      if (!values.has(undefined)) break
    }
    return values
  }

  /** A foreign program puts a file there, and makes it durable. */
  drop(path: string, text: string): void {
    const full = join(this.#basePath, path)
    mkdirSync(dirname(full), { recursive: true })
    writeFileSync(full, text)
    const names = path.split('/')
    const name = names.pop()!
    let folder = this.#root
    for (const each of names) {
      if (folder.get(each) === undefined) folder.set(each, this.#newFolder(), this.#calls)
      folder = folder.get(each) as Folder
    }
    const file = new DataFile()
    file.text = text
    file.beginSync()()
    folder.set(name, file, this.#calls)
  }

  get #nowMs(): number {
    return this.#startMs + this.#calls * callMs
  }

  #possibleAt({ folders, names }: Place): Set<string | undefined> {
    const values = new Set<string | undefined>()
    let above = new Set([this.#root])
    for (const name of folders) {
      const entries = [...above].flatMap((folder) => folder.possible(name))
      above = new Set(entries.filter((entry) => entry instanceof Folder))
      if (entries.some((entry) => !(entry instanceof Folder))) values.add(undefined)
    }
    for (const folder of above) {
      const isCertain = names.some((name) => {
        const entries = folder.possible(name)
        const files = entries.filter((entry) => entry instanceof DataFile)
        for (const file of files) values.add(file.isDurable ? file.text : torn)
        return files.length === entries.length
      })
      if (!isCertain) values.add(undefined)
    }
    return values
  }

  #around(call: FileCall, proceed: () => unknown): unknown {
    this.#calls++
    if (call.name === 'open') return this.#opening(call)
    if (call.name === 'rename') return this.#renaming(call)
    if (call.name === 'fsync') return this.#syncing(call)
    if (call.name === 'write') return this.#writing(call, proceed)
    const result = proceed()
    this.#made(call, result)
    return result
  }

  async #opening(call: FileCall): Promise<Descriptor> {
    await this.#someTurns()
    const descriptor = nodeFileSystem.openSync(...(call.args as [string, number, number]))
    if (this.#isOwn(call.path)) this.pooled.newFiles++
    this.#opened(descriptor, call.path)
    return descriptor
  }

  async #renaming(call: FileCall): Promise<void> {
    this.pooled.renames++
    await this.#someTurns()
    // So that a writer may not look at it before it is told.
    nodeFileSystem.renameSync(...(call.args as [string, string]))
    this.#made({ ...call, name: 'renameSync' }, undefined)
    await this.#someTurns()
  }

  async #syncing(call: FileCall): Promise<void> {
    const end = this.#open.get(call.args[0] as Descriptor)?.beginSync(this.#calls)
    await this.#someTurns()
    end?.()
    this.onChange(call)
  }

  async #writing(call: FileCall, proceed: () => unknown): Promise<unknown> {
    const file = this.#open.get(call.args[0] as Descriptor) as DataFile
    file.written()
    try {
      return await proceed()
    } finally {
      file.written()
    }
  }

  async #someTurns(): Promise<void> {
    const isLong = this.#random.integer(4) === 0
    let turns = this.#random.integer(isLong ? longTurns : shortTurns)
    for (; turns > 0; turns--) await nextTurn()
  }

  /** Notes what a call did that was made at once. */
  #made(call: FileCall, result: unknown): void {
    const { name, path, args } = call
    const descriptor = args[0] as Descriptor
    if (name === 'openSync') return this.#opened(result as Descriptor, path)
    if (name === 'closeSync') return this.#closed(descriptor)
    if (name === 'lstatSync') return this.#age(result, this.#find(path))
    if (name === 'fstatSync') return this.#age(result, this.#open.get(descriptor))
    if (name === 'writeSync') (this.#open.get(descriptor) as DataFile).written()
    else if (name === 'mkdirSync') this.#change(path, this.#newFolder())
    else if (name === 'unlinkSync') this.#remove(path)
    else if (name === 'rmdirSync') this.#remove(path)
    else if (name === 'renameSync') this.#moved(path, args[1] as string)
    else return
    this.onChange(call)
  }

  #opened(descriptor: Descriptor, path: string): void {
    if (this.#isOwn(path) && !this.#newFiles.has(path)) this.#newFiles.set(path, new DataFile())
    const entry = this.#find(path)
    if (entry === undefined) return
    this.#open.set(descriptor, entry)
    if (entry instanceof Folder) entry.openDescriptors++
  }

  #closed(descriptor: Descriptor): void {
    const entry = this.#open.get(descriptor)
    this.#open.delete(descriptor)
    if (!(entry instanceof Folder)) return
    entry.openDescriptors--
    this.#freeInode(entry)
  }

  #moved(from: string, to: string): void {
    const entry = this.#find(from)
    if (entry instanceof DataFile) entry.text = textOf(readFileSync(to, 'latin1'))
    this.#change(to, entry)
    this.#remove(from)
  }

  #remove(path: string): void {
    const entry = this.#find(path)
    if (this.#isOwn(path)) this.#newFiles.delete(path)
    else this.#change(path, undefined)
    if (!(entry instanceof Folder)) return
    entry.isRemoved = true
    this.#freeInode(entry)
  }

  #change(path: string, entry: Entry | undefined): void {
    const folder = this.#find(dirname(path)) as Folder
    folder.change(path.slice(path.lastIndexOf('/') + 1), entry, this.#calls)
  }

  /** What stands at a path now, as far as it is known. */
  #find(path: string): Entry | undefined {
    if (this.#isOwn(path)) return this.#newFiles.get(path)
    let entry: Entry | undefined = this.#root
    for (const name of relative(this.#basePath, path).split('/')) {
      if (name !== '') entry = entry instanceof Folder ? entry.get(name) : undefined
    }
    return entry
  }

  #isOwn(path: string): boolean {
    return path.startsWith(`${this.#basePath}/.aos/`)
  }

  #newFolder(): Folder {
    // As ext4 does: the lowest number that is free, so mostly that of the folder removed last.
    let inode = 1n
    while (this.#inodes.has(inode)) inode++
    this.#inodes.add(inode)
    return new Folder(inode, this.#nowMs - (this.#nowMs % birthTickMs))
  }

  #freeInode(folder: Folder): void {
    if (folder.isRemoved && folder.openDescriptors === 0) this.#inodes.delete(folder.inode)
  }

  /** Gives the attributes of a folder its inode number and its time of birth. */
  #age(stats: unknown, entry: Entry | undefined): void {
    if (stats === undefined || !(entry instanceof Folder)) return
    const birthtimeMs = BigInt(entry.bornMs)
    const birthtimeNs = birthtimeMs * 1_000_000n
    Object.assign(stats as object, { ino: entry.inode, birthtimeMs, birthtimeNs })
  }
}

/** The body in a file's text, without an envelope's header: bodies are in one pair of quotes. */
function textOf(content: string): string {
  return content.slice(content.lastIndexOf('"', content.length - 2))
}
