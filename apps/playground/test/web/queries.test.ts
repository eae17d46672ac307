/** What was read from the server is read again when it must be, and only then. */
import { onlineManager } from '@tanstack/react-query'
import { afterEach, expect, it } from 'vitest'
import { queries } from '../../src/web/queries.ts'

afterEach(() => {
  onlineManager.setOnline(true)
  queries.clear()
})

it('asks a server on this machine also without a network', { timeout: 2000 }, async () => {
  onlineManager.setOnline(false)
  const query = queries.fetchQuery({ queryKey: ['test'], queryFn: () => 'answered' })
  expect(await query).toBe('answered')
  const mutation = queries.getMutationCache().build(queries, { mutationFn: async () => 'done' })
  expect(await mutation.execute(undefined)).toBe('done')
})
