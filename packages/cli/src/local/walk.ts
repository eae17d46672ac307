/** The files below a folder, as keys. Links, and what is no file and no folder, are only told. */
import { opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { localFailure } from './local-failure.ts'

/** Folders within folders. */
const depthMax = 256

export type Walked =
  | { readonly kind: 'file'; readonly path: string; readonly key: string }
  | { readonly kind: 'other'; readonly path: string; readonly why: string }
  /** A folder that cannot be read; the rest is gone on with. */
  | { readonly kind: 'failed'; readonly path: string; readonly error: unknown }

/** `key` is the path below `folder`, joined by slashes. Entries come as the disk has them. */
export async function* walk(folder: string): AsyncGenerator<Walked, void, undefined> {
  yield* walkFolder(folder, '', 0)
}

async function* walkFolder(
  folder: string,
  prefix: string,
  depth: number,
): AsyncGenerator<Walked, void, undefined> {
  if (depth > depthMax) {
    yield { kind: 'other', path: folder, why: `lies deeper than ${depthMax} folders` }
    return
  }
  try {
    for await (const entry of await opendir(folder)) {
      const path = join(folder, entry.name)
      const key = `${prefix}${entry.name}`
      if (entry.isDirectory()) yield* walkFolder(path, `${key}/`, depth + 1)
      else if (entry.isFile()) yield { kind: 'file', path, key }
      else if (entry.isSymbolicLink()) yield { kind: 'other', path, why: 'links are not followed' }
      else yield { kind: 'other', path, why: 'it is neither file nor folder' }
    }
  } catch (error) {
    yield { kind: 'failed', path: folder, error: localFailure(folder, error) }
  }
}
