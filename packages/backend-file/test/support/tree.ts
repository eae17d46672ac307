/** What lies on disk, as a test wants to compare it. */
import { lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Paths of all files below `folder`, sorted; without the store's own. */
export function filesOf(folder: string): string[] {
  return entriesOf(folder).filter((path) => !lstatSync(join(folder, path)).isDirectory())
}

/** Paths of all files and folders below `folder`, sorted; without the store's own. */
export function entriesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path !== '.aos' && !path.startsWith('.aos/'))
    .sort()
}

/** Paths of files in writers' folders below `.aos/tmp`. */
export function temporaryFilesOf(folder: string): string[] {
  const tmp = join(folder, '.aos/tmp')
  return readdirSync(tmp, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.includes('/') && !lstatSync(join(tmp, path)).isDirectory(),
  )
}

/** Puts foreign files into a folder: `{ 'docs/plan.md': '# Plan' }`. */
export function dropFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}
