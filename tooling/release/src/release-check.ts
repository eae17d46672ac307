/**
 * `pnpm release:check`: a whole release that nobody gets, and what is made of it.
 *
 * ```
 * build, public types against snapshots
 * copy of the working tree -> versions -> tarballs -> checks -> registry on loopback
 *                                                                 |
 *     each package manager installs what a service needs <--------'
 *     TypeScript 6 and 7 check it, Node 22 and 24 run it
 * further releases of the copy
 * ```
 *
 * Everything that it writes is in one temporary folder, which is gone at the end, whatever ends it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

import { apiFindings } from './api/api-check.ts'
import { run } from './command.ts'
import { checkConsumer } from './consumers/check-consumer.ts'
import { consumerCases } from './consumers/consumer-case.ts'
import { nodeOf } from './consumers/node-versions.ts'
import { packageManagers, type PackageManager } from './consumers/package-manager.ts'
import { openRegistry } from './loopback-registry.ts'
import { nextReleases, publishPacked, releaseCopy } from './next-releases.ts'
import { publicPackages } from './public-packages.ts'
import { copyForRelease } from './release-copy.ts'
import { registryEnvironment } from './registry-environment.ts'
import type { ReleaseReport } from './report.ts'
import { checkTarball, orderFindings, packedPackages } from './tarballs/check-tarballs.ts'

export interface ReleaseCheckOptions {
  readonly root: string
  readonly nodeMajors: readonly string[]
  /** Only these; all by default. */
  readonly managers?: readonly PackageManager[] | undefined
  /** Only the consumer of this name. */
  readonly consumer?: string | undefined
  readonly signal: AbortSignal
  /** Told before each step. */
  readonly onStep: (step: string) => void
}

export async function releaseCheck(options: ReleaseCheckOptions): Promise<ReleaseReport> {
  const folder = mkdtempSync(join(tmpdir(), 'aos-release-'))
  try {
    return await checkIn(folder, options)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function checkIn(folder: string, options: ReleaseCheckOptions): Promise<ReleaseReport> {
  const { root, signal, onStep } = options
  assertConsumer(options.consumer, root)
  const failures: string[] = []
  const env = toolEnvironment(root)
  onStep('build')
  await run('turbo', ['run', 'build', '--output-logs=errors-only'], { cwd: root, env, signal })
  onStep('public types')
  failures.push(...apiFindings(root))

  onStep('registry on loopback')
  const uplink = (
    await run('npm', ['config', 'get', 'registry'], { cwd: root, env, signal })
  ).trim()
  const ownPackages = publicPackages(root).map(({ name }) => name)
  await using registry = await openRegistry({
    folder: join(folder, 'registry'),
    ownPackages,
    uplink,
  })
  const publisherEnv = registryEnvironment(env, registry.url, registry.publisherConfig)
  const release = {
    copy: join(folder, 'copy'),
    packed: join(folder, 'packed'),
    registry: registry.url,
    env: publisherEnv,
    signal,
  }

  onStep('copy, versions, tarballs')
  await copyForRelease(root, release.copy, { env, signal })
  const packed = await releaseCopy('first', release)
  const packages = publicPackages(release.copy)
  const tarballs = []
  failures.push(...orderFindings(packedPackages(packed), packages))
  for (const each of packedPackages(packed)) {
    onStep(`tarball of ${each.name}`)
    const report = await checkTarball(each, packages, { cwd: folder, env, signal })
    failures.push(...report.findings.map((finding) => `${each.name}: ${finding}`))
    tarballs.push(report)
  }
  for (const { name } of packages) {
    if (!tarballs.some((each) => each.name === name)) failures.push(`${name} was not packed.`)
  }
  for (const { name, manifest } of packages) {
    const elsewhere = manifest.publishConfig?.registry
    if (elsewhere !== undefined) throw new Error(`${name} would go to ${elsewhere}.`)
  }
  onStep('publish')
  await publishPacked(packed, release)

  const nodes: Record<string, string> = {}
  for (const major of options.nodeMajors) {
    onStep(`Node ${major}`)
    nodes[major] = await nodeOf(major, root, { env, signal })
  }
  const consumers = []
  const userEnv = registryEnvironment(env, registry.url, registry.userConfig)
  for (const consumer of consumerCases(packages)) {
    if (options.consumer !== undefined && options.consumer !== consumer.name) continue
    for (const manager of options.managers ?? packageManagers) {
      onStep(`${manager}: ${consumer.name}`)
      try {
        const report = await checkConsumer(consumer, manager, {
          root,
          registry: registry.url,
          own: packages,
          folder: join(folder, 'consumer'),
          caches: join(folder, 'caches'),
          nodes,
          env: userEnv,
          signal,
        })
        consumers.push(report)
        for (const each of report.cloudPackages) {
          failures.push(`${manager}: ${consumer.name} brings ${each}, of a cloud it does not use.`)
        }
      } catch (error) {
        signal.throwIfAborted()
        failures.push(`${manager}: ${consumer.name}: ${messageOf(error)}`)
      }
    }
  }

  onStep('next releases')
  const next = await nextReleases(release)
  failures.push(...next.flatMap((each) => each.failures))
  return { tarballs, consumers, nextReleases: next, failures }
}

/** A check of a consumer that does not exist would find nothing wrong. */
function assertConsumer(name: string | undefined, root: string): void {
  const names = consumerCases(publicPackages(root)).map((each) => each.name)
  if (name === undefined || names.includes(name)) return
  throw new TypeError(`There is no consumer '${name}'; there are ${names.join(', ')}.`)
}

/** The tools of the workspace first, and nothing of the npm or pnpm that started this. */
function toolEnvironment(root: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_(lifecycle|package|command|execpath|node)|pnpm_(script|package))/i.test(name),
  )
  const path = `${join(root, 'node_modules/.bin')}${delimiter}${process.env['PATH'] ?? ''}`
  return { ...Object.fromEntries(kept), PATH: path, CI: '1', NODE_OPTIONS: '' }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
