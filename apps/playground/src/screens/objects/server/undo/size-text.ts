/** Sizes for people. */

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** `1.2 GiB`, `256 MiB`, `17 bytes`. */
export function sizeText(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(bytes) / 10))
  const amount = bytes / 1024 ** power
  const digits = power === 0 || amount >= 100 || Number.isInteger(amount) ? 0 : 1
  return `${amount.toFixed(digits)} ${units[power]}`
}
