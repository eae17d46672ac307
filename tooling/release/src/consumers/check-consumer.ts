/** One service, with one package manager: installed, measured, type-checked, run. */
import { mkdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import { run, type CommandOptions } from '../command.ts'
import type { PublicPackage } from '../public-packages.ts'
import { isCloud, type ConsumerCase } from './consumer-case.ts'
import { assertOneOfEach, installedIn } from './installed.ts'
import { install, type PackageManager } from './package-manager.ts'
import { writeProject } from './project.ts'

export interface ConsumerReport {
  readonly name: string
  readonly manager: PackageManager
  readonly packages: number
  readonly bytes: number
  /** What was found, such as `ioredis@6.0.0`, where no cloud is asked for. */
  readonly cloudPackages: readonly string[]
  /** Each `6.0.3`. */
  readonly typeScript: readonly string[]
  /** Each `22 import`. */
  readonly runs: readonly string[]
}

export interface ConsumerOptions extends Omit<CommandOptions, 'cwd'> {
  /** The workspace. */
  readonly root: string
  readonly registry: string
  /** All of ours, in the versions that are released. */
  readonly own: readonly PublicPackage[]
  readonly folder: string
  readonly caches: string
  /** Programs by the major version. */
  readonly nodes: Readonly<Record<string, string>>
}

const require = createRequire(import.meta.url)

export async function checkConsumer(
  consumer: ConsumerCase,
  manager: PackageManager,
  options: ConsumerOptions,
): Promise<ConsumerReport> {
  const { folder: cwd, root, registry, caches, nodes, env, signal } = options
  rmSync(cwd, { recursive: true, force: true })
  writeProject(cwd, consumer, registry, join(root, 'node_modules/@types'))
  await install(manager, { cwd, env, signal, caches })
  const { packages, bytes } = installedIn(cwd)
  assertOneOfEach(packages, options.own)
  const cloudPackages = consumer.mayHaveCloud ? [] : packages.filter(isCloud)
  const typeScript: string[] = []
  for (const compiler of ['typescript-6', 'typescript']) {
    const manifest = require.resolve(`${compiler}/package.json`, {
      paths: [import.meta.dirname, root],
    })
    const tsc = join(manifest, '../bin/tsc')
    await run(process.execPath, [tsc, '-p', cwd], { cwd, env, signal })
    typeScript.push((require(manifest) as { version: string }).version)
  }
  const runs: string[] = []
  for (const [major, node] of Object.entries(nodes)) {
    for (const [way, ending] of [
      ['import', 'mjs'],
      ['require', 'cjs'],
    ] as const) {
      const data = join(cwd, 'data', `${major}-${way}`)
      mkdirSync(data, { recursive: true })
      await run(node, [join(cwd, 'out', `main.${ending}`), data], { cwd, env, signal })
      for (const { manifest } of consumer.packages) {
        for (const bin of Object.keys(typeof manifest.bin === 'object' ? manifest.bin : {})) {
          const program = join(
            cwd,
            'node_modules',
            manifest.name,
            manifest.bin?.[bin as never] ?? '',
          )
          await run(node, [program, '--version'], { cwd, env, signal })
        }
      }
      runs.push(`${major} ${way}`)
    }
  }
  rmSync(cwd, { recursive: true, force: true })
  return {
    name: consumer.name,
    manager,
    packages: packages.length,
    bytes,
    cloudPackages,
    typeScript,
    runs,
  }
}
