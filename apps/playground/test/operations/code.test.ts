/** "The code" of the Operations screen runs as it is, and builds the stack that is shown. */
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { rulesOf } from '../../src/screens/operations/server/faults.ts'
import {
  loadAtFirst,
  noFaults,
  noLayers,
  presets,
  withLayers,
} from '../../src/screens/operations/server/presets.ts'
import { layerNames, retryAfterMsMax } from '../../src/screens/operations/server/stack.ts'
import type { FaultSettings } from '../../src/screens/operations/server/wire.ts'
import { stackText } from '../../src/screens/operations/web/code.ts'
import * as words from '../../src/screens/operations/web/words.ts'
import { type CodeRunner, openCodeRunner } from '../backend/run-code.ts'

// Programs of their own: a busy machine takes ten times as long.
vi.setConfig({ testTimeout: 120_000 })

let runner: CodeRunner

beforeAll(async () => {
  runner = await openCodeRunner()
})

afterAll(() => runner.remove())

/** Answered and failed, of the program and of the store, as the code prints them. */
async function printed(parts: Partial<Parameters<typeof stackText>[1]>): Promise<number[]> {
  const shown = { layers: noLayers, faults: noFaults, load: loadAtFirst, ...parts }
  const text = await runner.run(stackText('Build this stack', shown).code)
  const counts = /^program (\d+) (\d+) .*\nstore (\d+) (\d+) /s.exec(text)
  expect(text).toMatch(/^program \d+ \d+ .*\nstore \d+ \d+ /s)
  return counts!.slice(1).map(Number)
}

const everyFault: FaultSettings = {
  ...noFaults,
  ...{ seed: 3, latencyMs: 1, jitterMs: 2, errorPercent: 20, limitedPercent: 5, lostPercent: 5 },
  ...{ tornPercent: 10, shortPercent: 10, silentPercent: 0 },
}

describe('the code of the Operations screen', () => {
  it('is the bare store where nothing is on', async () => {
    expect(await printed({})).toEqual([100, 0, 100, 0])
  })

  it('shows what faults do, and what a retry makes of them', async () => {
    const [, failed, , failedAtStore] = await printed({ faults: everyFault })
    expect(failed).toBeGreaterThan(15)
    expect(failedAtStore).toBe(failed)
    const retried = await printed({ faults: everyFault, layers: withLayers('retry') })
    expect(retried[1]).toBeLessThan(3)
    expect(retried[3]).toBeGreaterThan(15)
  })

  it('runs with all layers on', async () => {
    const [answered, failed] = await printed({ layers: withLayers(...layerNames) })
    expect([answered, failed]).toEqual([100, 0])
  })

  it('answers in an outage where there is a fallback', async () => {
    const { faults, layers } = presets.outage
    const [answered, , answeredByStore] = await printed({ faults, layers })
    // But for reads of what the spare never held: it cannot say that there is none.
    expect(answered).toBeGreaterThan(50)
    expect(answeredByStore).toBe(0)
  })

  it('makes the rules that the server makes', () => {
    for (const faults of [everyFault, { ...everyFault, silentPercent: 7, isOutage: true }]) {
      const { code } = stackText('', { layers: noLayers, faults, load: loadAtFirst })
      const calls = /const calls = (\[.*\]) as const/.exec(code)![1]!
      const rules = /rules: (\[.*?\n {2}\])/s.exec(code)![1]!
      // Of another realm: compared as they are written.
      const made: unknown = runInNewContext(`JSON.stringify((calls => ${rules})(${calls}))`)
      expect(JSON.parse(made as string)).toEqual(JSON.parse(JSON.stringify(rulesOf(faults))))
    }
  })

  it('sets layers as the server sets them, in its order', () => {
    const shown = { layers: withLayers(...layerNames), faults: noFaults, load: loadAtFirst }
    const { code } = stackText('', shown)
    const places = layerNames.map((name) => code.indexOf(`      ${name}(`))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(places).not.toContain(-1)
    expect(code).toContain(`retryAfterMsMax: ${retryAfterMsMax} }`)
    expect(words.layerNames).toEqual(layerNames)
  })
})
