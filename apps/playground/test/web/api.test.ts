/** A server that does not answer, or stops amid its answer, is one problem in every browser. */
import { Hono } from 'hono'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { answer, client, lines, request } from '../../src/web/api.ts'
import { problemOf } from '../../src/web/problem.ts'

/** What `fetch` rejects with in Chrome, Firefox and Safari; then what a stream ends with. */
const words = ['Failed to fetch', 'NetworkError when attempting to fetch resource.', 'Load failed']
const streamWords = ['network error', 'Error in input stream', 'The network connection was lost.']

afterEach(() => vi.unstubAllGlobals())

function answering(fetch: () => Promise<Response>): void {
  vi.stubGlobal('fetch', fetch)
}

async function problemFrom(work: () => Promise<unknown>): Promise<unknown> {
  const error = await work().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return problemOf(error).code
}

/** Begins well. */
function broken(message: string): Response {
  let pulls = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (++pulls === 1) controller.enqueue(new TextEncoder().encode('{"a":1}\n'))
      else controller.error(new TypeError(message))
    },
  })
  return new Response(body)
}

async function linesOf(response: Response): Promise<unknown[]> {
  const all: unknown[] = []
  for await (const batch of lines(response)) all.push(...batch)
  return all
}

const routes = new Hono().get('/object', (context) => context.json({ a: 1 }))
const typed = (): Promise<unknown> => answer(client<typeof routes>('objects').object.$get())

describe.each(words)('nobody who answers (%s)', (message) => {
  it('is UNAVAILABLE', async () => {
    answering(() => Promise.reject(new TypeError(message)))
    expect(await problemFrom(() => request('/api/x', 'a'))).toBe('UNAVAILABLE')
    expect(await problemFrom(typed)).toBe('UNAVAILABLE')
  })
})

describe.each(streamWords)('an answer that breaks off (%s)', (message) => {
  it('is UNAVAILABLE, however it is read', async () => {
    answering(async () => broken(message))
    expect(await problemFrom(async () => linesOf(await request('/', 'a')))).toBe('UNAVAILABLE')
    expect(await problemFrom(typed)).toBe('UNAVAILABLE')
    for (const read of ['arrayBuffer', 'blob', 'text', 'json'] as const) {
      const reading = async (): Promise<unknown> => (await request('/', 'a'))[read]()
      expect(await problemFrom(reading)).toBe('UNAVAILABLE')
    }
  })
})

it('what was given up is no such problem', async () => {
  answering(() => Promise.reject(new DOMException('The operation was aborted.', 'AbortError')))
  expect(await problemFrom(() => request('/api/x', 'a'))).toBe('ABORTED')
})

it('what is no JSON is no such problem', async () => {
  answering(async () => new Response('<html>'))
  expect(await problemFrom(typed)).toBe('INTERNAL')
})

it('an answer is read as it is', async () => {
  answering(async () => new Response('{"a":1}\n{"b":2}'))
  expect(await linesOf(await request('/api/x', 'a'))).toEqual([{ a: 1 }, { b: 2 }])
  answering(async () => Response.json({ a: 1 }))
  expect(await typed()).toEqual({ a: 1 })
})
