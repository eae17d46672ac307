/** Where the shared store is, for code that is ready to paste. */
let basePath = './data'

/** The folder of the shared store, as `StorageManager.open` takes it. */
export function storePath(): string {
  return basePath
}

/** Set once the server has said it; code that is shown before names a folder of the reader's. */
export function setStorePath(path: string): void {
  basePath = path
}
