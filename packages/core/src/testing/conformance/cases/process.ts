/** Other processes on the same store: races, and what a killed one leaves behind. */
import assert from 'node:assert/strict'
import { versionedBody, versionOf } from '../../versioned-body.ts'
import { type ConformanceCase, defineCases } from '../case.ts'
import { expectKeys } from '../expectations.ts'
import type { CaseContext } from '../context.ts'
import type { ChildStore } from '../../child-process.ts'
import { listKeys, pause, put, readBytes, readText } from '../objects.ts'

function startChildren(context: CaseContext): Promise<ChildStore[]> {
  const count = context.raceProcesses
  return Promise.all(Array.from({ length: count }, () => context.startChild()))
}

const crossesProcesses = (scope: string): boolean => scope === 'host' || scope === 'global'

/** Largest body that a killed writer was writing. */
const crashBytesMax = 400_000

export const processCases: readonly ConformanceCase[] = defineCases('process', [
  {
    name: 'creators',
    title: 'of many creating processes, exactly one wins each key, and its body stays',
    needs: ['child'],
    requires: ({ conditionalWrite }) => crossesProcesses(conditionalWrite),
    timeFactor: 3,
    async run(context) {
      const children = await startChildren(context)
      const keys = Array.from({ length: context.count(60) }, (_, at) => `race/${at}`)
      const results = await Promise.all(
        children.map((child, at) => child.call('createAll', { keys, mark: `child ${at}` })),
      )
      for (const key of keys) {
        const winners = results.flatMap(({ won }, at) => (won.includes(key) ? [at] : []))
        assert.equal(winners.length, 1, `processes that won "${key}": ${winners.join()}`)
        const text = await readText(context.backend, key)
        assert.equal(text, `child ${winners[0]}`, `body of "${key}" is that of its winner`)
      }
    },
  },
  {
    name: 'counter',
    title: 'processes that add by compare and swap lose no update',
    needs: ['child'],
    requires: ({ conditionalWrite }) => crossesProcesses(conditionalWrite),
    timeFactor: 3,
    async run(context) {
      await put(context.backend, 'counter', '0')
      const children = await startChildren(context)
      const times = context.count(30)
      await Promise.all(children.map((child) => child.call('increment', { key: 'counter', times })))
      const sum = String(children.length * times)
      assert.equal(await readText(context.backend, 'counter'), sum, 'the sum of all processes')
    },
  },
  {
    name: 'etags',
    title: 'processes that write one key get etags of their own',
    needs: ['child'],
    requires: ({ etagIdentity }) => etagIdentity === 'version',
    timeFactor: 3,
    async run(context) {
      const children = await startChildren(context)
      const args = { key: 'doc', times: context.count(100) }
      const results = await Promise.all(children.map((child) => child.call('overwrite', args)))
      const etags = results.flatMap((result) => result.etags)
      assert.equal(new Set(etags).size, etags.length, 'etags that two processes were given')
      const last = await context.backend.stat('doc')
      assert.ok(etags.includes(last.etag), 'the stored version is one that was acknowledged')
    },
  },
  {
    name: 'readers',
    title: 'processes that read during overwrites see whole versions, ever newer ones',
    needs: ['child'],
    timeFactor: 3,
    async run(context) {
      await put(context.backend, 'doc', versionedBody(0, 100))
      const [reader, writer] = await Promise.all([context.startChild(), context.startChild()])
      const writing = writer.call('overwriteForever', { key: 'doc', bytesMax: 300_000, from: 1 })
      writing.catch(() => undefined)
      await writer.untilProgress(1)
      const { versions } = await reader.call('readVersions', {
        key: 'doc',
        times: context.count(100),
      })
      await writer.kill()
      for (let at = 1; at < versions.length; at++) {
        const [before, after] = [versions[at - 1]!, versions[at]!]
        assert.ok(after >= before, `reader saw version ${after} after version ${before}`)
      }
    },
  },
  {
    name: 'held-body',
    title: 'a body that another process holds stays what it was, over overwrite and delete',
    needs: ['child'],
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const first = await put(backend, 'doc', versionedBody(1, 4_000_000))
      const child = await context.startChild()
      const held = await child.call('hold', { key: 'doc' })
      assert.equal(held.etag, first.etag, 'etag of the body that the child opened')
      await put(backend, 'doc', versionedBody(2, 4_000_000))
      await backend.delete('doc')
      const { version } = await child.call('release', {})
      assert.equal(version, 1, 'version of the body that the child held')
    },
  },
  {
    name: 'killed-overwriter',
    title: 'a writer killed at any moment leaves the old object or the new one, whole',
    needs: ['child'],
    requires: ({ durability }) => durability !== 'none',
    timeFactor: 20,
    async run(context) {
      const { backend, random } = context
      let version = 1
      await put(backend, 'doc', versionedBody(0, 1000))
      for (let cycle = 0; cycle < context.crashCycles; cycle++) {
        const child = await context.startChild()
        const args = { key: 'doc', bytesMax: crashBytesMax, from: version }
        child.call('overwriteForever', args).catch(() => undefined)
        await child.untilProgress(1 + random.integer(3))
        await pause(random.next() * 8)
        await child.kill()
        const acknowledged = child.progress.at(-1)!
        const stored = versionOf(await readBytes(backend, 'doc'))
        assert.ok(
          stored === acknowledged || stored === acknowledged + 1,
          `cycle ${cycle}: version ${stored} is stored; ${acknowledged} was acknowledged last`,
        )
        const keys = await listKeys(backend)
        expectKeys(keys, ['doc'], `cycle ${cycle}: keys that a killed writer left`)
        version = stored + 1
        await put(backend, 'doc', versionedBody(version++, 500))
      }
    },
  },
  {
    name: 'killed-creator',
    title: 'what a killed process was told is stored, is stored; the rest is whole or absent',
    needs: ['child'],
    requires: ({ durability }) => durability !== 'none',
    timeFactor: 5,
    async run(context) {
      const child = await context.startChild()
      child.call('createForever', { prefix: 'made' }).catch(() => undefined)
      await child.untilProgress(20)
      await pause(context.random.next() * 10)
      await child.kill()
      const { backend } = context
      const made = child.progress.length
      const keys = new Set(await listKeys(backend, { prefix: 'made/' }))
      for (let at = 0; at < made; at++) {
        assert.ok(keys.has(`made/${at}`), `acknowledged "made/${at}" is not listed after the kill`)
        const version = versionOf(await readBytes(backend, `made/${at}`))
        assert.equal(version, at, `body of "made/${at}" after the kill`)
      }
      assert.ok(keys.size <= made + 1, `${keys.size} keys listed; ${made} were acknowledged`)
      assert.equal((await listKeys(backend)).length, keys.size, 'keys beside those that were made')
    },
  },
  {
    name: 'killed-swapper',
    title: 'a process killed amid compare and swap does not lock the key for ever',
    needs: ['child'],
    requires: ({ conditionalWrite, durability }) =>
      crossesProcesses(conditionalWrite) && durability !== 'none',
    timeFactor: 6,
    async run(context) {
      const { backend } = context
      await put(backend, 'counter', '0')
      for (let cycle = 0; cycle < Math.min(4, context.crashCycles); cycle++) {
        const child = await context.startChild()
        child.call('increment', { key: 'counter', times: 1_000_000 }).catch(() => undefined)
        await pause(20 + context.random.next() * 30)
        await child.kill()
        const before = Number(await readText(backend, 'counter'))
        const { etag } = await backend.stat('counter')
        await put(backend, 'counter', String(before + 1), { ifMatch: etag })
        const after = await readText(backend, 'counter')
        assert.equal(after, String(before + 1), `counter after cycle ${cycle}`)
      }
    },
  },
])
