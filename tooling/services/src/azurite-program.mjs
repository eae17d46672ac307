/**
 * Azurite without its sweeps. In memory it sweeps each minute what no message refers to, also the
 * text of one that is being sent: that message is lost, or the whole queue service closes. What
 * was deleted is held until the end instead; a server of tests is short.
 */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const require = createRequire(import.meta.url)
/** The longest that a timer takes. */
const never = 2 ** 31 - 1

for (const service of ['blob', 'queue']) {
  const constants = require(`azurite/dist/src/${service}/utils/constants.js`)
  if (typeof constants.DEFAULT_GC_INTERVAL_MS !== 'number') {
    throw new Error(`This Azurite names the interval of its ${service} sweeps otherwise; find it`)
  }
  constants.DEFAULT_GC_INTERVAL_MS = never
}
// Its package names no entry but the command.
await import(pathToFileURL(require.resolve('azurite/dist/src/azurite.js')).href)
