/** Child programs in one file: a process that runs it starts in half the time. */
import { basename, join } from 'node:path'
import { build } from 'tsup'

/** Bundles a program of this folder into `folder`; the path of the bundle. */
export async function bundleProgram(path: string, folder: string): Promise<string> {
  await build({
    entry: [path],
    outDir: folder,
    format: 'esm',
    outExtension: () => ({ js: '.mjs' }),
    config: false,
    silent: true,
    noExternal: [/^@aos-(?:storage|tooling)/],
    // Without the protocol, node:sqlite is nothing.
    removeNodeProtocol: false,
    splitting: false,
    esbuildOptions: (options) => {
      options.conditions = ['@aos-storage/source']
    },
  })
  return join(folder, basename(path).replace(/\.ts$/, '.mjs'))
}
