/** Which keys can be the paths of local files, below a folder and never out of it. */

/** Names that Windows gives to devices, with any extension. */
const deviceName = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const windowsUnfit = /[<>:"\\|?*\u0000-\u001f]|[. ]$/

/** Why a key is no path, as the rest of a sentence; undefined where it is one. */
export function pathFault(key: string, platform: NodeJS.Platform): string | undefined {
  for (const segment of key.split('/')) {
    if (segment === '') return 'is absolute, ends with a slash, or has an empty segment'
    if (segment === '.' || segment === '..') return `has a "${segment}" segment`
    if (segment.includes('\0')) return 'holds a NUL'
    if (platform !== 'win32') continue
    if (deviceName.test(segment)) return 'is the name of a device on Windows'
    if (windowsUnfit.test(segment)) return 'has a character that Windows has not in names'
  }
  return undefined
}
