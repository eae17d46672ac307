/** Aborts before, amid and after a call, and what signals are left with. */
import assert from 'node:assert/strict'
import type { ReadResult } from '../../../backend.ts'
import { type ConformanceCase, defineCases } from '../case.ts'
import { expectError, expectKeys, expectMissing, expectText } from '../expectations.ts'
import { chunked, listKeys, pattern, put, readText, turn, utf8 } from '../objects.ts'
import { expectClosed, SilentSource } from '../sources.ts'

function aborted(reason: unknown = new Error('changed my mind')): AbortSignal {
  return AbortSignal.abort(reason)
}

/** Listeners that may be left on a signal by what is still being put away. */
const listenersMax = 10

/** Each way in which readers leave a body before its end. */
async function leaveUnread({ body }: ReadResult, at: number): Promise<void> {
  if (body instanceof Uint8Array) return
  if (at % 3 === 0) return body.cancel()
  if (at % 3 === 1) {
    for await (const chunk of body) if (chunk.byteLength > 0) return
  }
  await body[Symbol.asyncIterator]().next()
  await body.cancel()
}

export const abortCases: readonly ConformanceCase[] = defineCases('abort', [
  {
    name: 'before',
    title: 'a signal that fired already stops every method, without a trace',
    async run({ backend }) {
      const reason = new Error('changed my mind')
      const signal = aborted(reason)
      const before = await put(backend, 'doc', 'old')
      const calls: [string, () => Promise<unknown>][] = [
        ['read("doc")', () => backend.read('doc', { signal })],
        ['read("none")', () => backend.read('none', { signal })],
        ['write("doc")', () => put(backend, 'doc', 'new', { signal })],
        ['write("new")', () => put(backend, 'new', chunked(utf8('new'), 1), { signal })],
        ['stat("doc")', () => backend.stat('doc', { signal })],
        ['delete("doc")', () => backend.delete('doc', { signal })],
        ['list()', () => backend.list({ signal })],
        ['copy("doc", "new")', () => backend.copy('doc', 'new', { signal })],
        ['deleteMany(["doc"])', () => backend.deleteMany(['doc'], { signal })],
        ['health()', () => backend.health({ signal })],
      ]
      for (const [name, call] of calls) {
        const error = await expectError('ABORTED', `${name} with a fired signal`, call)
        assert.equal(error.cause, reason, `cause of ${name}: the signal's reason`)
        assert.equal(error.retryable, 'no', `retryable of an aborted ${name}`)
      }
      await expectText(backend, 'doc', 'old', 'after aborted calls')
      assert.equal((await backend.stat('doc')).etag, before.etag, 'etag after aborted calls')
      expectKeys(await listKeys(backend), ['doc'], 'keys after aborted calls')
    },
  },
  {
    name: 'odd-reasons',
    title: 'a signal may fire with any reason, also none',
    async run({ backend }) {
      for (const reason of [undefined, null, 'text', 42, { code: 'NOT_FOUND' }]) {
        const signal = aborted(reason)
        const doing = `stat("none") aborted with ${JSON.stringify(reason)}`
        await expectError('ABORTED', doing, () => backend.stat('none', { signal }))
      }
    },
  },
  {
    name: 'during-source',
    title: 'an abort between any two chunks leaves the old object and closes the source',
    async run({ backend }) {
      await put(backend, 'doc', 'old')
      for (let abortAt = 0; abortAt <= 4; abortAt++) {
        const controller = new AbortController()
        let isClosed = false
        const source = async function* (): AsyncGenerator<Uint8Array> {
          try {
            for (let at = 0; at < 5; at++) {
              if (at === abortAt) controller.abort(new Error('stop'))
              yield pattern(70_000, at)
              await turn()
            }
          } finally {
            isClosed = true
          }
        }
        const doing = `write("doc") aborted at chunk ${abortAt}`
        const write = (): Promise<unknown> =>
          put(backend, 'doc', source(), { signal: controller.signal })
        await expectError('ABORTED', doing, write)
        for (let at = 0; at < 20 && !isClosed; at++) await turn()
        assert.ok(isClosed, `${doing}: the source was not closed`)
        await expectText(backend, 'doc', 'old', `after ${doing}`)
        expectKeys(await listKeys(backend), ['doc'], `keys after ${doing}`)
      }
    },
  },
  {
    name: 'silent-source',
    title: 'an abort is heard while the source is silent',
    async run({ backend }) {
      const controller = new AbortController()
      const silent = new SilentSource()
      const write = put(backend, 'new', silent, { signal: controller.signal })
      const outcome = expectError('ABORTED', 'write("new") from a silent source', () => write)
      await turn()
      controller.abort(new Error('stop'))
      await outcome
      await expectClosed(silent, 'after the abort')
      await expectMissing(backend, 'new', 'after an aborted create')
    },
  },
  {
    name: 'after',
    title: 'a signal that fires after the answer changes nothing',
    async run({ backend }) {
      const controller = new AbortController()
      const { signal } = controller
      await put(backend, 'doc', chunked(pattern(200_000), 50_000), { signal })
      await backend.copy('doc', 'copy', { signal })
      controller.abort(new Error('late'))
      await turn()
      assert.equal((await backend.stat('doc')).size, 200_000, 'stat("doc").size after a late abort')
      expectKeys(await listKeys(backend), ['copy', 'doc'], 'keys after a late abort')
    },
  },
  {
    name: 'listeners',
    title: 'a long-lived signal does not gather listeners, also of bodies that are left unread',
    async run(context) {
      const { backend } = context
      const controller = new AbortController()
      const { signal } = controller
      let listeners = 0
      const add = signal.addEventListener.bind(signal)
      const remove = signal.removeEventListener.bind(signal)
      signal.addEventListener = (...args: Parameters<typeof add>) => {
        listeners++
        add(...args)
      }
      signal.removeEventListener = (...args: Parameters<typeof remove>) => {
        listeners--
        remove(...args)
      }
      await put(backend, 'large', pattern(1_000_000))
      // Enough rounds for a leak of one each to stand out, also behind a network.
      for (let at = 0; at < Math.max(listenersMax + 2, context.count(30)); at++) {
        await put(backend, 'doc', chunked(pattern(1000), 300), { signal })
        await readText(backend, 'doc', { signal })
        await leaveUnread(await backend.read('large', { signal }), at)
        await backend.stat('doc', { signal })
        await backend.list({ signal })
        await backend.copy('doc', 'copy', { signal })
        await backend.delete('copy', { signal })
      }
      for (let at = 0; at < 10; at++) await turn()
      assert.ok(listeners <= listenersMax, `${listeners} abort listeners are left on one signal`)
    },
  },
])
