import { expect, it } from 'vitest'

import { specificationMap } from '../../src/rules/specification-map.ts'
import { check } from '../check.ts'

const sources = {
  'packages/core/package.json': JSON.stringify({
    exports: { '.': { '@aos-storage/source': './src/index.ts' } },
  }),
  'packages/core/src/index.ts':
    "export { Store } from './store.ts'\nexport * from './layer.ts'\n" +
    "export type { X } from './x.ts'",
  'packages/core/src/base.ts': 'export abstract class Base { presign(): void {} }',
  'packages/core/src/store.ts':
    "import { Base } from './base.ts'\n" +
    'export class Store extends Base { static open(): void {} save(): void {} }\n' +
    'export class Inner {}',
  'packages/core/src/layer.ts':
    'interface Part { readonly contentType: string }\n' +
    'export interface Layer extends Part { reset(): void }\n' +
    'export function layer(): void {}\nexport const limit = 1',
  'packages/core/test/store.test.ts': "it('saves', () => {})\nit(`${objects} objects`, () => {})",
}
const test = '[store.test.ts](../packages/core/test/store.test.ts) “saves”'

function findings(cells: string): string[] {
  return check(specificationMap, { ...sources, 'docs/specification-map.md': `${cells}\n` })
}

function name(text: string, file: string): string {
  return `| \`call()\` | [\`${text}\`](../packages/core/src/${file}) | | ${test} | |`
}

it('takes what is there', () => {
  for (const text of ['Store', 'Store.open', 'Store.save', 'Store.presign']) {
    expect(findings(name(text, 'store.ts'))).toEqual([])
  }
  for (const text of ['Layer.reset', 'Layer.contentType', 'layer', 'limit']) {
    expect(findings(name(text, 'layer.ts'))).toEqual([])
  }
  const more = '[store.test.ts](../packages/core/test/store.test.ts) “${objects} objects”'
  expect(findings(`| \`a_b()\` | \`Store\` | | ${test}<br>${more} | \`contentType\` |`)).toEqual([])
  expect(findings('| `store.cache()` | not yet: package `cachet` | | | |')).toEqual([])
  expect(check(specificationMap, sources)).toEqual([])
})

it.each([
  ['a class that is gone', name('Shop', 'store.ts'), '`Shop` is not declared in'],
  ['a member that is gone', name('Store.load', 'store.ts'), '`Store` has no `load`.'],
  ['a file that is gone', name('Store', 'shop.ts'), 'shop.ts, where `Store` should be, is not'],
  ['what is not public', name('Inner', 'store.ts'), '`Inner` is exported by no entry'],
  ['a member of another', name('Layer.save', 'layer.ts'), '`Layer` has no `save`.'],
  [
    'a title that is gone',
    name('Store', 'store.ts').replace('saves', 'kept'),
    '“kept” is no title',
  ],
  ['a test file that is gone', name('Store', 'store.ts').replaceAll('.test.', '.'), 'is not there'],
  ['a name behind an anchor', name('Store.load', 'store.ts#L1'), '`Store` has no `load`.'],
  ['a title without a file', name('Store', 'store.ts').replace(test, '“saves”'), 'has no link'],
  [
    'a second title of one link',
    name('Store', 'store.ts').replace(test, `${test} “gone”`),
    'has no link',
  ],
  ['no test at all', name('Store', 'store.ts').replace(test, ''), 'a counterpart and no test'],
  [
    'a word of no source',
    `| \`a()\` | \`Store\` | | ${test} | \`kontentType\` |`,
    '`kontentType` is',
  ],
])('finds %s', (_, line, message) => {
  const found = findings(`# Map\n\n${line}`)
  expect(found).toHaveLength(1)
  expect(found[0]).toMatch(/^docs\/specification-map\.md:3 /)
  expect(found[0]).toContain(message)
})
