/** The Queues screen over Azure Queue Storage: the same as over files. */
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeWithService } from '@aos-tooling/services/vitest'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openQueuesScreen } from '../../src/screens/queues/server/routes.ts'
import { laySamples } from '../../src/screens/queues/server/samples.ts'
import type {
  PeekedMessages,
  QueueDetail,
  QueueList,
} from '../../src/screens/queues/server/wire.ts'
import { createContainer } from '../../src/server/azure-containers.ts'
import { openWorld, type World } from '../../src/server/world.ts'

const soon = { timeout: 20_000, interval: 100 }

describeWithService('azurite', (service) => {
  const queue = `tasks-${Date.now().toString(36)}`
  let world: World
  let screen: ReturnType<typeof openQueuesScreen>
  let folder: Awaited<ReturnType<typeof mkdtempDisposable>>

  beforeEach(async () => {
    folder = await mkdtempDisposable(join(tmpdir(), 'aos-playground-'))
    const place = {
      storageType: 'azure',
      account: 'test',
      endpoint: '',
      container: 'queues',
    } as const
    await createContainer(service.url, place.container)
    world = await openWorld(folder.path, { azure: { connectionString: service.url, place } })
    screen = openQueuesScreen(world)
    await world.queues.createQueue(queue)
  })

  afterEach(async () => {
    await screen.close?.()
    await world.queues.deleteQueue(queue)
    await world.queues.deleteQueue(`${queue}-poison`)
    await world.close()
    await folder.remove()
  })

  async function ask<T>(path: string, body?: object): Promise<T> {
    const init = body && {
      ...{ method: 'POST', body: JSON.stringify(body) },
      headers: { 'content-type': 'application/json' },
    }
    const response = await screen.routes.request(path, init)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
  const detail = (): Promise<QueueDetail> => ask(`/queue?queue=${queue}`)

  it('counts, consumes, gives up and sends back', async () => {
    await ask('/messages', { queue, payload: { kind: 'json', text: '{"n":{{n}}}' }, count: 20 })
    const { queues } = await ask<QueueList>(`/queues?prefix=${queue}`)
    expect(queues).toMatchObject([{ queue, length: 20, inFlight: 0, poison: null }])
    const settings = {
      ...{ consumers: 2, concurrency: 4, handleMs: 0, failPercent: 100, crashPercent: 0 },
      ...{ visibilitySeconds: 10, maxDequeueCount: 1 },
    }
    await ask('/consumers/start', { queue, settings })
    await expect.poll(async () => (await detail()).state, soon).toMatchObject({ poison: 20 })
    await ask('/consumers/stop', { queue })
    await expect.poll(async () => (await detail()).group?.phase, soon).toBe('stopped')
    const poison = `${queue}-poison`
    const { messages } = await ask<PeekedMessages>(`/messages?queue=${poison}`)
    expect(messages[0]!.origin).toMatchObject({ queue, dequeueCount: 1 })
    await ask('/poison/discard', { queue: poison, id: messages[0]!.id })
    expect(await ask('/poison/requeue-all', { queue: poison })).toEqual({ moved: 19, failed: 0 })
    expect((await detail()).state).toMatchObject({ length: 19, poison: 0 })
    await ask('/consumers/start', { queue, settings: { ...settings, failPercent: 0 } })
    await expect
      .poll(async () => (await detail()).state, soon)
      .toMatchObject({ length: 0, done: 19 })
  })

  it('lays its samples, a claimed payload among them', async () => {
    await world.queues.deleteQueue('agent-tasks')
    await world.queues.deleteQueue('agent-tasks-poison')
    await laySamples(world.queues)
    const { messages } = await ask<PeekedMessages>('/messages?queue=agent-tasks')
    expect(messages.map(({ kind }) => kind).toSorted()).toEqual([
      ...['bytes', 'claim', 'json', 'json', 'json', 'json', 'json', 'json', 'json'],
    ])
    const { id } = messages.find(({ kind }) => kind === 'claim')!
    const payload = await ask<{ bytes: number }>(`/message?queue=agent-tasks&id=${id}`)
    expect(payload.bytes).toBeGreaterThan(49_152)
    await world.queues.deleteQueue('agent-tasks')
  })
})
