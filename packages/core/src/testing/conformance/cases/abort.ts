/** Aborts: before, amid and after; each leaves the store as it was, or done. */
import assert from 'node:assert/strict'
import type { StorageBackend } from '../../../backend.ts'
import { isStorageError } from '../../../errors.ts'
import { type ConformanceCase, defineCases } from '../case.ts'
import { expectError, expectKeys, expectMissing, expectText, nameOf } from '../expectations.ts'
import { chunked, listKeys, pattern, put, readText, turn, utf8 } from '../objects.ts'

function aborted(reason: unknown = new Error('changed my mind')): AbortSignal {
  return AbortSignal.abort(reason)
}

/** Runs `call`; true when it was done, false when it ended with ABORTED. */
async function isDone(doing: string, call: () => Promise<unknown>): Promise<boolean> {
  try {
    await call()
    return true
  } catch (error) {
    assert.ok(isStorageError(error, 'ABORTED'), `${doing} gave ${nameOf(error)}; ABORTED is due`)
    return false
  }
}

/** Turns of the event loop (in quarters: microtasks first) after which the signals fire. */
const pointsMax = 40

async function waitUntil(point: number): Promise<void> {
  for (let at = 0; at < point % 4; at++) await Promise.resolve()
  for (let at = 0; at < point >> 2; at++) await turn()
}

async function expectOneOf(
  backend: StorageBackend,
  key: string,
  texts: readonly string[],
  when: string,
): Promise<void> {
  const text = await readText(backend, key)
  assert.ok(texts.includes(text), `read("${key}") ${when}: ${text.length} characters of neither`)
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
      let isClosing = false
      const silent: AsyncIterable<Uint8Array> = {
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise(() => undefined),
          return: async () => {
            isClosing = true
            return { done: true, value: undefined }
          },
        }),
      }
      const write = put(backend, 'new', silent, { signal: controller.signal })
      const outcome = expectError('ABORTED', 'write("new") from a silent source', () => write)
      await turn()
      controller.abort(new Error('stop'))
      await outcome
      for (let at = 0; at < 20 && !isClosing; at++) await turn()
      assert.ok(isClosing, 'the silent source was not closed')
      await expectMissing(backend, 'new', 'after an aborted create')
    },
  },
  {
    name: 'write-points',
    title: 'an abort at any moment of a write leaves the old object or the new one, whole',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const texts = ['o'.repeat(100_000), 'n'.repeat(300_000)] as const
      for (let point = 0; point < context.count(pointsMax); point++) {
        await put(backend, 'doc', texts[0])
        const controller = new AbortController()
        const body = point % 2 === 0 ? utf8(texts[1]) : chunked(utf8(texts[1]), 40_000)
        const doing = `write("doc") aborted at point ${point}`
        const options = { signal: controller.signal }
        const write = isDone(doing, () => put(backend, 'doc', body, options))
        await waitUntil(point)
        controller.abort(new Error('stop'))
        if (await write) await expectText(backend, 'doc', texts[1], `after a done ${doing}`)
        else await expectOneOf(backend, 'doc', texts, `after ${doing}`)
        expectKeys(await listKeys(backend), ['doc'], `keys after ${doing}`)
      }
    },
  },
  {
    name: 'other-points',
    title: 'an abort at any moment of a copy, delete, read or listing does no harm',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const body = 'b'.repeat(200_000)
      for (let point = 0; point < context.count(pointsMax); point++) {
        await put(backend, 'from', body)
        await put(backend, 'to', 'old')
        await put(backend, 'gone', 'x')
        const controller = new AbortController()
        const { signal } = controller
        const when = `after aborts at point ${point}`
        const copy = isDone('copy()', () => backend.copy('from', 'to', { signal }))
        const remove = isDone('delete()', () => backend.delete('gone', { signal }))
        const others = [
          isDone('list()', () => backend.list({ signal })),
          isDone('read()', () => readText(backend, 'from', { signal })),
          isDone('stat()', () => backend.stat('from', { signal })),
        ]
        await waitUntil(point)
        controller.abort(new Error('stop'))
        const [isCopied, isRemoved] = await Promise.all([copy, remove, ...others])
        if (isCopied) await expectText(backend, 'to', body, when)
        else await expectOneOf(backend, 'to', [body, 'old'], when)
        if (isRemoved) await expectMissing(backend, 'gone', when)
        await expectText(backend, 'from', body, when)
      }
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
    title: 'a long-lived signal does not gather listeners',
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
      for (let at = 0; at < context.count(30); at++) {
        await put(backend, 'doc', chunked(pattern(1000), 300), { signal })
        await readText(backend, 'doc', { signal })
        await backend.stat('doc', { signal })
        await backend.list({ signal })
        await backend.copy('doc', 'copy', { signal })
        await backend.delete('copy', { signal })
      }
      for (let at = 0; at < 10; at++) await turn()
      assert.ok(listeners <= 10, `${listeners} abort listeners are left on one signal`)
    },
  },
])
