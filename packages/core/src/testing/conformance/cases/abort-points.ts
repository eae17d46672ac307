/** Aborts at every moment of a call; each leaves the store as it was, or done. */
import assert from 'node:assert/strict'
import type { StorageBackend } from '../../../backend.ts'
import { abortAtPoints, type AbortTrial } from '../abort-points.ts'
import { isStorageError } from '../../../errors.ts'
import { type ConformanceCase, defineCases } from '../case.ts'
import { expectKeys, expectMissing, expectText } from '../expectations.ts'
import { chunked, listKeys, put, putAll, readText, utf8 } from '../objects.ts'

const oldText = 'o'.repeat(100_000)
const newText = 'n'.repeat(300_000)

/** The new text when the call was done; when it was aborted, the old one as well. */
async function expectWhole(
  backend: StorageBackend,
  key: string,
  isDone: boolean,
  when: string,
): Promise<void> {
  if (isDone) return expectText(backend, key, newText, when)
  const text = await readText(backend, key)
  const isWhole = text === oldText || text === newText
  assert.ok(isWhole, `read("${key}") ${when}: ${text.length} characters of neither version`)
}

/** A write over "doc"; `source` tells when time begins. */
function writeTrial(
  backend: StorageBackend,
  kind: string,
  source: (begin: () => void) => Uint8Array | AsyncIterable<Uint8Array>,
): AbortTrial {
  return {
    doing: `write("doc") of ${kind}`,
    prepare: () => put(backend, 'doc', oldText),
    start: (signal, begin) => [put(backend, 'doc', source(begin), { signal })],
    async check([isDone], when) {
      await expectWhole(backend, 'doc', isDone!, when)
      expectKeys(await listKeys(backend), ['doc'], `keys ${when}`)
    },
  }
}

function copyTrial(backend: StorageBackend): AbortTrial {
  return {
    doing: 'copy("from", "to")',
    prepare: () => put(backend, 'to', oldText),
    start(signal, begin) {
      begin()
      return [backend.copy('from', 'to', { signal })]
    },
    async check([isDone], when) {
      await expectWhole(backend, 'to', isDone!, when)
      await expectText(backend, 'from', newText, when)
    },
  }
}

const manyKeys = ['many/1', 'many/2', 'many/3']

function deleteTrial(backend: StorageBackend): AbortTrial {
  return {
    doing: 'delete() and deleteMany()',
    prepare: () => putAll(backend, ['one', 'stays', ...manyKeys]),
    start(signal, begin) {
      begin()
      return [backend.delete('one', { signal }), backend.deleteMany(manyKeys, { signal })]
    },
    async check([isOneDone, isManyDone], when) {
      if (isOneDone === true) await expectMissing(backend, 'one', when)
      const left = await listKeys(backend, { prefix: 'many/' })
      if (isManyDone === true) expectKeys(left, [], `keys ${when}`)
      for (const key of left) {
        await expectText(backend, key, key, when).catch((error: unknown) => {
          // An aborted one may go on at the service, between the listing and now.
          if (isManyDone === true || !isStorageError(error, 'NOT_FOUND')) throw error
        })
      }
      await expectText(backend, 'stays', 'stays', when)
    },
  }
}

function lookTrial(backend: StorageBackend): AbortTrial {
  return {
    doing: 'read(), stat(), list() and health()',
    start(signal, begin) {
      begin()
      return [
        readText(backend, 'from', { signal }),
        backend.stat('from', { signal }),
        backend.list({ signal }),
        backend.health({ signal }),
      ]
    },
    check: (_, when) => expectText(backend, 'from', newText, when),
  }
}

export const abortPointCases: readonly ConformanceCase[] = defineCases('abort', [
  {
    name: 'write-points',
    title: 'an abort at any moment of a write leaves the old object or the new one, whole',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const bytes = (begin: () => void): Uint8Array => {
        begin()
        return utf8(newText)
      }
      const stream = (begin: () => void): AsyncIterable<Uint8Array> => {
        begin()
        return chunked(utf8(newText), 40_000)
      }
      await abortAtPoints(context, writeTrial(backend, 'bytes', bytes))
      await abortAtPoints(context, writeTrial(backend, 'a stream', stream))
    },
  },
  {
    name: 'commit-points',
    title: 'an abort after the last chunk of a stream leaves the old object or the new one, whole',
    timeFactor: 2,
    async run(context) {
      const source = async function* (begin: () => void): AsyncGenerator<Uint8Array> {
        yield* chunked(utf8(newText), 100_000)
        begin()
      }
      const trial = writeTrial(context.backend, 'a stream that has ended', source)
      await abortAtPoints(context, trial)
    },
  },
  {
    name: 'other-points',
    title:
      'an abort at any moment of a copy, delete, read, listing or check of health does no harm',
    timeFactor: 3,
    async run(context) {
      const { backend } = context
      await put(backend, 'from', newText)
      await abortAtPoints(context, copyTrial(backend))
      await abortAtPoints(context, deleteTrial(backend))
      await abortAtPoints(context, lookTrial(backend))
    },
  },
])
