/** The facts without which a number means nothing: the machine, its kernel, disk and Node. */
import { readFileSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGib: number
  readonly kernel: string
  /** Of the folder in which rivals keep their data: `ext4`, `overlay`, `tmpfs`. */
  readonly filesystem: string
  readonly node: string
  /** One-minute load before the run; well above 1 means that others were at work. */
  readonly loadBefore: number
}

export async function describeMachine(dataFolder: string): Promise<Machine> {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / 1_073_741_824),
    kernel: `${type()} ${release()}`,
    filesystem: filesystemOf(await realpath(dataFolder), mounts()),
    node: process.version,
    loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  }
}

/** The type of the deepest mount point above `folder`; later mounts cover earlier ones. */
export function filesystemOf(folder: string, mountTable: string): string {
  let best = { point: '', kind: 'unknown' }
  for (const line of mountTable.split('\n')) {
    const [, point, kind] = line.split(' ')
    if (point === undefined || kind === undefined) continue
    const inside = folder === point || folder.startsWith(point === '/' ? '/' : `${point}/`)
    if (inside && point.length >= best.point.length) best = { point, kind }
  }
  return best.kind
}

function mounts(): string {
  try {
    return readFileSync('/proc/self/mounts', 'utf8')
  } catch {
    return ''
  }
}
