import { expect, it } from 'vitest'

import { docstrings } from '../../src/rules/docstrings.ts'
import { check } from '../check.ts'

const manifest = JSON.stringify({
  name: '@aos-storage/core',
  exports: { '.': { '@aos-storage/source': './src/index.ts' } },
})
const findings = (files: Record<string, string>): string[] => {
  const sources = Object.entries(files).map(([name, text]) => [`packages/core/src/${name}`, text])
  return check(docstrings, {
    'packages/core/package.json': manifest,
    ...(Object.fromEntries(sources) as Record<string, string>),
  })
}

it('finds what an entry exports without one, wherever it is declared', () => {
  const at = 'packages/core/src/a.ts:1 exports bare without a docstring'
  const a = 'export const bare = 1\n/** Told. */\nexport class Told {}\n'
  const finding = [expect.stringContaining(at)]
  expect(findings({ 'index.ts': "export * from './a.ts'", 'a.ts': a })).toEqual(finding)
  const named = "export { bare as shown, Told } from './a.ts'"
  expect(findings({ 'index.ts': named, 'a.ts': a })).toEqual(finding)
  const imported = "import { bare } from './a.ts'\nexport { bare }"
  expect(findings({ 'index.ts': imported, 'a.ts': a })).toEqual(finding)
  const twice = "export * from './b.ts'\nexport * from './a.ts'"
  const b = "export type { bare } from './a.ts'"
  expect(findings({ 'index.ts': twice, 'a.ts': a, 'b.ts': b })).toEqual(finding)
})

it.each([
  'export interface Bare {}',
  'export type Bare = string',
  'export function bare(): void {}',
  'export abstract class Bare {}',
  '// A remark.\nexport const bare = 1',
  '/* No docstring. */\nexport const bare = 1',
  '/** */\nexport const bare = 1',
  'const bare = 1\nexport { bare }',
])('finds %s', (code) => {
  expect(findings({ 'index.ts': code })).toHaveLength(1)
})

it('accepts docstrings, overloads, what is not public and what others declare', () => {
  const overloads =
    '/** Both. */\nexport function both(a: string): void\nexport function both(a: number): void\n' +
    'export function both(a: unknown): void {}\n'
  const handedOn = "export { type Told } from './a.ts'\nexport * from 'other'\n"
  const index = `${overloads}${handedOn}const own = 1\n`
  const a = '/** Told. */\nexport interface Told {}\nexport const unseen = 1\n'
  expect(findings({ 'index.ts': index, 'a.ts': a })).toEqual([])
})
