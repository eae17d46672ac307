/** Fresh stores for tests, in temporary folders that go away. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConformanceHarness, everyLayer, faults } from '@aos-storage/core/testing'
import {
  applyLayers,
  checksum,
  type ChecksumOptions,
  compress,
  type CompressOptions,
  type Layer,
  type StorageBackend,
} from '@aos-storage/core'
import { type FileBackendOptions, FileStorageBackend } from '../../src/index.ts'

/** A new empty folder. */
export function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'aos-file-'))
}

/** What opens a store in another process: its options, and the layers around it. */
export interface ChildStoreArgs extends FileBackendOptions {
  /** Layers that a child must have too: what they store only they can read. */
  readonly framedBy?: FramedBy | undefined
  /** Behind every layer of core, and faults that do not strike. */
  readonly isBehindAll?: boolean | undefined
}

/** Options of the layers that store bodies in another form. */
export interface FramedBy {
  readonly compress?: CompressOptions | undefined
  readonly checksum?: ChecksumOptions | undefined
}

/** A store, behind layers when asked to. */
export function openStore(args: ChildStoreArgs): StorageBackend {
  const { framedBy, isBehindAll = false, ...options } = args
  const layers: Layer[] = isBehindAll ? [...everyLayer([faults({ seed: 1 })])] : []
  if (framedBy?.compress !== undefined) layers.push(compress(framedBy.compress))
  if (framedBy?.checksum !== undefined) layers.push(checksum(framedBy.checksum))
  return applyLayers(new FileStorageBackend(options), layers)
}

/** Each layer that frames bodies has a few parts of one in its hands, and they stand in a row. */
const layersBytesMax: number = 32 * 1024 ** 2

/** What the conformance kit needs to know of this backend. */
export function fileHarness(
  name: string,
  options: Omit<ChildStoreArgs, 'basePath'> = {},
  layers: readonly Layer[] = [],
): ConformanceHarness {
  return {
    name,
    ...(options.isBehindAll === true && { bufferedBytesMax: layersBytesMax }),
    async open() {
      const args = { ...options, basePath: await newFolder() }
      const open = async (): Promise<StorageBackend> => applyLayers(openStore(args), layers)
      return {
        backend: await open(),
        reopen: open,
        child: { module: new URL('./child-store.ts', import.meta.url).href, args },
        // A file system has no name with an empty segment.
        putForeign: async () => undefined,
        dispose: () => rm(args.basePath, { recursive: true, force: true }),
      }
    },
  }
}
