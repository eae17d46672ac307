/** The real file system, with a hook around every call: to count, to fail, to crash there. */
import { type Descriptor, type FileSystem, nodeFileSystem } from '../../src/file-system.ts'

/** A call to the operating system. */
export interface FileCall {
  readonly name: keyof FileSystem
  /** What the call is about; of an open file, the path that it was opened by. */
  readonly path: string
  readonly args: readonly unknown[]
}

/**
 * Stands around a call: `proceed` makes it. May throw, before or after, or proceed with other
 * arguments. Of an asynchronous call, the result is a promise.
 */
export type Around = (call: FileCall, proceed: (args?: readonly unknown[]) => unknown) => unknown

const asyncNames: ReadonlySet<string> = new Set(['open', 'read', 'write', 'fsync', 'rename'])

type Method = (...args: readonly unknown[]) => unknown

/** The real calls, each through `around`. */
export function watchedFileSystem(around: Around): FileSystem {
  const paths = new Map<Descriptor, string>()
  const wrap = (name: keyof FileSystem): Method => {
    const real = nodeFileSystem[name] as Method
    const call = (args: readonly unknown[]): unknown => {
      const [first] = args
      const path = typeof first === 'number' ? (paths.get(first) ?? '') : (first as string)
      return around({ name, path, args }, (other) => real(...(other ?? args)))
    }
    if (asyncNames.has(name)) {
      return async (...args) => {
        const result = await call(args)
        if (name === 'open') paths.set(result as Descriptor, args[0] as string)
        return result
      }
    }
    if (name === 'readdir') {
      return async function* readdir(...args) {
        yield* call(args) as AsyncIterable<unknown>
      }
    }
    return (...args) => {
      const result = call(args)
      if (name === 'openSync') paths.set(result as Descriptor, args[0] as string)
      return result
    }
  }
  const names = Object.keys(nodeFileSystem) as (keyof FileSystem)[]
  return Object.fromEntries(names.map((name) => [name, wrap(name)])) as unknown as FileSystem
}

/** Calls that change something on the disk, or make a change durable. */
const changingNames: ReadonlySet<keyof FileSystem> = new Set([
  'open',
  'write',
  'fsync',
  'openSync',
  'writeSync',
  'futimesSync',
  'rename',
  'renameSync',
  'unlinkSync',
  'mkdirSync',
  'rmdirSync',
  'closeSync',
])

export function isChanging(call: FileCall): boolean {
  return changingNames.has(call.name)
}

/** An error as the file system throws it. */
export function systemError(code: string, call: FileCall): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(`${code}: injected, ${call.name} '${call.path}'`)
  error.code = code
  error.syscall = call.name.replace(/Sync$/, '')
  error.path = call.path
  return error
}
