import { resolve } from 'node:path'
import { expect, it } from 'vitest'

import { releaseCheck } from '../src/release-check.ts'

it('checks no consumer that does not exist, and finds nothing wrong with it', async () => {
  const steps: string[] = []
  const check = releaseCheck({
    root: resolve(import.meta.dirname, '../../..'),
    nodeMajors: [],
    consumer: 'core+otel',
    signal: new AbortController().signal,
    onStep: (step) => steps.push(step),
  })
  await expect(check).rejects.toThrow("no consumer 'core+otel'; there are core, core + ")
  expect(steps).toEqual([])
})
