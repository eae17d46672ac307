import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

import type { PublicPackage } from '../../src/public-packages.ts'
import { orderFindings, packedPackages } from '../../src/tarballs/check-tarballs.ts'

const made = (name: string, ...needs: string[]): PublicPackage => ({
  name,
  shortName: name,
  folder: name,
  manifest: {
    name,
    version: '1.0.0',
    dependencies: Object.fromEntries(needs.map((n) => [n, '1'])),
  },
})
const packages = [made('core', 'others'), made('file', 'core'), made('free')]

it('reads whose turn it is out of the plan', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aos plan '))
  try {
    const release = (name: string): object => ({
      name,
      version: '1.0.0',
      tarball: { path: `packages/${name}.tgz` },
    })
    const plan = [[release('core'), { name: 'root', version: '1.0.0' }], [release('file')]]
    writeFileSync(join(folder, 'publish-plan.json'), JSON.stringify({ plan }))
    expect(packedPackages(folder)).toMatchObject([
      { name: 'core', turn: 0, path: join(folder, 'packages/core.tgz') },
      { name: 'file', turn: 1 },
    ])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

it('has each published after what it depends on', () => {
  const order = (core: number, file: number): string[] =>
    orderFindings(
      [
        { name: 'core', turn: core },
        { name: 'file', turn: file },
      ],
      packages,
    )
  expect(order(0, 1)).toEqual([])
  expect(order(1, 0)).toEqual(['file is published before core, which it depends on.'])
  expect(order(0, 0)).toHaveLength(1)
  expect(orderFindings([{ name: 'file', turn: 0 }], packages)).toEqual([])
})
