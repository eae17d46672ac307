import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

import { consumerCases, isCloud } from '../src/consumers/consumer-case.ts'
import {
  inDependencyOrder,
  publicPackages,
  readManifest,
  runtimeDependencies,
  type PublicPackage,
} from '../src/public-packages.ts'
import { budgets } from '../src/tarballs/budgets.ts'

const root = resolve(import.meta.dirname, '../../..')
const made = (name: string, ...needs: string[]): PublicPackage => ({
  name,
  shortName: name,
  folder: name,
  manifest: {
    name,
    version: '0.1.0',
    dependencies: Object.fromEntries(needs.map((n) => [n, '^1'])),
  },
})

describe('the packages of this workspace', () => {
  const packages = publicPackages(root)

  it('come after what they need', () => {
    const names = packages.map(({ name }) => name)
    for (const { name, manifest } of packages) {
      for (const needed of runtimeDependencies(manifest)) {
        if (names.includes(needed)) expect(names.indexOf(needed)).toBeLessThan(names.indexOf(name))
      }
    }
    expect(names[0]).toBe('@aos-storage/core')
  })

  it('are built before their types are checked: each is a devDependency of this package', () => {
    const known = Object.keys(
      readManifest(resolve(import.meta.dirname, '..')).devDependencies ?? {},
    )
    expect(packages.map(({ name }) => name).filter((name) => !known.includes(name))).toEqual([])
  })

  it('are no peers of each other: changesets makes a major of each dependent for that', () => {
    const names = packages.map(({ name }) => name)
    const peers = packages.flatMap(({ manifest }) => Object.keys(manifest.peerDependencies ?? {}))
    expect(peers.filter((peer) => names.includes(peer))).toEqual([])
  })

  it('have a budget each', () => {
    expect(Object.keys(budgets).toSorted()).toEqual(
      packages.map(({ shortName }) => shortName).toSorted(),
    )
  })

  it('are installed each with core, by itself and all together', () => {
    const cases = consumerCases(packages)
    expect(cases.map(({ name }) => name)).toContain('core + backend-file')
    const cloud = cases.filter(({ mayHaveCloud }) => mayHaveCloud).map(({ name }) => name)
    expect(cloud).toEqual(expect.arrayContaining(['core + backend-azure', 'core + backend-s3']))
    expect(cloud).not.toContain('core + backend-file')
    expect(cases.find(({ name }) => name === 'core + otel')?.peers).toHaveProperty([
      '@opentelemetry/api',
    ])
  })
})

it('knows an SDK of a cloud by its name', () => {
  const names = ['@azure/core-auth', '@smithy/types', 'ioredis', 'cborg', '@aos-storage/backend-s3']
  expect(names.map(isCloud)).toEqual([true, true, true, false, false])
})

it('orders by dependencies, and refuses a circle', () => {
  const all = [made('a', 'c'), made('b'), made('c', 'b', 'other')]
  expect(inDependencyOrder(all).map(({ name }) => name)).toEqual(['b', 'c', 'a'])
  expect(() => inDependencyOrder([made('a', 'b'), made('b', 'a')])).toThrow('a > b > a')
})
