/** Closing: idempotent, prompt, and final. */
import assert from 'node:assert/strict'
import type { StorageBackend } from '../../../backend.ts'
import { isStorageError } from '../../../errors.ts'
import { type ConformanceCase, defineCases } from '../case.ts'
import { expectBytes, expectError, nameOf } from '../expectations.ts'
import { pattern, put, streamOf, turn } from '../objects.ts'
import { expectClosed, SilentSource } from '../sources.ts'

function callsOf(backend: StorageBackend): [string, () => Promise<unknown>][] {
  return [
    ['read("doc")', () => backend.read('doc')],
    ['read("none")', () => backend.read('none')],
    ['write("doc")', () => put(backend, 'doc', 'new')],
    ['stat("doc")', () => backend.stat('doc')],
    ['stat("none")', () => backend.stat('none')],
    ['delete("doc")', () => backend.delete('doc')],
    ['list()', () => backend.list()],
    ['copy("doc", "new")', () => backend.copy('doc', 'new')],
    ['deleteMany(["doc"])', () => backend.deleteMany(['doc'])],
    ['deleteMany([])', () => backend.deleteMany([])],
  ]
}

export const closeCases: readonly ConformanceCase[] = defineCases('close', [
  {
    name: 'closed',
    title: 'after close every method is CLOSED, and health is not ok',
    async run({ backend }) {
      await put(backend, 'doc', 'body')
      await backend.close()
      for (const [name, call] of callsOf(backend)) {
        await expectError('CLOSED', `${name} after close`, call)
      }
      const health = await backend.health()
      assert.equal(health.ok, false, 'health().ok after close; it tells, it does not throw')
    },
  },
  {
    name: 'idempotent',
    title: 'close can be called again, also at the same time, also at once',
    async run(context) {
      const { backend } = context
      await Promise.all([backend.close(), backend.close()])
      await backend.close()
      await expectError('CLOSED', 'stat("doc") after three closes', () => backend.stat('doc'))
    },
  },
  {
    name: 'during-operations',
    title: 'close during operations ends them: done or CLOSED, never hanging',
    async run({ backend }) {
      await put(backend, 'doc', pattern(100_000))
      let release: (() => void) | undefined
      const gate = new Promise<void>((resolve) => {
        release = resolve
      })
      const slow = async function* (): AsyncGenerator<Uint8Array> {
        yield pattern(1000)
        await gate
        yield pattern(1000)
      }
      const running = [
        put(backend, 'slow', slow()),
        put(backend, 'fast', pattern(100_000)),
        backend.copy('doc', 'copy'),
        backend.list(),
        backend.stat('doc'),
      ].map((call) => call.then(undefined, (error: unknown) => error))
      await turn()
      await backend.close()
      release!()
      for (const outcome of await Promise.all(running)) {
        if (!(outcome instanceof Error)) continue
        const isEnded = isStorageError(outcome, 'CLOSED', 'ABORTED')
        assert.ok(isEnded, `an operation amid close gave ${nameOf(outcome)}; CLOSED is due`)
      }
    },
  },
  {
    name: 'silent-source',
    title: 'close ends a write whose source never says anything again, and closes the source',
    async run({ backend }) {
      const silent = new SilentSource()
      const write = put(backend, 'new', silent)
      const doing = 'write("new") from a silent source, amid close'
      const outcome = expectError(['CLOSED', 'ABORTED'], doing, () => write)
      await turn()
      await backend.close()
      await outcome
      await expectClosed(silent, 'at close')
    },
  },
  {
    name: 'open-body',
    title: 'a body that is open at close gives all its bytes or fails; it is never cut short',
    async run(context) {
      const { backend } = context
      const body = pattern(4 * 1024 * 1024)
      await put(backend, 'doc', body)
      const opened = streamOf(context, await backend.read('doc'))
      const chunks: Uint8Array[] = []
      let failure: unknown
      try {
        for await (const chunk of opened) {
          chunks.push(chunk)
          if (chunks.length === 1) await backend.close()
        }
      } catch (error) {
        failure = error
      }
      if (failure === undefined) {
        expectBytes(Buffer.concat(chunks), body, 'body open at close ended short, as if whole')
      } else {
        const isEnded = isStorageError(failure, 'CLOSED', 'ABORTED')
        assert.ok(isEnded, `body open at close gave ${nameOf(failure)}; CLOSED is due`)
      }
    },
  },
])
