/** What telemetry adds to an operation that costs nearly nothing: `stat` through the manager. */
import { defineSuite, type Rival } from '@aos-tooling/bench'
import { MemoryStorageBackend, StorageManager } from '@aos-storage/core'
import { context, type TracerProvider as AnyTracerProvider } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { AggregationTemporality, InMemoryMetricExporter } from '@opentelemetry/sdk-metrics'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { AlwaysOffSampler, NoopSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'

import { instrumentStorage, type StorageInstrumentationOptions } from '../src/index.ts'

function rival(name: string, options?: () => StorageInstrumentationOptions): Rival {
  return {
    name,
    async setup() {
      const storage = new StorageManager(new MemoryStorageBackend())
      await storage.save('k', 1)
      if (options !== undefined) {
        context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
      }
      const instrumentation = options === undefined ? undefined : instrumentStorage(options())
      return {
        async run({ operations }) {
          let bytes = 0
          for (let done = 0; done < operations; done += 1) bytes += (await storage.stat('k')).size
          if (bytes !== operations) throw new Error(`${name} lost bytes`)
        },
        async teardown() {
          instrumentation?.uninstrument()
          await storage.close()
        },
      }
    },
  }
}

/** Spans are made and ended, and thrown away: what an exporter costs is the exporter's. */
const recorded = (): AnyTracerProvider =>
  new TracerProvider({ spanProcessors: [new NoopSpanProcessor()] })

const unsampled = (): AnyTracerProvider => new TracerProvider({ sampler: new AlwaysOffSampler() })

function measured(): MeterProvider {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: 3_600_000,
    exportTimeoutMillis: 10_000,
  })
  return new MeterProvider({ readers: [reader] })
}

export default defineSuite({
  name: 'otel: one stat in memory',
  about:
    'One `stat` after the other through the manager over the memory backend: without ' +
    'instrumentation, and with spans, with metrics and with both of the real SDK. Spans are ' +
    'thrown away when they end.',
  ours: 'spans and metrics',
  operationsPerBatch: 1000,
  warmupBatches: 20,
  measureMs: 300,
  rivals: [
    rival('spans and metrics', () => ({
      tracerProvider: recorded(),
      meterProvider: measured(),
    })),
    rival('no instrumentation'),
    rival('metrics only', () => ({ spans: false, meterProvider: measured() })),
    rival('spans only', () => ({ tracerProvider: recorded(), metrics: false })),
    rival('spans, none sampled', () => ({ tracerProvider: unsampled(), metrics: false })),
  ],
})
