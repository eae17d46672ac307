/**
 * One rival, one round: set up, warm up, time batches until `measureMs` is over, look at memory.
 *
 * Peak memory is that of the kernel. On Linux its high-water mark is set back after `setup` (by
 * writing 5 to clear_refs), so that loading modules and making data do not count.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { quantile, seededRandom } from './statistics.ts'
import { operationsOf, type ReadyRival, type Rival, type Suite } from './suite.ts'

/** What one round of one rival gave. */
export interface RoundResult {
  readonly operationsPerSecond: number
  /** Per operation; of batches, when a batch holds more than one operation. */
  readonly p50Ms: number
  readonly p99Ms: number
  readonly batches: number
  /** Peak resident set minus that after setup. */
  readonly memoryMib: number
}

export interface MeasureOptions {
  readonly seed: number
  readonly quick: boolean
  /** The folder in which the rival's own one is made. */
  readonly dataFolder: string
}

export async function measure(
  suite: Suite,
  rival: Rival,
  options: MeasureOptions,
): Promise<RoundResult> {
  const folder = await mkdtemp(join(options.dataFolder, 'round-'))
  try {
    const random = seededRandom(options.seed)
    const ready = await rival.setup({ folder, random, quick: options.quick })
    try {
      return await timed(suite, ready, options.quick)
    } finally {
      await ready.teardown?.()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function timed(suite: Suite, ready: ReadyRival, quick: boolean): Promise<RoundResult> {
  const operations = operationsOf(suite, quick)
  const measureMs = quick ? Math.min(50, suite.measureMs ?? 500) : (suite.measureMs ?? 500)
  const batchesMax = suite.batchesMax ?? 100_000
  let index = 0
  globalThis.gc?.()
  const baseline = process.memoryUsage.rss()
  await forgetPeak()
  for (; index < (suite.warmupBatches ?? 3); index += 1) await ready.run({ index, operations })
  const durationsMs: number[] = []
  let totalMs = 0
  while (totalMs < measureMs && durationsMs.length < batchesMax) {
    const started = performance.now()
    await ready.run({ index, operations })
    const tookMs = performance.now() - started
    durationsMs.push(tookMs / operations)
    totalMs += tookMs
    index += 1
  }
  return {
    operationsPerSecond: (durationsMs.length * operations * 1000) / totalMs,
    p50Ms: quantile(durationsMs, 0.5),
    p99Ms: quantile(durationsMs, 0.99),
    batches: durationsMs.length,
    memoryMib: (ready.peakBytes?.() ?? Math.max(0, (await peakBytes()) - baseline)) / 1_048_576,
  }
}

async function forgetPeak(): Promise<void> {
  // Elsewhere than on Linux the peak of the whole process has to do.
  await writeFile('/proc/self/clear_refs', '5').catch(() => undefined)
}

async function peakBytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '')
  const kib = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]
  return 1024 * (kib === undefined ? process.resourceUsage().maxRSS : Number(kib))
}
