/**
 * Brings the pinned pnpm through npx, which brings everything else: the pinned Node, the tools, the
 * dependencies. Does nothing when all that is already there.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { runChild, stoppedBy } from './child.mjs'
import { installEnvironment } from './environment.mjs'
import { explainInstallFailure } from './install-failure.mjs'
import { withInstallLock } from './lock.mjs'
import { say, SetupFailed } from './message.mjs'
import { isInstalled, nodeVersion, writeStamp } from './stamp.mjs'

export async function bringTools(root) {
  if (isInstalled(root)) {
    say(`tools are in place (Node ${nodeVersion(root)})`)
    return
  }
  const version = pinnedPnpm(root)
  if (!existsSync(join(root, 'pnpm-lock.yaml'))) {
    throw new SetupFailed(
      'pnpm-lock.yaml is missing. Bring it back with `git checkout -- pnpm-lock.yaml`, or write ' +
        `it with \`npx --yes pnpm@${version} install --no-frozen-lockfile\`.`,
    )
  }
  try {
    await withInstallLock(root, async () => {
      // Another boot may have done it while this one waited.
      if (!isInstalled(root)) await install(root, version)
    })
  } catch (error) {
    if (error instanceof SetupFailed || error.code === undefined) throw error
    throw new SetupFailed(explainInstallFailure(`${error.code} ${error.message}`, version))
  }
}

function pinnedPnpm(root) {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const { name, version } = manifest.devEngines?.packageManager ?? {}
  if (name === 'pnpm' && /^\d+\.\d+\.\d+$/.test(version)) return version
  throw new SetupFailed(
    'package.json pins no pnpm: devEngines.packageManager must have the name `pnpm` and an exact ' +
      'version. Bring it back with `git checkout -- package.json`.',
  )
}

async function install(root, version) {
  say(`installing with pnpm ${version} (first time: about 20 s and 700 MB)`)
  const command = ['npx', '--yes', `pnpm@${version}`, 'install', '--frozen-lockfile']
  let tail = ''
  const onOutput = (chunk) => {
    process.stderr.write(chunk)
    tail = (tail + chunk).slice(-20_000)
  }
  const env = installEnvironment()
  const code = await runChild(command, { cwd: root, env, onOutput }).catch((error) => {
    if (error.code !== 'ENOENT') throw error
    throw new SetupFailed(
      'npx is not on the PATH; it comes with npm. Install npm (with Node from nodejs.org, or ' +
        "your system's npm package) and run the same command again.",
    )
  })
  if (stoppedBy !== undefined) process.exit(code)
  if (code !== 0) throw new SetupFailed(explainInstallFailure(tail, version))
  const node = nodeVersion(root)
  if (node === undefined) {
    throw new SetupFailed(
      'the installation ended well, but node_modules/.bin/node does not run: the install script ' +
        'of the `node` package may have been blocked, or this platform has no build of it. ' +
        'Remove node_modules and run the same command again.',
    )
  }
  writeStamp(root)
  say(`installed (Node ${node})`)
}
