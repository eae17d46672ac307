import {
  circuitChannel,
  fallbackChannel,
  MemoryStorageBackend,
  openQueues,
  openTables,
  retryChannel,
  StorageManager,
} from '@aos-storage/core'
import { faults, virtualClock } from '@aos-storage/core/testing'
import type { Histogram } from '@opentelemetry/sdk-metrics'
import { describe, expect, it } from 'vitest'
import { points, start, useTelemetry } from './support/telemetry.ts'

useTelemetry()

const place = (operation: string) => ({
  'aos_storage.backend': 'memory',
  'aos_storage.operation': operation,
})

describe('metrics of operations', () => {
  it('are durations in seconds, in the buckets of the conventions', async () => {
    const { metric } = start()
    const clock = virtualClock()
    const injector = faults({ seed: 1, clock })
    const storage = new StorageManager(new MemoryStorageBackend(), { layers: [injector], clock })
    injector.add({ operation: 'list', fault: { kind: 'latency', delayMs: 250 } })
    const listing = storage.listKeys()
    await clock.advance(250)
    await listing
    injector.failNext('stat', 'TIMEOUT')
    await storage.stat('k').catch(() => undefined)
    await storage.exists('k')
    const duration = await metric('aos_storage.operation.duration')
    expect(duration!.descriptor).toMatchObject({ unit: 's' })
    expect(points(duration)).toEqual([
      [1, place('list')],
      [1, { ...place('stat'), 'error.type': 'TIMEOUT' }],
      [1, place('stat')],
    ])
    const { sum, buckets } = duration!.dataPoints[0]!.value as Histogram
    expect(sum).toBeCloseTo(0.25)
    expect(buckets.boundaries).toEqual([0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10])
    expect(buckets.counts[5]).toBe(1)
  })

  it('are bytes that were read and written, not copied', async () => {
    const { metric } = start()
    const storage = new StorageManager(new MemoryStorageBackend())
    await storage.save('k', 'x'.repeat(100))
    await storage.load('k')
    await storage.load('k')
    await storage.copy('k', 'l')
    const io = await metric('aos_storage.io')
    expect(io!.descriptor.unit).toBe('By')
    expect(points(io)).toEqual([
      [100, { ...place('write'), 'aos_storage.io.direction': 'write' }],
      [200, { ...place('read'), 'aos_storage.io.direction': 'read' }],
    ])
  })

  it('are what is under way', async () => {
    const { metric } = start()
    const clock = virtualClock()
    const injector = faults({ seed: 1, clock })
    const storage = new StorageManager(new MemoryStorageBackend(), { layers: [injector] })
    injector.add({ operation: 'list', fault: { kind: 'latency', delayMs: 10 } })
    const listings = [storage.listKeys(), storage.listKeys()]
    await Promise.resolve()
    expect(points(await metric('aos_storage.active_operations'))).toEqual([[2, place('list')]])
    await clock.advance(10)
    await Promise.all(listings)
    expect(points(await metric('aos_storage.active_operations'))).toEqual([[0, place('list')]])
  })

  it('of tables and queues have the names of the conventions', async () => {
    const { metric } = start()
    await using tables = await openTables('memory', { diagnostics: { keys: true } })
    await tables.createTable('orders')
    await using queues = await openQueues('memory')
    await queues.createQueue('jobs')
    await queues.sendMessage('jobs', 'text')
    await queues.receiveMessage('jobs')
    expect(points(await metric('db.client.operation.duration'))).toEqual([
      [1, { 'db.system.name': 'memory', 'db.operation.name': 'createTable' }],
    ])
    const messaging = await metric('messaging.client.operation.duration')
    const send = {
      'messaging.system': 'memory',
      'messaging.operation.name': 'send',
      'messaging.operation.type': 'send',
    }
    expect(points(messaging)).toContainEqual([1, send])
    expect((messaging!.dataPoints[0]!.value as Histogram).buckets.boundaries).toContain(0.075)
    expect(points(await metric('messaging.client.sent.messages'))).toEqual([[1, send]])
    const io = points(await metric('aos_storage.io'))
    expect(io.map(([bytes]) => bytes > 0)).toEqual([true, true])
  })

  it('are left out when they are not wanted', async () => {
    const { metric } = start({ metrics: false })
    await new StorageManager(new MemoryStorageBackend()).listKeys()
    expect(await metric('aos_storage.operation.duration')).toBeUndefined()
  })
})

describe('metrics of layers', () => {
  it('count retries, changes of circuits, and answers of other stores', async () => {
    const { metric } = start()
    const about = { backend: 'memory', operation: 'read' }
    retryChannel.publish({ ...about, attempt: 1, delayMs: 5, code: 'TIMEOUT' })
    retryChannel.publish({ ...about, attempt: 2, delayMs: 9, code: 'TIMEOUT' })
    circuitChannel.publish({ backend: 'memory', from: 'closed', to: 'open' })
    fallbackChannel.publish({ ...about, store: 'spare', code: 'UNAVAILABLE' })
    expect(points(await metric('aos_storage.retries'))).toEqual([
      [2, { ...place('read'), 'error.type': 'TIMEOUT' }],
    ])
    expect(points(await metric('aos_storage.circuit.changes'))).toEqual([
      [
        1,
        {
          'aos_storage.backend': 'memory',
          'aos_storage.circuit.from': 'closed',
          'aos_storage.circuit.to': 'open',
        },
      ],
    ])
    expect(points(await metric('aos_storage.fallbacks'))).toEqual([
      [1, { ...place('read'), 'aos_storage.store': 'spare', 'error.type': 'UNAVAILABLE' }],
    ])
  })
})
