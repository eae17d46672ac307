/** A test process that ends in some way, and what is left of the service that it started. */
import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

import type { ServiceName } from '../src/index.ts'

export interface Victim {
  readonly child: ChildProcess
  readonly pids: readonly number[]
  readonly folder: string
}

/** A process that starts a service, reports it, and does `ending`. */
export function startVictim(
  name: ServiceName,
  ending: string,
  env: Readonly<Record<string, string>> = {},
): ChildProcessByStdio<null, Readable, null> {
  const entry = join(import.meta.dirname, '../src/index.ts')
  const program = `
    import { useService } from ${JSON.stringify(entry)}
    const { pids, folder } = await useService('${name}', { own: true })
    console.log(JSON.stringify({ pids, folder }))
    ${ending}`
  return spawn(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** {@link startVictim}, when its service is up. */
export async function victim(name: ServiceName, ending: string): Promise<Victim> {
  const child = startVictim(name, ending)
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, ...(JSON.parse(line.toString()) as { pids: number[]; folder: string }) }
}

/** Running processes that name the folder of a service in their arguments: what it forked. */
export async function processesOf(folder: string): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0)
  // A process that ended and waits to be reaped has no arguments any more.
  const named = await Promise.all(
    pids.map(async (pid) => {
      const args = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      return args.includes(folder)
    }),
  )
  return pids.filter((_, index) => named[index])
}

/** True when `isSo` becomes true within 5 seconds. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<boolean> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    if (await isSo()) return true
    await sleep(10)
  }
  return false
}

/** Whether a process runs; one that ended and waits to be reaped does not. */
export async function isAlive(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return status !== '' && !/^State:\s+Z/m.test(status)
}
