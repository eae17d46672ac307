/** Failures as pages see them: every code has a status and a fix, nothing unknown is told. */
import { StorageError, storageErrorCodes } from '@aos-storage/core'
import { Hono } from 'hono'
import { integer, number, object, pipe, string } from 'valibot'
import { expect, it } from 'vitest'
import { problemOf, subjectOf } from '../../src/server/problem.ts'
import { valid } from '../../src/server/valid.ts'
import { openForTest } from './opened.ts'

it.each(storageErrorCodes)('%s has a status of failure, and a fix', (code) => {
  const error = new StorageError(code, 'what happened', { key: 'a/b', operation: 'read' })
  const { status, problem } = problemOf(error)
  expect(status).toBeGreaterThanOrEqual(400)
  expect(problem).toMatchObject({ code, message: 'what happened', key: 'a/b', operation: 'read' })
  expect(problem.fix.length).toBeGreaterThan(10)
})

it.each([
  ['/api/tables/save', 'INVALID_KEY', /segments/],
  ['/api/queues/queue', 'INVALID_KEY', /segments/],
  ['/api/queues/queue', 'NOT_FOUND', /moved/],
  ['/api/tables/save', 'ALREADY_EXISTS', /another key/],
] as const)('tells no fix for objects at %s: %s', (path, code, ofObjects) => {
  const fixAt = (at: string): string =>
    problemOf(new StorageError(code, 'what happened'), subjectOf(at)).problem.fix
  expect(fixAt('/api/objects/write')).toMatch(ofObjects)
  expect(fixAt(path)).not.toMatch(ofObjects)
  expect(fixAt(path).length).toBeGreaterThan(10)
})

it('keeps what nobody expected from the page, and hands it to the terminal', async () => {
  const secret = new Error('/etc/secret.key cannot be read')
  const routes = new Hono().get('/', () => {
    throw secret
  })
  await using opened = await openForTest([{ name: 'bad', screen: { open: () => ({ routes }) } }])
  const response = await opened.ask('/api/bad')
  expect(response.status).toBe(500)
  expect(await response.text()).not.toContain('secret')
  expect(opened.unexpected).toEqual([secret])
})

it('names the fields that do not fit', async () => {
  const body = object({ key: string(), size: pipe(number(), integer()) })
  const routes = new Hono().post('/', valid('json', body), (context) =>
    context.json(context.req.valid('json')),
  )
  await using opened = await openForTest([{ name: 'form', screen: { open: () => ({ routes }) } }])
  const send = async (text: string): Promise<{ status: number; text: string }> => {
    const headers = { 'content-type': 'application/json' }
    const response = await opened.ask('/api/form', { method: 'POST', headers, body: text })
    return { status: response.status, text: await response.text() }
  }
  expect(await send('{"key":"a","size":1}')).toEqual({ status: 200, text: '{"key":"a","size":1}' })
  const wrong = await send('{"key":1,"size":0.5}')
  expect(wrong.status).toBe(400)
  expect(wrong.text).toContain('json.key')
  expect(wrong.text).toContain('json.size')
  expect(await send('{"key":')).toMatchObject({ status: 400 })
  expect(opened.unexpected).toEqual([])
})

it('says that there is no such route', async () => {
  await using opened = await openForTest()
  const response = await opened.ask('/api/nothing/here')
  expect(response.status).toBe(404)
  expect(await response.json()).toMatchObject({ error: { code: 'NO_ROUTE' } })
})
