/** Fresh stores for tests, in temporary folders that go away. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConformanceHarness } from '@aos-storage/core/testing'
import { type FileBackendOptions, FileStorageBackend } from '../../src/index.ts'

/** A new empty folder. */
export function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'aos-file-'))
}

/** What the conformance kit needs to know of this backend. */
export function fileHarness(
  name: string,
  options: Partial<FileBackendOptions> = {},
): ConformanceHarness {
  return {
    name,
    async open() {
      const basePath = await newFolder()
      const open = async (): Promise<FileStorageBackend> =>
        new FileStorageBackend({ ...options, basePath })
      return {
        backend: await open(),
        reopen: open,
        child: {
          module: new URL('./child-store.ts', import.meta.url).href,
          args: { ...options, basePath },
        },
        dispose: () => rm(basePath, { recursive: true, force: true }),
      }
    },
  }
}
