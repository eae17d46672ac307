/** The Node that all of this needs, as package.json says in `engines`. */

const nodeMin = [22, 18] as const
export const nodeNeeded: string = nodeMin.join('.')

/** @param version As `process.version` has it. */
export function isOldNode(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  return major < nodeMin[0] || (major === nodeMin[0] && minor < nodeMin[1])
}
