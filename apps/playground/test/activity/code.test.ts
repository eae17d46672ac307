/** "The code" of the Activity screen runs as it is and does what it says. */
import { StorageManager } from '@aos-storage/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeTraffic } from '../../src/screens/activity/server/traffic.ts'
import * as code from '../../src/screens/activity/web/code.ts'
import { type CodeRunner, openCodeRunner } from '../backend/run-code.ts'

let runner: CodeRunner
let storage: StorageManager

beforeAll(async () => {
  runner = await openCodeRunner()
  storage = await StorageManager.open({ storageType: 'file', basePath: runner.store })
  await storage.save('a', 1)
})

afterAll(async () => {
  await storage.close()
  await runner.remove()
})

describe('the code of the Activity screen', () => {
  it('watches operations', async () => {
    const printed = await runner.run(code.watchText().code)
    expect(printed).toMatch(
      /^read playground\/no-such-key undefined [\d.]+ NOT_FOUND\nundefined\n$/,
    )
  })

  it('counts operations', async () => {
    expect(await runner.run(code.totalsText().code)).toMatch(/'list' +│ 'OK' +│ 1 /)
    expect(await runner.run(code.resetTotalsText().code)).toBe('[]\n')
  })

  it('makes the traffic that the server makes, and leaves nothing behind', async () => {
    const clock = { sleep: async () => undefined, now: () => 0, monotonicMs: () => 0 }
    const request = { seed: 3, steps: 60, pauseMs: 0 }
    const { signal } = new AbortController()
    const { refused } = await makeTraffic({ storage, clock }, request, signal, () => undefined)
    expect(await runner.run(code.trafficText(3, 60, 0).code)).toBe(`${refused} refused\n`)
    expect(await runner.run(code.trafficText(3, 5, 1).code)).toMatch(/^\d refused\n$/)
    expect(await storage.listKeys()).toEqual(['a'])
  })
})
