/**
 * `pnpm release:check [--json] [--node 22,24] [--with npm,pnpm,yarn] [--consumer name]`
 * `pnpm release:version`, `pnpm api:check`, `pnpm api:update`
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

import { apiFindings, updateApi } from './api/api-check.ts'
import { packageManagers, type PackageManager } from './consumers/package-manager.ts'
import { releaseCheck } from './release-check.ts'
import { markdownOf } from './report.ts'
import { releaseVersion } from './versions/release-version.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    node: { type: 'string', default: '22,24' },
    with: { type: 'string', default: packageManagers.join() },
    consumer: { type: 'string' },
    root: { type: 'string', default: resolve(import.meta.dirname, '../../..') },
  },
})

const stop = new AbortController()
let stoppedBy: NodeJS.Signals | undefined
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    stoppedBy = signal
    stop.abort(new Error(`stopped by ${signal}`))
  })
}

async function main(): Promise<number> {
  const { root } = values
  switch (positionals[0]) {
    case 'check':
      return check(root)
    case 'version': {
      const moved = await releaseVersion(root, { env: process.env, signal: stop.signal })
      for (const { name, manifest } of moved) console.log(`${name}@${manifest.version}`)
      return 0
    }
    case 'api-check':
      return tell(apiFindings(root))
    case 'api-update':
      for (const { shortName } of updateApi(root)) console.log(`packages/${shortName}/api`)
      return 0
    default:
      throw new TypeError('Say what: check, version, api-check or api-update.')
  }
}

async function check(root: string): Promise<number> {
  const began = performance.now()
  const onStep = (step: string): void => {
    const seconds = ((performance.now() - began) / 1000).toFixed(0).padStart(4)
    console.error(`release: ${seconds} s  ${step}`)
  }
  const report = await releaseCheck({
    root,
    nodeMajors: values.node.split(','),
    managers: values.with.split(',').map(managerNamed),
    consumer: values.consumer,
    signal: stop.signal,
    onStep,
  })
  onStep('done')
  console.log(values.json ? JSON.stringify(report, null, 2) : markdownOf(report))
  return tell(report.failures)
}

function managerNamed(name: string): PackageManager {
  const found = packageManagers.find((each) => each === name)
  if (found !== undefined) return found
  throw new TypeError(`--with takes ${packageManagers.join(', ')}, not '${name}'.`)
}

function tell(findings: readonly string[]): number {
  for (const finding of findings) console.error(`failed: ${finding}`)
  return findings.length === 0 ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  const text = error instanceof Error ? error.message : String(error)
  console.error(`release: ${stoppedBy === undefined ? text : `stopped by ${stoppedBy}`}`)
  process.exitCode = stoppedBy === undefined ? 1 : 130
}
// Connections of the registry to its uplink may be kept alive.
process.exit()
