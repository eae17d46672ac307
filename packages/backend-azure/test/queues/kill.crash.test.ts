/**
 * Consumers of a real service's queue, killed with -9 at random: every message is handled at least
 * once, none is lost, and each one that is handled twice is explained.
 *
 * AOS_KILL_SEED asks for the kills of another run, AOS_KILL_MESSAGES for more messages.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeWithService } from '@aos-tooling/services/vitest'
import { killConsumers } from '@aos-tooling/test/killed-consumers'
import { chooseSeed, seededRandom } from '@aos-storage/core/testing'
import { QueueStore } from '@aos-storage/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { AzureQueueBackend } from '../../src/queues/backend.ts'
import { note } from '../support/note.ts'

const messages = Number(process.env['AOS_KILL_MESSAGES'] ?? 1000)
const seed = Number(process.env['AOS_KILL_SEED'] ?? chooseSeed())

const programs = {
  consumer: new URL('../support/queues/consumer-program.ts', import.meta.url),
  poisoner: new URL('../support/queues/poisoner-program.ts', import.meta.url),
}

describeWithService('azurite', (service) => {
  let folder: string
  let store: QueueStore

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aos-azure-'))
    store = new QueueStore(new AzureQueueBackend({ connectionString: service.url }))
  })
  afterAll(async () => {
    await store.close()
    await rm(folder, { recursive: true, force: true })
  })

  function start(program: keyof typeof programs, ...args: string[]): ChildProcess {
    const path = fileURLToPath(programs[program])
    const cache = join(folder, 'cache')
    const env = { ...process.env, NODE_COMPILE_CACHE: cache }
    Object.assign(env, { AOS_AZURE_CONNECTION_STRING: service.url })
    const stdio = ['ignore', 'ignore', 'pipe'] as const
    return spawn(process.execPath, [path, ...args], { env, stdio: [...stdio] })
  }

  it(
    `no message is lost by consumers that are killed (seed ${seed})`,
    { timeout: 180_000 },
    async () => {
      const queue = `work-${process.pid}`
      await store.createQueue(queue)
      const values = Array.from({ length: messages }, (_, value) => value)
      for (let at = 0; at < messages; at += 50) {
        await Promise.all(values.slice(at, at + 50).map((value) => store.sendMessage(queue, value)))
      }
      const random = seededRandom(seed)
      const { kills, pauses, handled, duplicates, killedAmidHandler } = await killConsumers({
        consumers: 8,
        start: (ledgerPath) => start('consumer', queue, ledgerPath),
        folder,
        isDone: async () => (await store.length(queue)) === 0,
        random: () => random.next(),
        killEveryMs: 500,
        pauseMs: 3000,
        pauseEvery: 8,
        attackMs: 30_000,
        limitMs: 150_000,
      })
      note(
        `${messages} messages, 8 consumers, ${kills} kills, ${pauses} stops of 3 s; ` +
          `${killedAmidHandler} killed amid their handler and handled again elsewhere; handled ` +
          `twice: ${duplicates.killed} killed between handling and delete, ${duplicates.late} ` +
          `because the hold ran out, ${duplicates.unexplained.length} unexplained (seed ${seed})`,
      )
      expect(values.filter((value) => !handled.has(value))).toEqual([])
      expect(handled.size).toBe(messages)
      expect(duplicates.unexplained).toEqual([])
      expect(kills).toBeGreaterThan(0)
      await store.deleteQueue(queue)
    },
  )

  it('a consumer that is killed between poison queue and delete loses nothing', async () => {
    const queue = `dying-${process.pid}`
    await store.createQueue(queue)
    const { id } = await store.sendMessage(queue, { mail: 'to nobody' })

    const dying = start('poisoner', queue, 'die')
    const [, signal] = (await once(dying, 'close')) as [number | null, string | null]
    expect(signal).toBe('SIGKILL')
    // In both queues, and in none of them lost.
    expect(await store.length(queue)).toBe(1)
    expect(await store.length(`${queue}-poison`)).toBe(1)

    const living = start('poisoner', queue, 'live')
    await expect.poll(() => store.length(queue), { timeout: 15_000 }).toBe(0)
    living.kill('SIGTERM')
    await once(living, 'close')

    const poisoned = await store.peekMessages(`${queue}-poison`, { max: 32 })
    expect(poisoned.map(({ origin }) => [origin?.queue, origin?.id])).toEqual([
      [queue, id],
      [queue, id],
    ])
    for (const message of poisoned) expect(await message.load()).toEqual({ mail: 'to nobody' })
    await Promise.all([store.deleteQueue(queue), store.deleteQueue(`${queue}-poison`)])
  })
})
