/** The files that a person chose or dropped, those in folders included. */
import type { ChosenFile } from './upload.ts'

/** More are no selection but a data set; a script does that better. */
export const filesMax = 50_000

/** What an `<input type=file>` holds. */
export function filesOf(list: FileList | null): ChosenFile[] {
  return [...(list ?? [])].map((file) => ({
    file,
    path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath,
  }))
}

/** What is dropped can be asked for during the event only; it is read later. */
export function entriesOf({ items }: DataTransfer): readonly (FileSystemEntry | File)[] {
  return [...items].flatMap((item) => {
    if (item.kind !== 'file') return []
    const entry = item.webkitGetAsEntry() ?? item.getAsFile()
    return entry === null ? [] : [entry]
  })
}

/**
 * Walks through what was dropped, folder by folder, in their order.
 *
 * @throws DOMException when something cannot be read.
 */
export async function* filesIn(
  entries: readonly (FileSystemEntry | File)[],
): AsyncGenerator<ChosenFile, void, undefined> {
  for (const entry of entries) {
    if (entry instanceof File) yield { file: entry, path: entry.name }
    else if (entry.isDirectory) yield* filesIn(await children(entry as FileSystemDirectoryEntry))
    else yield { file: await fileOf(entry as FileSystemFileEntry), path: entry.fullPath.slice(1) }
  }
}

/** A folder tells its entries in parts (Chromium: by hundreds) until one is empty. */
async function children(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject)
    })
    if (part.length === 0) return all
    all.push(...part)
    if (all.length > filesMax) return all
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => {
    entry.file(resolve, reject)
  })
}
