/**
 * The snapshots of a package in its folder.
 *
 * ```
 * api/index.txt             of '.' as it is now: what a reviewer sees change
 * api/testing.txt           of './testing'
 * api/released/index.txt    as of the last release: what changes are judged against
 * ```
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { PublicPackage } from '../public-packages.ts'
import type { Snapshots } from './difference.ts'
import { entriesOf } from './entry.ts'

export type SnapshotState = 'current' | 'released'

const extension = '.txt'

/** Undefined when there is no folder. */
export function readSnapshots(each: PublicPackage, state: SnapshotState): Snapshots | undefined {
  const folder = folderOf(each, state)
  if (!existsSync(folder)) return undefined
  const files = readdirSync(folder).filter((file) => file.endsWith(extension))
  return new Map(
    files.map((file) => [
      entryName(each, file.slice(0, -extension.length)),
      readFileSync(join(folder, file), 'utf8'),
    ]),
  )
}

/** The folder holds these and no others afterwards. */
export function writeSnapshots(
  each: PublicPackage,
  state: SnapshotState,
  snapshots: Snapshots,
): void {
  const folder = folderOf(each, state)
  mkdirSync(folder, { recursive: true })
  for (const file of readdirSync(folder)) {
    if (file.endsWith(extension)) rmSync(join(folder, file))
  }
  for (const { name, fileName } of entriesOf(each)) {
    const text = snapshots.get(name)
    if (text !== undefined) writeFileSync(join(folder, `${fileName}${extension}`), text)
  }
}

function folderOf({ folder }: PublicPackage, state: SnapshotState): string {
  return state === 'current' ? join(folder, 'api') : join(folder, 'api', 'released')
}

/** An entry that is gone has only its file's name left. */
function entryName(each: PublicPackage, fileName: string): string {
  const entry = entriesOf(each).find((other) => other.fileName === fileName)
  return entry?.name ?? `${each.name}/${fileName}`
}
