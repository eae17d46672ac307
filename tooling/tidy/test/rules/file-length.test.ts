import { expect, it } from 'vitest'

import { fileLength } from '../../src/rules/file-length.ts'
import { check } from '../check.ts'

it('finds files that are too long, suites at a higher mark', () => {
  const texts = {
    'src/a.ts': 'a\n'.repeat(601),
    'src/fine.ts': 'a\n'.repeat(600),
    'x/test/a.test.ts': 'a\n'.repeat(900),
    'x/test/b.test.ts': 'a\n'.repeat(901),
  }
  expect(check(fileLength, texts)).toEqual([
    expect.stringContaining('src/a.ts has 601 lines'),
    expect.stringContaining('x/test/b.test.ts has 901 lines'),
  ])
})
