/**
 * `aos-storage bench`: put, get, list and delete of objects of one size, some at once, below a
 * scratch prefix that is removed. What one client of one process sees, not what a server can.
 */
import { systemRandom } from '@aos-storage/core'
import { type Measured, Measurement } from '../bench/measurement.ts'
import { benchBody } from '../bench/body.ts'
import type { CommandContext } from '../command.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { inOrder } from '../in-order.ts'
import { folderOf } from '../transfer/scope.ts'
import { withScratch } from '../locations/scratch.ts'
import { formatBytes, formatCount } from '../output/amounts.ts'

interface BenchOptions {
  readonly count: number
  readonly size: number
  readonly concurrency: number
}

export async function run(context: CommandContext<BenchOptions>): Promise<ExitCode> {
  const { args, options, io, output, stores } = context
  const { count, size, concurrency } = options
  const { clock, signal } = io
  const location = context.location(args[0]!)
  const scratch = `${folderOf(location)}aos-storage-bench-${systemRandom.id()}/`
  await using store = await stores.objects(location, 'write')
  const body = benchBody(size)
  const keys = function* (): Generator<string> {
    for (let place = 0; place < count; place++) yield `${scratch}${place}`
  }
  const plan = `${formatCount(count, 'object')} of ${formatBytes(size)}, ${concurrency} at once`
  output.note(`${plan}, below ${scratch}`)
  const each = async (
    name: string,
    work: (key: string, ended: AbortSignal) => Promise<unknown>,
  ): Promise<void> => {
    const measurement = new Measurement(name, clock)
    const timed = (key: string, ended: AbortSignal): Promise<void> =>
      measurement.time(() => work(key, ended))
    for await (const _ of inOrder(keys(), { concurrency, signal }, timed));
    await tell(context, measurement.result(name === 'delete' ? 0 : size))
  }
  await withScratch({ store, prefix: scratch, output }, async () => {
    await each('put', (key, ended) => store.writeStream(key, body, { signal: ended }))
    await each('get', async (key, ended) => {
      await using stored = await store.readStream(key, { signal: ended })
      for await (const _ of stored);
    })
    const listing = new Measurement('list', clock)
    await listing.time(async () => {
      for await (const _ of store.list({ prefix: scratch, signal }));
    })
    await tell(context, listing.result(0, count))
    await each('delete', (key, ended) => store.delete(key, { signal: ended }))
  })
  return exitCodes.ok
}

async function tell({ output }: CommandContext<BenchOptions>, measured: Measured): Promise<void> {
  const { operation, objects, seconds, objectsPerSecond, bytesPerSecond, latencyMs } = measured
  const { p50, p95, p99 } = latencyMs
  const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`
  const rate = bytesPerSecond === 0 ? '' : `, ${formatBytes(bytesPerSecond)}/s`
  await output.record(
    measured,
    `${operation.padEnd(6)}  ${formatCount(objects, 'object')} in ${seconds.toFixed(2)} s: ` +
      `${objectsPerSecond.toFixed(0)}/s${rate}; p50 ${ms(p50)}, p95 ${ms(p95)}, p99 ${ms(p99)}`,
  )
}
