import { describe, expect, it } from 'vitest'
import { errorOf } from '../support/error-line.ts'
import { run, temporaryFolder } from '../support/run.ts'
import { tablesOn } from '../support/tables-scenario.ts'

describe('on files', () => {
  tablesOn('here:', () => 'none')
})

it('goes on behind lines that fail, and tells them by their numbers', async () => {
  await using folder = await temporaryFolder()
  const { path: cwd } = folder
  const stdin = [
    '{"partitionKey":"p","rowKey":"1"}',
    'no json with a "secret"',
    '',
    '{"partitionKey":"p"}',
    '{"partitionKey":"p","rowKey":"a/b"}',
    '{"partitionKey":"p","rowKey":"2","list":[]}',
    '{"partitionKey":"p","rowKey":"3"}',
  ].join('\n')
  const args = ['tables', 'import', './s', 'things', '--create', '--json']
  const result = await run(args, { cwd, stdin })
  expect(result.code).toBe(6)
  expect(result.records()).toEqual([
    { action: 'imported', table: 'things', imported: 2, failed: 4 },
  ])
  expect(result.stderr).toMatch(/line 2: .*\n.*line 4: .*\n.*line 5: .*\n.*line 6: /)
  expect(result.stderr).not.toContain('secret')
  const none = await run([...args], { cwd, stdin: 'no json' })
  expect(none.code).toBe(1)
  const missing = await run(['tables', 'import', './s', 'others', '--json'], { cwd, stdin })
  expect(errorOf(missing)).toMatchObject({ code: 'NOT_FOUND', exitCode: 3 })
})

it('asks for a store without a key, that has tables', async () => {
  const keyed = await run(['tables', 'list', '--json', './s#key'])
  expect(errorOf(keyed)).toMatchObject({ exitCode: 2, message: expect.stringContaining('whole') })
  const none = await run(['tables', 'list', '--json', 's3://bucket'])
  expect(none.code).toBe(1)
  expect(errorOf(none)).toMatchObject({ code: 'UNSUPPORTED' })
})
