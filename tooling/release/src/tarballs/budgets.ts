/**
 * What a package may weigh, packed and unpacked, in KiB: some air over what it is, so that a file
 * that came in by mistake, or a dependency that was bundled, is seen.
 */
export interface Budget {
  readonly packedKiB: number
  readonly unpackedKiB: number
}

export const budgets: Readonly<Record<string, Budget>> = {
  'backend-azure': { packedKiB: 200, unpackedKiB: 780 },
  'backend-file': { packedKiB: 210, unpackedKiB: 800 },
  'backend-s3': { packedKiB: 410, unpackedKiB: 1650 },
  'circuit-breaker': { packedKiB: 28, unpackedKiB: 96 },
  cli: { packedKiB: 260, unpackedKiB: 1000 },
  core: { packedKiB: 1300, unpackedKiB: 5400 },
  otel: { packedKiB: 22, unpackedKiB: 72 },
}
