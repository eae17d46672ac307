import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

import { codeBlocks, expectedOutput, outputDifference } from '../src/readme-blocks.ts'
import { shellProblems } from '../src/readme-shell.ts'

const fence = '```'

describe('codeBlocks', () => {
  it('knows language, code and line', () => {
    const markdown = ['# A', `${fence}ts`, 'one()', 'two()', fence, `${fence}sh`, 'ls', fence]
    expect(codeBlocks(markdown.join('\n'))).toEqual([
      { language: 'ts', code: 'one()\ntwo()', line: 3 },
      { language: 'sh', code: 'ls', line: 7 },
    ])
  })

  it('takes the reason of what is not run, and no other word', () => {
    const lines = [`${fence}ts no-run: needs an account`, 'one()', fence, `${fence}ts title`, fence]
    expect(codeBlocks(lines.join('\n'))).toEqual([
      { language: 'ts', code: 'one()', line: 2, notRun: 'needs an account' },
      { language: 'ts', code: '', line: 5 },
    ])
  })

  it('refuses a block that never closes', () => {
    expect(() => codeBlocks(`${fence}ts\none()`)).toThrow('line 2 is never closed')
  })
})

describe('expectedOutput', () => {
  it('takes the comments behind and below', () => {
    const code = ['log(1) // => 1', 'log(o)', '// => {', '//      a: 1', '//    }', '// a remark']
    expect(expectedOutput(code.join('\n'))).toEqual(['1', '{', 'a: 1', '}'])
  })

  it('takes nothing where nothing is promised', () => {
    expect(expectedOutput('const f = () => 1 // a remark\n//    indented remark')).toEqual([])
  })
})

describe('outputDifference', () => {
  it('finds none where all lines agree, `...` being anything', () => {
    expect(outputDifference(['a', 'at ... (x)'], ['a', '  at 12:30 (x)'])).toBeUndefined()
  })

  it('finds wrong, missing and surplus lines', () => {
    expect(outputDifference(['a'], ['b'])).toContain('expected a')
    expect(outputDifference(['a', 'b'], ['a'])).toContain('never printed: b')
    expect(outputDifference(['a'], ['a', 'b'])).toContain('one line more')
    expect(outputDifference(['a.c'], ['abc'])).toContain('expected a.c')
  })
})

describe('shellProblems', () => {
  const root = resolve(import.meta.dirname, '../../..')
  const problems = (code: string, commands: string[] = []): string[] =>
    shellProblems(code, { workspaceRoot: root, packageFolder: root, commands })

  it('accepts what exists', () => {
    expect(problems('npm start\nnpm test -- packages/core # all\npnpm run build')).toEqual([])
    expect(problems('pnpm add @aos-storage/core && AOS_X=1 pnpm bench core')).toEqual([])
    expect(problems('node tooling/boot/boot.mjs test')).toEqual([])
    expect(problems('frob --all', ['frob'])).toEqual([])
    expect(problems('pnpm --filter core test')).toEqual([])
  })

  it('finds commands, scripts and files that do not', () => {
    expect(problems('frob --all')).toEqual([expect.stringContaining('`frob`')])
    expect(problems('pnpm nope')).toEqual([expect.stringContaining("'nope'")])
    expect(problems('npm run nope && npm start')).toEqual([expect.stringContaining("'nope'")])
    expect(problems('node nope.mjs')).toEqual([expect.stringContaining('nope.mjs')])
    expect(problems('npx pnpm nope')).toEqual([expect.stringContaining("'nope'")])
    const byPath = 'node_modules/.bin/node --conditions=a nope.ts ./data'
    expect(problems(byPath)).toEqual([expect.stringContaining('nope.ts')])
    expect(problems(byPath, ['node_modules/.bin/node'])).toHaveLength(1)
  })
})
