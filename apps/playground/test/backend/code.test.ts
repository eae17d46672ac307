/** "The code" of the Backend screen runs as it is and does what it says. */
import { StorageManager } from '@aos-storage/core'
import { describeWithService } from '@aos-tooling/services/vitest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as code from '../../src/screens/backend/web/code.ts'
import { capabilityCode, capabilityNames } from '../../src/screens/backend/web/capability-code.ts'
import type { ConformanceRequest } from '../../src/screens/backend/server/wire.ts'
import { setStorePlace } from '../../src/web/store-place.ts'
import { type CodeRunner, openCodeRunner } from './run-code.ts'

let runner: CodeRunner

beforeAll(async () => {
  runner = await openCodeRunner()
  await using storage = await StorageManager.open({ storageType: 'file', basePath: runner.store })
  await storage.save('docs/plan', { text: 'x'.repeat(100) })
  await storage.save('film', new Uint8Array(5000))
})

afterAll(() => runner.remove())

describe('the code of the Backend screen', () => {
  it.each(capabilityNames)('shows what %s means', async (name) => {
    const piece = capabilityCode(name)
    const printed = await runner.run(piece)
    // What a line promises to print, it prints.
    for (const [, promise] of piece.matchAll(
      /^console\.log.*\/\/ ([A-Z_]+|host|second|\{.*\})$/gm,
    )) {
      expect(printed).toContain(promise)
    }
    expect(printed).not.toBe('')
  })

  it('leaves nothing behind', async () => {
    await using storage = await StorageManager.open({ storageType: 'file', basePath: runner.store })
    expect(await storage.listKeys()).toEqual(['docs/plan', 'film'])
  })

  it('tells capabilities and health', async () => {
    expect(await runner.run(code.capabilitiesText().code)).toMatch(/^file \{/)
    expect(await runner.run(code.healthText().code)).toMatch(/^well /)
  })

  it('counts what is stored', async () => {
    const printed = await runner.run(code.usageText().code)
    expect(printed).toMatch(/^2 51\d\d Map\(2\)/)
    expect(printed).toMatch(/\[ \{ key: 'film', size: 5000 \}, \{ key: 'docs\/plan'/)
  })

  it('verifies the files', async () => {
    expect(await runner.run(code.verifyText().code)).toMatch(/^true 2 51\d\d\n$/)
  })

  it('cancels a conformance run', async () => {
    expect(await runner.run(code.cancelText().code)).toBe('1 case was run\n')
  })

  const requests: ConformanceRequest[] = [
    { target: 'memory', group: 'close', seed: 5 },
    { target: 'file', durability: 'none', group: 'persistence', seed: 5 },
  ]
  it.each(requests)('runs the kit on $target', async (request) => {
    const beside = { 'open-child.ts': code.openChildText({ target: 'file' }).code }
    const printed = await runner.run(code.conformanceText(request).code, beside)
    expect(printed).toContain(`conformance of ${request.target} (seed 5)`)
    expect(printed).toMatch(/\n {2}all +\d+ +· +[·1] +·\n/)
  })

  it.each(requests)('registers the kit on $target with a test runner', async (request) => {
    const beside = { 'open-child.ts': code.openChildText({ target: 'file' }).code }
    const printed = await runner.run(code.testSuiteText(request).code, beside)
    expect(printed).toContain(`conformance of ${request.target} (seed 5)`)
    expect(printed).toMatch(/fail 0\n/)
  })
})

describeWithService('azurite', (service) => {
  it('runs the kit on Azure, and not in the container of the data', async () => {
    const account = { account: 'test', endpoint: '', connectionString: service.url }
    setStorePlace({ storageType: 'azure', container: 'playground', ...account })
    const request: ConformanceRequest = { target: 'azure', group: 'persistence', seed: 5 }
    const piece = code.conformanceText(request).code
    expect(piece).toContain("container: 'playground-conformance'")
    expect(piece).not.toContain("container: 'playground'")
    const beside = { 'open-child.ts': code.openChildText(request).code }
    const printed = await runner.run(piece, beside)
    expect(printed).toContain('conformance of azure (seed 5)')
    expect(printed).toMatch(/\n {2}all +\d+ +· +[·\d]+ +·\n/)
  }, 120_000)
})
