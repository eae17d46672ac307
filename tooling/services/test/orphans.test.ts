/** A test process may end in any way; no server may outlive it, nor what the server forked. */
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { expect, it } from 'vitest'

import { useService, type ServiceName } from '../src/index.ts'
import { services } from '../src/registry.ts'
import { describeWithService } from '../src/vitest.ts'
import { eventually, isAlive, processesOf, victim } from './victim.ts'

async function areGone(pids: readonly number[]): Promise<boolean> {
  return !(await Promise.all(pids.map(isAlive))).includes(true)
}

const wait = 'setInterval(() => {}, 1000)'

const processes = { redis: 1, chromium: 1, azurite: 1, rgw: 3 }

for (const name of Object.keys(services) as ServiceName[]) {
  describeWithService(name, () => {
    it.each([
      ['is killed with -9', wait, 'SIGKILL' as const],
      ['is told to end', wait, 'SIGTERM' as const],
      ['throws', "throw new Error('on purpose, ignore this')", undefined],
      ['simply ends', '', undefined],
    ])('leaves no server when the test process %s', async (_, ending, signal) => {
      const { child, pids, folder } = await victim(name, ending)
      expect(pids).toHaveLength(processes[name])
      if (signal !== undefined) child.kill(signal)
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      expect(await eventually(() => areGone(pids))).toBe(true)
      expect(await eventually(async () => (await processesOf(folder)).length === 0)).toBe(true)
      expect(await eventually(() => !existsSync(folder))).toBe(true)
    })

    it('leaves no server when the supervisor is killed with -9', async () => {
      const service = await useService(name, { own: true })
      const { pids } = service
      const status = await readFile(`/proc/${pids[0]}/status`, 'utf8')
      process.kill(Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]), 'SIGKILL')
      const folder = service.folder!
      expect(await eventually(() => areGone(pids))).toBe(true)
      expect(await eventually(async () => (await processesOf(folder)).length === 0)).toBe(true)
      await service.stop()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    })
  })
}
