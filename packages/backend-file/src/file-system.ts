/**
 * The calls to the operating system that this backend makes, injected so that tests can let each of
 * them fail or kill the process there.
 *
 * Calls that may wait for the device are asynchronous. Calls on names and descriptors that the
 * kernel answers from memory are synchronous: a hop through the thread pool costs ten times more
 * than the call (see docs/decisions/0004).
 */
import * as fs from 'node:fs'

/** An open file's number. */
export type Descriptor = number

/** The calls of the operating system that the store makes; tests give one that fails on demand. */
export interface FileSystem {
  open(path: string, flags: number, mode: number): Promise<Descriptor>
  /** Bytes read into `bytes`; 0 at the end of the file. */
  read(descriptor: Descriptor, bytes: Uint8Array, position: number): Promise<number>
  readSync(descriptor: Descriptor, bytes: Uint8Array, position: number): number
  /** Bytes written, possibly fewer than given. */
  write(descriptor: Descriptor, bytes: Uint8Array, position: number): Promise<number>
  writeSync(descriptor: Descriptor, bytes: Uint8Array, position: number): number
  fsync(descriptor: Descriptor): Promise<void>
  openSync(path: string, flags: number, mode: number): Descriptor
  closeSync(descriptor: Descriptor): void
  fstatSync(descriptor: Descriptor): fs.BigIntStats
  /** Undefined when there is no such entry. Does not follow a link. */
  lstatSync(path: string): fs.BigIntStats | undefined
  futimesSync(descriptor: Descriptor, seconds: number): void
  rename(from: string, to: string): Promise<void>
  renameSync(from: string, to: string): void
  unlinkSync(path: string): void
  mkdirSync(path: string, mode: number): void
  rmdirSync(path: string): void
  /** All entries of a folder, in no order, some at a time. */
  readdir(path: string): AsyncIterable<fs.Dirent[]>
}

/** Entries that the kernel is asked for at a time. */
const folderBufferEntries = 1024

const lstatOptions = { bigint: true, throwIfNoEntry: false } as const

/** The real calls. */
export const nodeFileSystem: FileSystem = {
  open: (path, flags, mode) =>
    new Promise((resolve, reject) => {
      fs.open(path, flags, mode, (error, descriptor) =>
        error === null ? resolve(descriptor) : reject(error),
      )
    }),
  read: (descriptor, bytes, position) =>
    new Promise((resolve, reject) => {
      fs.read(descriptor, bytes, 0, bytes.byteLength, position, (error, count) =>
        error === null ? resolve(count) : reject(error),
      )
    }),
  readSync: (descriptor, bytes, position) =>
    fs.readSync(descriptor, bytes, 0, bytes.byteLength, position),
  write: (descriptor, bytes, position) =>
    new Promise((resolve, reject) => {
      fs.write(descriptor, bytes, 0, bytes.byteLength, position, (error, count) =>
        error === null ? resolve(count) : reject(error),
      )
    }),
  writeSync: (descriptor, bytes, position) =>
    fs.writeSync(descriptor, bytes, 0, bytes.byteLength, position),
  fsync: (descriptor) =>
    new Promise((resolve, reject) => {
      fs.fsync(descriptor, (error) => (error === null ? resolve() : reject(error)))
    }),
  openSync: fs.openSync,
  closeSync: fs.closeSync,
  fstatSync: (descriptor) => fs.fstatSync(descriptor, { bigint: true }),
  lstatSync: (path) => fs.lstatSync(path, lstatOptions),
  futimesSync: (descriptor, seconds) => fs.futimesSync(descriptor, seconds, seconds),
  rename: (from, to) =>
    new Promise((resolve, reject) => {
      fs.rename(from, to, (error) => (error === null ? resolve() : reject(error)))
    }),
  renameSync: fs.renameSync,
  unlinkSync: fs.unlinkSync,
  mkdirSync: (path, mode) => {
    fs.mkdirSync(path, { mode })
  },
  rmdirSync: fs.rmdirSync,
  readdir: async function* readdir(path) {
    const folder = fs.opendirSync(path, { bufferSize: folderBufferEntries })
    const read = (): Promise<fs.Dirent | null> => {
      const entry = folder.read()
      // A failure is for the one who goes on; until then it is nobody's.
      entry.catch(() => undefined)
      return entry
    }
    let next = read()
    try {
      for (let first = await next; first !== null; first = await next) {
        // The first read of each batch asks the kernel; the others take what it gave.
        const batch = [first]
        while (batch.length < folderBufferEntries) {
          const entry = folder.readSync()
          if (entry === null) break
          batch.push(entry)
        }
        // The kernel is asked for the next ones while these are looked at.
        next = read()
        yield batch
      }
    } finally {
      await next.catch(() => undefined)
      folder.closeSync()
    }
  },
}
