import { expect, it } from 'vitest'

import { markdownLinks } from '../../src/rules/markdown-links.ts'
import { check } from '../check.ts'

const links = (text: string): string[] =>
  check(markdownLinks, { 'docs/a.md': text, 'docs/b.md': '', 'src/c d.ts': '' })

it.each([
  ['a file', '[x](gone.md)', 'docs/a.md:3 links to gone.md'],
  ['a file above', '[x](../gone.md "title")', 'links to ../gone.md'],
  ['a part of a file', '![x](gone.png#part)', 'links to gone.png'],
  ['a reference', '[x]: ./gone.md', 'links to ./gone.md'],
])('finds a dead link to %s', (_, text, message) => {
  expect(links(`\n\n${text}`)).toEqual([expect.stringContaining(message)])
})

it('accepts live ones, foreign ones and code', () => {
  const live = '[b](b.md) [c](../src/c%20d.ts) [s](../src) [r](/docs/b.md#x) [here](#x) [up](..)'
  const foreign = '[w](https://example.com/a) [m](mailto:a@example.com)'
  expect(links(`${live}\n${foreign}\n\`[x](gone.md)\`\n\`\`\`\n[x](gone.md)\n\`\`\``)).toEqual([])
})
