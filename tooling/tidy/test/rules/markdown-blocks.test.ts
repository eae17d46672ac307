import { expect, it } from 'vitest'

import { markdownBlocks } from '../../src/rules/markdown-blocks.ts'
import { check } from '../check.ts'

const block = (info: string): string => `\`\`\`${info}\nx\n\`\`\`\n`
const test = (call: string): Record<string, string> => ({ 'tooling/docs/test/a.test.ts': call })

it('finds pages whose code no test runs', () => {
  const page = { 'docs/a.md': `# A\n\n${block('ts')}` }
  const finding = expect.stringContaining('docs/a.md:3 is code that no test runs')
  expect(check(markdownBlocks, page)).toEqual([finding])
  const other = test("testReadme(new URL('../../../docs/b.md', import.meta.url))")
  expect(check(markdownBlocks, { ...page, ...other })).toEqual([finding])
  const comment = test("// testReadme(new URL('../../../docs/a.md', import.meta.url))")
  expect(check(markdownBlocks, { ...page, ...comment })).toEqual([finding])
})

it('accepts pages that a test names, alone or by their folder, and other languages', () => {
  const page = { 'docs/a/b.md': block('ts') + block('sh') }
  const alone = test("testReadme(new URL('../../../docs/a/b.md', import.meta.url), { runs: 2 })")
  expect(check(markdownBlocks, { ...page, ...alone })).toEqual([])
  const held = test("const p = new URL('../../../docs/a/b.md', import.meta.url)\ntestReadme(p)")
  expect(check(markdownBlocks, { ...page, ...held })).toEqual([])
  const folder = test("testPages(new URL('../../../docs/', import.meta.url))")
  expect(check(markdownBlocks, { ...page, ...folder })).toEqual([])
  const others = { 'docs/a.md': block('json') + block('text') + block('') }
  expect(check(markdownBlocks, others)).toEqual([])
})

it('finds names of languages that tests would pass over, and unknown marks', () => {
  const all = test("testPages(new URL('../../../docs/', import.meta.url))")
  const at = (info: string): string[] => check(markdownBlocks, { ...all, 'docs/a.md': block(info) })
  expect(at('typescript')).toEqual(['docs/a.md:1 is called typescript; say ts, which is tested.'])
  expect(at('bash')).toHaveLength(1)
  expect(at('ts no-run')).toHaveLength(1)
  expect(at('ts title="x"')).toHaveLength(1)
  expect(at('js no-run: slow')).toHaveLength(1)
  expect(at('ts no-run: needs an account')).toEqual([])
})

it('finds code that no test would read, whatever its fence', () => {
  const all = test("testPages(new URL('../../../docs/', import.meta.url))")
  const on = (text: string): string[] => check(markdownBlocks, { ...all, 'docs/a.md': text })
  const tildes = on('# A\n\n~~~ts\nx\n~~~\n')
  expect(tildes).toEqual([expect.stringContaining('docs/a.md:3 is fenced by ~~~')])
  expect(on('> ```ts\n> x\n> ```\n')).toEqual([expect.stringContaining('is code behind ">"')])
  expect(on('1. ```ts\n   x\n   ```\n')).toEqual([expect.stringContaining('behind "1."')])
  for (const language of ['TS', 'cts', 'deno']) {
    expect(on(block(language))).toEqual([expect.stringContaining(`is called ${language}`)])
  }
  expect(on('- a list\n\n  ```ts\n  x\n  ```\n')).toEqual([])
  const indented = expect.stringContaining('docs/a.md:3 is code by its indent alone')
  expect(on("So:\n\n    import { x } from 'y'\n\nEnd.\n")).toEqual([indented])
  expect(on('1. a list\n\n    more of it\n\n   a\n\n    b\n')).toEqual([])
  expect(on('So it\n    goes on.\n\n```text\na\n\n    b\n```\n')).toEqual([])
})

it('finds promises of output that no test would compare', () => {
  const all = test("testPages(new URL('../../../docs/', import.meta.url))")
  const of = (code: string, info = 'ts'): string[] =>
    check(markdownBlocks, { ...all, 'docs/a.md': `\`\`\`${info}\n${code}\n\`\`\`\n` })
  for (const mark of ['//=> 1', '//  => 1', '// -> 1', '// --> 1', '// → 1', '// ⇒ 1']) {
    const finding = 'docs/a.md:3 looks like output, which no test compares'
    expect(of(`log(0)\nlog(1) ${mark}`)).toEqual([expect.stringContaining(finding)])
  }
  expect(of('log(1) // => 1', 'ts no-run: slow')).toEqual([
    expect.stringContaining('docs/a.md:2 promises output of a block that is not run'),
  ])
  expect(of('log(1) // => 1\nconst f = () => 1 // a remark\nlog() // =>')).toEqual([])
  expect(of('log(1) //=> 1', 'text')).toEqual([])
})
