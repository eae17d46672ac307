/** Capabilities as data, names, errors and health. */
import assert from 'node:assert/strict'
import { backendMembers } from '../../../backend.ts'
import { storageErrorCodes } from '../../../errors.ts'
import { type ConformanceCase, defineCases, type HarnessPart } from '../case.ts'
import { expectError } from '../expectations.ts'
import { put } from '../objects.ts'
import type { Capabilities } from '../../../capabilities.ts'

const scopes = ['global', 'host', 'process', 'none']
const durabilities = ['none', 'process', 'host', 'service']

/** What the harness must have for the kit to try each claim that reaches beyond one handle. */
function partsFor(capabilities: Capabilities): readonly [claim: string, part: HarnessPart][] {
  const parts: [string, HarnessPart][] = []
  for (const name of ['conditionalWrite', 'conditionalDelete', 'conditionalCopy'] as const) {
    const scope = capabilities[name]
    if (scope === 'host' || scope === 'global') parts.push([`${name} "${scope}"`, 'child'])
  }
  const { durability } = capabilities
  if (durability === 'none') return parts
  const claim = `durability "${durability}"`
  return [...parts, [claim, 'reopen'], [claim, 'child']]
}

export const capabilityCases: readonly ConformanceCase[] = defineCases('capability', [
  {
    name: 'data',
    title: 'capabilities are data within their bounds',
    async run({ capabilities }) {
      const { conditionalWrite, conditionalDelete, conditionalCopy, durability } = capabilities
      for (const scope of [conditionalWrite, conditionalDelete, conditionalCopy]) {
        assert.ok(scopes.includes(scope), `scope of a condition is one of ${scopes.join()}`)
      }
      assert.ok(durabilities.includes(durability), `durability is one of ${durabilities.join()}`)
      assert.ok(['version', 'content'].includes(capabilities.etagIdentity), 'etagIdentity')
      assert.ok(['body', 'stored'].includes(capabilities.listedSize), 'listedSize')
      for (const name of ['conditionalRead', 'rangeRead', 'userMetadata'] as const) {
        assert.equal(typeof capabilities[name], 'boolean', `capabilities.${name}`)
      }
      const { keyBytesMax, objectBytesMax, metadataBytesMax } = capabilities
      assert.ok(keyBytesMax >= 1 && keyBytesMax <= 1024, `keyBytesMax is ${keyBytesMax}`)
      assert.ok(objectBytesMax >= 1024 ** 2, `objectBytesMax is ${objectBytesMax}`)
      assert.ok(metadataBytesMax >= 0 && metadataBytesMax <= 2048, 'metadataBytesMax')
      assert.ok(capabilities.listPageMax >= 1, `listPageMax is ${capabilities.listPageMax}`)
      assert.ok(capabilities.deleteManyMax >= 1, `deleteManyMax is ${capabilities.deleteManyMax}`)
      assert.ok(capabilities.modifiedAtResolutionMs > 0, 'modifiedAtResolutionMs')
      assert.deepEqual(structuredClone(capabilities), capabilities, 'capabilities are plain data')
    },
  },
  {
    name: 'stable',
    title: 'capabilities are frozen, and the same before and after use',
    async run({ backend }) {
      const before = structuredClone(backend.capabilities)
      Reflect.set(backend.capabilities, 'keyBytesMax', 1)
      Reflect.set(backend.capabilities, 'conditionalWrite', 'global')
      assert.deepEqual(backend.capabilities, before, 'capabilities after a caller changed them')
      await put(backend, 'doc', 'body')
      await backend.list()
      await backend.delete('doc')
      assert.deepEqual(backend.capabilities, before, 'capabilities after use')
    },
  },
  {
    name: 'members',
    title: 'every member of the contract is there, and every announced extra',
    async run({ backend }) {
      const members = backend as unknown as Record<string, unknown>
      for (const name of backendMembers) assert.ok(name in backend, `member "${name}"`)
      for (const name of backend.capabilities.extras) {
        assert.equal(typeof members[name], 'function', `announced extra "${name}"`)
      }
      assert.match(backend.name, /^[a-z][a-z0-9-]*$/, 'name of the backend')
    },
  },
  {
    name: 'errors',
    title: 'errors carry a known code, a message, the key that the caller gave, and no retry',
    async run({ backend }) {
      const calls: [string, () => Promise<unknown>][] = [
        ['stat', () => backend.stat('none/such')],
        ['read', () => backend.read('none/such')],
        ['copy', () => backend.copy('none/such', 'to')],
      ]
      for (const [name, call] of calls) {
        const error = await expectError('NOT_FOUND', `${name}("none/such")`, call)
        assert.ok(storageErrorCodes.includes(error.code), `code of ${name}`)
        assert.equal(error.key, 'none/such', `error.key of ${name}`)
        assert.equal(error.retryable, 'no', `error.retryable of ${name}`)
        assert.ok(error.message.length > 0, `error.message of ${name}`)
        const { operation = name, backend: by = backend.name } = error
        assert.deepEqual([operation, by], [name, backend.name], `operation, backend of ${name}`)
      }
    },
  },
  {
    name: 'checkable',
    title: 'what is claimed beyond one handle and its life can be tried by the harness',
    async run(context) {
      for (const [claim, part] of partsFor(context.capabilities)) {
        assert.ok(
          context.has(part),
          `${claim} is claimed, and the harness has no ${part} to try it; give it one, or skip ` +
            "'capability/checkable' with the reason",
        )
      }
    },
  },
  {
    name: 'health',
    title: 'health tells that a working store works',
    async run({ backend }) {
      const health = await backend.health()
      assert.equal(health.ok, true, `health().ok: ${health.message}`)
      assert.ok(health.latencyMs >= 0, `health().latencyMs is ${health.latencyMs}`)
      assert.equal(typeof health.message, 'string', 'health().message')
      for (const [name, fact] of Object.entries(health.details)) {
        const isFact = ['string', 'number', 'boolean'].includes(typeof fact)
        assert.ok(isFact, `health().details.${name} is a plain fact`)
      }
      const { objects } = await backend.list()
      assert.deepEqual(objects, [], 'objects that health() left behind')
    },
  },
])
