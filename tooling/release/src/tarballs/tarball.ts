/** What is in a tarball of npm's, read without unpacking. */
import { statSync } from 'node:fs'
import { list } from 'tar'

import type { Manifest } from '../public-packages.ts'

export interface Tarball {
  /** Paths below `package/`, with their sizes. */
  readonly files: ReadonlyMap<string, number>
  readonly manifest: Manifest
  readonly readme: string
  /** What is in each of the files. */
  readonly texts: ReadonlyMap<string, string>
  readonly packedBytes: number
}

export async function readTarball(path: string): Promise<Tarball> {
  const files = new Map<string, number>()
  const texts = new Map<string, string>()
  await list({
    file: path,
    onReadEntry: (entry) => {
      const name = entry.path.replace(/^package\//, '')
      files.set(name, entry.size)
      const chunks: Buffer[] = []
      entry.on('data', (chunk) => chunks.push(Buffer.from(chunk)))
      entry.on('end', () => texts.set(name, Buffer.concat(chunks).toString('utf8')))
    },
  })
  const manifest = texts.get('package.json')
  if (manifest === undefined) throw new Error(`${path} has no package.json.`)
  return {
    files,
    manifest: JSON.parse(manifest) as Manifest,
    readme: texts.get('README.md') ?? '',
    texts,
    packedBytes: statSync(path).size,
  }
}
