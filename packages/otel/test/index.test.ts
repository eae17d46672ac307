import { expect, it } from 'vitest'

import { titleOf } from '../src/index.ts'

it('titles a backend by its name', () => {
  expect(titleOf({ name: 'memory' })).toBe('the memory backend')
})
