/** Every `ts` block of every page has sound types, also those that no test can run. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { expect, it } from 'vitest'

import { markdownPages, typeProblems } from '../src/typed-blocks.ts'

const root = resolve(import.meta.dirname, '../../..')

it('checks the types of all blocks', { timeout: 120_000 }, async () => {
  const { blocks, problems } = await typeProblems(root, markdownPages(root))
  expect(problems).toEqual([])
  expect(blocks).toBeGreaterThan(50)
})

it('tells the line of the page where a type is wrong', { timeout: 120_000 }, async () => {
  await mkdir(join(import.meta.dirname, '../.tsbuild'), { recursive: true })
  const folder = await mkdtemp(join(import.meta.dirname, '../.tsbuild/page-'))
  try {
    const wrong = "import { gone } from '@aos-storage/core'\nconst n: number = 'text'"
    const block = (info: string): string => `\`\`\`${info}\n${wrong}\n\`\`\`\n`
    await writeFile(join(folder, 'a.md'), `# A\n\n${block('ts no-run: so')}\n${block('js')}`)
    // Pages whose names differ in a slash alone are two.
    await mkdir(join(folder, 'b'))
    await writeFile(join(folder, 'b/c.md'), `# C\n\n${block('ts')}`)
    await writeFile(join(folder, 'b-c.md'), '# C\n\n```ts\nconst n: number = 1\n```\n')
    const [page, other, third] = ['a.md', 'b/c.md', 'b-c.md'].map((name) =>
      relative(root, join(folder, name)),
    ) as [string, string, string]
    const { blocks, problems } = await typeProblems(root, [page, other, third])
    expect(blocks).toBe(3)
    expect(problems.toSorted()).toEqual([
      expect.stringContaining(`${page}:4 error TS2305`),
      expect.stringContaining(`${page}:5 error TS2322`),
      expect.stringContaining(`${other}:4 error TS2305`),
      expect.stringContaining(`${other}:5 error TS2322`),
    ])
  } finally {
    await rm(folder, { recursive: true })
  }
})
