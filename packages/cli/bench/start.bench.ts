/**
 * How long it takes until `ls` says something: the start of a process, for the most part. Files are
 * warm, and so is what node keeps of compiled code, but for one row.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineSuite, type Rival, type Shared } from '@aos-tooling/bench'
import {
  type Command,
  firstOutput,
  needsBuild,
  needsRclone,
  ours,
  rclone,
  toTheEnd,
} from './program.ts'

const folderVariable = 'AOS_BENCH_FOLDER'
const objects = 1000

async function shareFolder(): Promise<Shared> {
  const folder = await mkdtemp(join(tmpdir(), 'aos-bench-ls-'))
  for (let at = 0; at < objects; at++) await writeFile(join(folder, `${at}.bin`), 'x')
  return {
    environment: { [folderVariable]: folder },
    stop: () => rm(folder, { recursive: true }),
  }
}

function rival(
  name: string,
  version: string,
  commandFor: (folder: string) => Command,
  unavailable?: Rival['unavailable'],
): Rival {
  return {
    ...{ name, version },
    ...(unavailable === undefined ? {} : { unavailable }),
    async setup() {
      const command = commandFor(process.env[folderVariable]!)
      // What node compiled is kept by one that comes to its end.
      await toTheEnd(command)
      return { run: () => firstOutput(command) }
    },
  }
}

const ls = (folder: string): Command => ours(['ls', folder])

export default defineSuite({
  name: 'time to first output of ls',
  about:
    'A folder of 1,000 files, listed until the first line is there; an operation is a process. ' +
    'A bare node that prints one character is what no program of node can be faster than. Memory ' +
    'is that of whoever starts the processes, and says nothing.',
  ours: 'aos-storage ls',
  rounds: 7,
  warmupBatches: 2,
  measureMs: 2000,
  share: shareFolder,
  rivals: [
    rival('aos-storage ls', 'dist', ls, needsBuild),
    rival(
      'aos-storage ls, nothing kept',
      'NODE_DISABLE_COMPILE_CACHE=1',
      (folder) => ({ ...ls(folder), env: { NODE_DISABLE_COMPILE_CACHE: '1' } }),
      needsBuild,
    ),
    rival('rclone lsf', '1.60', (folder) => rclone(['lsf', folder]), needsRclone),
    rival('node -e', `node ${process.version}`, () => ({
      file: process.execPath,
      args: ['-e', 'console.log(0)'],
    })),
  ],
})
