/** Objects and whole prefixes that something is to be done with. */
export interface Selection {
  /** The version that the person saw, where it is known: nothing newer is touched then. */
  readonly objects: readonly { readonly key: string; readonly etag?: string | undefined }[]
  /**
   * All keys that begin so. Each ends in `/`, or is what is listed and to be deleted as a whole.
   */
  readonly prefixes: readonly string[]
}
