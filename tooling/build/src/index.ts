import { defineConfig, type Options } from 'tsup'

type TsupConfig = ReturnType<typeof defineConfig>

/**
 * The one build preset: ESM JavaScript for Node >= 22.18. Declarations come from `tsc`, because
 * tsup's own `dts` needs a compiler API that TypeScript 7 does not have.
 */
export function library(entry: string[], overrides: Options = {}): TsupConfig {
  return defineConfig({
    entry,
    format: ['esm'],
    target: 'node22',
    platform: 'node',
    clean: true,
    sourcemap: true,
    // The sources are in the package: maps that hold them too would double it.
    esbuildOptions: (options) => {
      options.sourcesContent = false
    },
    splitting: true,
    dts: false,
    // tsup strips `node:` by default, and `node:sqlite` has no other name.
    removeNodeProtocol: false,
    ...overrides,
  })
}
