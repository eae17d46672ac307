/**
 * The environment that tools run in: the workspace's own Node and tools first in PATH, nothing that
 * the npm around us set for itself, and no tool that phones home or writes outside the clone.
 */
import { delimiter, join } from 'node:path'

/** Where packages come from and how to get there: all that may pass from the npm around us. */
const kept = [
  'registry',
  'cache',
  'cafile',
  'ca',
  'strict_ssl',
  'proxy',
  'https_proxy',
  'http_proxy',
  'noproxy',
  // Not `globalconfig`: npm derives it from its prefix, and sets both for every script.
  'userconfig',
]

const quiet = {
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  DO_NOT_TRACK: '1',
  NO_UPDATE_NOTIFIER: '1',
  npm_config_update_notifier: 'false',
  npm_config_fund: 'false',
  npm_config_audit: 'false',
}

/** `process.env` without the npm around us. */
function cleanEnvironment(env = process.env) {
  const clean = Object.entries(env).filter(([name]) => {
    const setting = /^npm_(?:config_)?(.*)$/i.exec(name)?.[1]
    return setting === undefined || (/^npm_config_/i.test(name) && isKept(setting))
  })
  return { ...Object.fromEntries(clean), ...quiet }
}

function isKept(setting) {
  // `//host/:_authToken` and `@scope:registry` belong to the registry.
  return kept.includes(setting.toLowerCase().replaceAll('-', '_')) || /^(\/\/|@)/.test(setting)
}

/** For tools of the workspace. */
export function toolEnvironment(root, env = process.env) {
  const clean = cleanEnvironment(env)
  const pathName = Object.keys(clean).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH'
  const bin = join(root, 'node_modules', '.bin')
  return { ...clean, [pathName]: `${bin}${delimiter}${clean[pathName] ?? ''}` }
}

/** For the installation: never a question, not even whether node_modules may be made anew. */
export function installEnvironment(env = process.env) {
  const clean = cleanEnvironment(env)
  const registry = clean.npm_config_registry ?? clean.NPM_CONFIG_REGISTRY
  return {
    ...clean,
    CI: clean.CI ?? '1',
    npm_config_yes: 'true',
    pnpm_config_confirm_modules_purge: 'false',
    ...(registry === undefined ? {} : { pnpm_config_registry: registry }),
  }
}
