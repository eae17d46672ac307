/** Errors, outages and rules: what the programs print, and what they leave on the disk. */
import { join } from 'node:path'
import { StorageManager } from '@aos-storage/core'
import { expect, it } from 'vitest'
import { runTwice } from './support/program.ts'

it('error-handling.ts tells answers, failures and mistakes apart', async () => {
  const folder = await runTwice(
    'error-handling',
    `light
undefined
missing: settings/font
INVALID_KEY: Key "/settings" begins with "/"; keys are relative, drop the slash
SERIALIZATION: The value at $.onSave is a function; store data and rebuild it on load
ABORTED: The operation was aborted by its signal
a mistake in the program: load: unknown option "defualt"; did you mean "default"? \
known are ifMatch, ifNoneMatch, signal, default, schema, as, foreign
`,
  )
  await using storage = await StorageManager.open({ storageType: 'file', basePath: folder })
  expect(await storage.listKeys()).toEqual([])
})

it('retry.ts tries again what may help, and a create does not meet itself', async () => {
  const folder = await runTwice(
    'retry',
    `The first try failed, the second one wrote: quiet
The answer was lost, and the create is no failure: created
An outage is told after three tries: UNAVAILABLE exhausted
An answer is no outage: NOT_FOUND
`,
  )
  await using storage = await StorageManager.open({ storageType: 'file', basePath: folder })
  expect(await storage.listKeys()).toEqual(['reports/q2', 'reports/q3'])
})

it('fallback.ts goes on in an outage, and reconciles afterwards', async () => {
  const folder = await runTwice(
    'fallback',
    `In the outage: { name: 'Ada' } { store: 'spare', isFallback: true, staleMsMax: 0 }
Written, and waiting: { name: 'Grace' } 1
Requests may be sent here: true degraded
A lock is not given: UNAVAILABLE
Afterwards: 1 settled, 0 conflicts, 0 waiting
At the primary: { name: 'Grace' }
`,
  )
  const basePath = join(folder, 'primary')
  await using primary = await StorageManager.open({ storageType: 'file', basePath })
  expect(await primary.load('agents/ceo')).toEqual({ name: 'Grace' })
})

it('readiness.ts answers the probe of an orchestrator, with what is wrong', async () => {
  await runTwice(
    'readiness',
    `200 ready
200 degraded
quota: 1000 of 1000 bytes are used; delete what is not needed, or raise the limit of quota()
503 down
file: UNAVAILABLE: Injected fault: health refused
200 ready
true The base folder can be read and written [ 'basePath', 'freeBytes', 'totalBytes' ]
`,
  )
})

it('validation-and-quotas.ts refuses what is invalid, too much or damaged', async () => {
  const folder = await runTwice(
    'validation-and-quotas',
    `An agent: done
No agent: SCHEMA_INVALID: The value does not satisfy its schema: $.level: expected number \
(invalid_type)
Under no rule: done
warning: 84 % are used
800 bytes: done
400 more: QUOTA_EXCEEDED: This needs 400 bytes, more than fits: 841 of 1000 bytes are used; \
delete what is not needed, or raise the limit of quota()
Damaged: CORRUPT: checksum: "balance" cannot be read: its bytes are not those of the checksum \
in its metadata; restore it from a backup, or delete the key
Written past the rules: SCHEMA_INVALID: The value does not satisfy its schema: \
$.level: expected number (invalid_type)
`,
  )
  await using storage = await StorageManager.open({ storageType: 'file', basePath: folder })
  expect(await storage.exists('agents/cfo')).toBe(false)
  expect(await storage.exists('larger')).toBe(false)
})
