/** The keys that versioned values give to their objects; whether one is of one the server knows. */
const objectOfValue = /\/(?:current|v[1-9]\d{0,15})$/

/** The key of the value that the object may be a part of; undefined when it cannot be. */
export function valueKeyOf(objectKey: string): string | undefined {
  const { index = 0 } = objectOfValue.exec(objectKey) ?? {}
  return index > 0 ? objectKey.slice(0, index) : undefined
}
