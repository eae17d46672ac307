/** A test process may end in any way; no server may outlive it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'

import { useService } from '../src/index.ts'
import { describeWithService } from '../src/vitest.ts'

interface Victim {
  readonly child: ChildProcess
  readonly pids: readonly number[]
  readonly folder: string
}

/** A process that starts Redis, reports it, and does `ending`. */
async function victim(ending: string): Promise<Victim> {
  const entry = join(import.meta.dirname, '../src/index.ts')
  const program = `
    import { useService } from ${JSON.stringify(entry)}
    const { pids, folder } = await useService('redis', { own: true })
    console.log(JSON.stringify({ pids, folder }))
    ${ending}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, ...(JSON.parse(line.toString()) as { pids: number[]; folder: string }) }
}

async function gone(pid: number): Promise<boolean> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    try {
      process.kill(pid, 0)
    } catch {
      return true
    }
    await sleep(10)
  }
  return false
}

describeWithService('redis', () => {
  it.each([
    ['is killed with -9', 'setInterval(() => {}, 1000)', 'SIGKILL' as const],
    ['is told to end', 'setInterval(() => {}, 1000)', 'SIGTERM' as const],
    ['throws', "throw new Error('on purpose, ignore this')", undefined],
    ['simply ends', '', undefined],
  ])('leaves no server when the test process %s', async (_, ending, signal) => {
    const { child, pids, folder } = await victim(ending)
    expect(pids).toHaveLength(1)
    if (signal !== undefined) child.kill(signal)
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    expect(await gone(pids[0]!)).toBe(true)
    for (let attempt = 0; existsSync(folder) && attempt < 100; attempt += 1) await sleep(10)
    expect(existsSync(folder)).toBe(false)
  })

  it('leaves no server when the supervisor is killed with -9', async () => {
    const service = await useService('redis', { own: true })
    const [pid] = service.pids
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    process.kill(Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]), 'SIGKILL')
    expect(await gone(pid!)).toBe(true)
    await service.stop()
    await rm(service.folder!, { recursive: true, force: true })
  })
})
