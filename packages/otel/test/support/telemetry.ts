/** The real SDK with exporters that keep everything in memory. */
import { context, diag, type DiagLogger, metrics, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  type MetricData,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { afterEach, beforeEach } from 'vitest'
import {
  instrumentStorage,
  type StorageInstrumentation,
  type StorageInstrumentationOptions,
} from '../../src/index.ts'

const running: StorageInstrumentation[] = []

/** Registers the context manager before each test, and ends everything after it. */
export function useTelemetry(): void {
  beforeEach(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  })
  afterEach(() => {
    for (const instrumentation of running.splice(0)) instrumentation.uninstrument()
    for (const api of [context, trace, metrics, diag]) api.disable()
  })
}

export function start(options: StorageInstrumentationOptions = {}) {
  const exporter = new InMemorySpanExporter()
  const tracerProvider = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  })
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({
    exporter: metricExporter,
    exportIntervalMillis: 3_600_000,
    exportTimeoutMillis: 10_000,
  })
  const meterProvider = new MeterProvider({ readers: [reader] })
  const instrumentation = instrumentStorage({ tracerProvider, meterProvider, ...options })
  running.push(instrumentation)
  return {
    instrumentation,
    tracer: tracerProvider.getTracer('test'),
    tracerProvider,
    meterProvider,
    spans: (): ReadableSpan[] => exporter.getFinishedSpans(),
    metric: async (name: string): Promise<MetricData | undefined> => {
      metricExporter.reset()
      await meterProvider.forceFlush()
      return metricExporter
        .getMetrics()
        .flatMap(({ scopeMetrics }) => scopeMetrics)
        .flatMap((scope) => scope.metrics)
        .find(({ descriptor }) => descriptor.name === name)
    },
  }
}

/** The points of a metric as value and attributes; of a histogram its count. */
export function points(metric: MetricData | undefined): [number, object][] {
  return (metric?.dataPoints ?? []).map(({ value, attributes }: DataPoint<unknown>) => [
    typeof value === 'number' ? value : (value as Histogram).count,
    attributes,
  ])
}

/** What `diag` was told. */
export function diagnosed(): string[] {
  const told: string[] = []
  const at = (message: string): void => void told.push(message)
  const logger: DiagLogger = { error: at, warn: at, info() {}, debug() {}, verbose() {} }
  diag.setLogger(logger)
  return told
}
