/** Where the shared store is, for code that is ready to paste. */
let basePath = './data'

/** The folder of the shared store, as `StorageManager.open` takes it. */
export function storePath(): string {
  return basePath
}

/** Set before anything is shown, and when the server was started anew, on another folder maybe. */
export function setStorePath(path: string): void {
  basePath = path
}
