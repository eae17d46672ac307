/** A harness with every part, on the small SQLite backend. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConformanceHarness } from '../../src/testing/index.ts'
import { type SqliteFault, SqliteStorageBackend } from './sqlite-backend.ts'

export function sqliteHarness(fault?: SqliteFault): ConformanceHarness {
  return {
    name: fault === undefined ? 'sqlite' : `sqlite that ${fault}`,
    async open() {
      const folder = await mkdtemp(join(tmpdir(), 'aos-kit-'))
      const args = { path: join(folder, 'store.db'), fault }
      const open = (): SqliteStorageBackend => new SqliteStorageBackend(args)
      const backend = open()
      return {
        backend,
        reopen: async () => open(),
        child: { module: new URL('./sqlite-child.ts', import.meta.url).href, args },
        putForeign: async (name, body) => {
          await backend.write(name, body, { contentType: 'application/octet-stream' })
          return name
        },
        dispose: () => rm(folder, { recursive: true }),
      }
    },
  }
}
