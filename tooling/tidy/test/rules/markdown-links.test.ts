import { describe, expect, it } from 'vitest'

import { anchorsOf } from '../../src/markdown.ts'
import { markdownLinks } from '../../src/rules/markdown-links.ts'
import { check } from '../check.ts'

const home = 'https://github.com/aos-storage/aos-storage'
const files = {
  'docs/b.md': '# One thing\n\n## `two`: a, b\n',
  'docs/pictures/a.png': '',
  'src/c d.ts': '',
  'src/README.md': '# Source\n',
}
const links = (text: string): string[] => check(markdownLinks, { ...files, 'docs/a.md': text })

it.each([
  ['a file', '[x](gone.md)', 'docs/a.md:3 links to gone.md'],
  ['a file above', '[x](../gone.md "title")', 'links to ../gone.md'],
  ['a part of a file', '![x](gone.png#part)', 'links to gone.png'],
  ['a reference', '[x]: ./gone.md', 'links to ./gone.md'],
  ['a label', '[x][gone]\n\n[other]: b.md', 'links by [gone], which the page does not define'],
  ['a file, its title in single quotes', "[x](gone.md 'title')", 'links to gone.md'],
  ['a file whose name has spaces', '[x](<a b.md>)', 'links to a b.md'],
  ['an indented reference', '  [x]:gone.md', 'links to gone.md'],
  ['a label that is its own text', '[gone][]', 'links by [gone], which the page does not define'],
  ['a file behind code of two lines', '`a\nb` [x](gone.md) `c`', 'links to gone.md'],
  ['a file by HTML in single quotes', "<a href='gone.md'>", 'links to gone.md'],
  ['a picture of HTML', '<img width="9" src="pictures/gone.png">', 'links to pictures/gone.png'],
  ['a name in another case', '[x](B.md)', 'links to B.md'],
  ['a heading', '[x](b.md#gone)', 'no heading there is #gone'],
  ['a heading of the page itself', '# Top\n\n[x](#tip)', 'no heading there is #tip'],
  ["a heading of a folder's README", '[x](../src#gone)', 'no heading there is #gone'],
  ['a folder without a page', '[x](pictures#gone)', 'has no page for an anchor'],
  ['a line of a file', '[x](../src/c%20d.ts#gone)', 'no heading there is #gone'],
  ['a file by its URL', `[x](${home}/blob/main/docs/gone.md)`, 'which is not there'],
  ['a picture by its URL', `![x](${home}/raw/main/docs/gone.png)`, 'which is not there'],
  ['a heading by its URL', `[x](${home}/blob/main/docs/b.md#gone)`, 'no heading there is #gone'],
  ['another branch', `[x](${home}/blob/next/docs/b.md)`, 'names no file of branch main'],
  ['a path of a root', '[x](/docs/b.md)', 'be relative'],
  ['a site by http', '[x](http://example.com)', 'use https'],
  ['a file of one machine', '[x](file:///tmp/x)', 'only https and mailto'],
])('finds a dead link to %s', (_, text, message) => {
  expect(links(`\n\n${text}`)).toEqual([expect.stringContaining(message)])
})

it('accepts live ones, foreign ones and code', () => {
  const live = '[b](b.md) [c](../src/c%20d.ts#L3-L9) [s](../src/) [r](../src#source) [up](..)'
  const anchors = '# Here\n\n[h](#here) [b](b.md#two-a-b) <a href="b.md#one-thing">'
  const files = `[f](${home}/blob/main/docs/b.md#one-thing) [r](${home}/raw/main/docs/b.md)`
  const urls = `${files} [t](${home}/tree/main/src) [h](${home})`
  const foreign = `[w](https://example.com/a#b) [m](mailto:a@example.com) [i](${home}/issues/new)`
  const labels = '[x][Label]\n\n[label]: b.md'
  const code =
    '`[x][gone]` `[x](gone.md)` `` ` [x](gone.md) `` `a\n[x](gone.md)`\n```\n[x](gone.md)\n```'
  expect(links([live, anchors, urls, foreign, labels, code].join('\n'))).toEqual([])
})

it("keeps READMEs that npm shows to the repository's URLs", () => {
  const readme = (text: string): string[] =>
    check(markdownLinks, {
      ...files,
      'packages/a/package.json': '{ "name": "a" }',
      'packages/a/README.md': text,
      'packages/b/package.json': '{ "name": "b", "private": true }',
      'packages/b/README.md': '[b](../../docs/b.md)',
    })
  expect(readme('[b](../../docs/b.md)')).toEqual([expect.stringContaining("npm's page")])
  expect(readme(`# A\n[b](${home}/blob/main/docs/b.md) [a](#a)`)).toEqual([])
})

describe('anchorsOf', () => {
  it("follows GitHub's rule", () => {
    const page =
      '# `timeout` and `deadline`\n## Ärger, 2.0 & _more_!\n## [A link](b.md)\n' +
      '## Twice\n## Twice ##\n```sh\n# no heading\n```\n<a id="own"></a>\n'
    const slugs = ['own', 'timeout-and-deadline', 'ärger-20--_more_', 'a-link', 'twice', 'twice-1']
    expect([...anchorsOf(page)]).toEqual(slugs)
  })
})
