import { expect, it } from 'vitest'

import { markdownOf } from '../src/report.ts'

const consumer = {
  cloudPackages: [],
  typeScript: ['6.0.3', '7.0.2'],
  runs: ['22 import', '24 require'],
}

it('puts what was found into tables', () => {
  const report = markdownOf({
    tarballs: [
      { name: '@a/b', version: '0.1.0', files: 12, packedKiB: 3, unpackedKiB: 44, findings: [] },
    ],
    consumers: [
      { ...consumer, name: 'core', manager: 'npm', packages: 2, bytes: 5_123_456 },
      { ...consumer, name: 'core', manager: 'pnpm', packages: 2, bytes: 4_000_000 },
      { ...consumer, name: 'all', manager: 'npm', packages: 30, bytes: 64_900_000 },
    ],
    nextReleases: [{ changed: '@a/b patch', published: ['@a/b@0.1.1'], failures: [] }],
    failures: [],
  })
  expect(report).toBe(`\
| package | version | files | packed KiB | unpacked KiB |
| ------- | ------: | ----: | ---------: | -----------: |
| @a/b    |   0.1.0 |    12 |          3 |           44 |

| installed | packages | MB by npm | MB by pnpm |
| --------- | -------: | --------: | ---------: |
| core      |        2 |       5.1 |        4.0 |
| all       |       30 |      64.9 |            |

Each was compiled by TypeScript 6.0.3 and 7.0.2, and run by Node 22 import, 24 require.

| changed    | published  |
| ---------- | ---------- |
| @a/b patch | @a/b@0.1.1 |`)
})
