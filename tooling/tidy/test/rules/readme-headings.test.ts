import { expect, it } from 'vitest'

import { readmeHeadings, readmeSections } from '../../src/rules/readme-headings.ts'
import { check } from '../check.ts'

const manifest = { 'packages/a/package.json': '{"name":"@aos-storage/a"}' }
const sections = readmeSections.map((name) => `## ${name}\n\nText.\n`).join('\n')
const readme = (text: string): string[] =>
  check(readmeHeadings, { ...manifest, 'packages/a/README.md': text })

it('accepts all sections in order, with more of them between', () => {
  const more = sections.replace('## Errors', '## More\n\n## Errors')
  expect(readme(`# @aos-storage/a\n\nOne sentence.\n\n${more}`)).toEqual([])
})

it('finds a README that is not there', () => {
  expect(check(readmeHeadings, manifest)[0]).toContain('README.md is not there')
})

it.each([
  ['another title', `# a\n\nOne.\n\n${sections}`, 'must begin with'],
  ['no purpose', `# @aos-storage/a\n\n${sections}`, 'one sentence'],
  ['a section missing', `# @aos-storage/a\n\nOne.\n\n## Quickstart\n`, 'in order'],
  ['the wrong order', `# @aos-storage/a\n\nOne.\n\n## Errors\n${sections}`, 'in order'],
  [
    'a heading that stands twice',
    `# @aos-storage/a\n\nOne.\n\n${sections}\n### More\n\n## Else\n\n### More\n`,
    'has "More" twice',
  ],
  [
    'a heading that is only code',
    `# @aos-storage/a\n\nOne.\n\n${sections.replace('## Errors', '```\n## Errors\n```')}`,
    'in order',
  ],
])('finds %s', (_, text, message) => {
  expect(readme(text).join('\n')).toContain(message)
})
