/**
 * What a package may weigh, packed and unpacked, in KiB: some air over what it is, so that a file
 * that came in by mistake, or a dependency that was bundled, is seen.
 */
export interface Budget {
  readonly packedKiB: number
  readonly unpackedKiB: number
}

export const budgets: Readonly<Record<string, Budget>> = {}
