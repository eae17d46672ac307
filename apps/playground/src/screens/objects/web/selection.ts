/** Objects and whole prefixes that something is to be done with. */
export interface Selection {
  /** The version that the person saw, where it is known: nothing newer is touched then. */
  readonly objects: readonly { readonly key: string; readonly etag?: string | undefined }[]
  /** Each ends in `/`: all keys that begin so. */
  readonly prefixes: readonly string[]
}
