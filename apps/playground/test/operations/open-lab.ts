/** A lab whose time a test turns by hand; its files are real. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { type VirtualClock, virtualClock } from '@aos-storage/core/testing'
import { Lab } from '../../src/screens/operations/server/lab.ts'
import type { LabState } from '../../src/screens/operations/server/wire.ts'
import { type Listener, Live } from '../../src/server/live.ts'
import { Notices } from '../../src/server/notices.ts'

export interface OpenLab extends AsyncDisposable {
  readonly lab: Lab
  readonly clock: VirtualClock
  readonly live: Live
  readonly notices: Notices
  /** A page that looks, until it is closed. */
  readonly watcher: Listener
  readonly state: LabState
  /** Turns the clock in small steps, so that what comes of each has its time on the disk. */
  readonly pass: (ms: number) => Promise<void>
}

const stepMs = 5
/** Of the event loop: a call on files takes some. */
const turnsPerStep = 12

export async function openLab(): Promise<OpenLab> {
  const folder = await mkdtemp(join(tmpdir(), 'aos-lab-'))
  const [clock, live] = [virtualClock(), new Live()]
  const notices = new Notices(live)
  const lab = new Lab({ folder, live, clock, notices })
  return {
    ...{ lab, clock, live, notices, watcher: live.listen() },
    get state() {
      return lab.whole.state
    },
    async pass(ms) {
      for (let passed = 0; passed < ms; passed += stepMs) {
        await clock.advance(stepMs)
        for (let turns = 0; turns < turnsPerStep; turns++) await turn()
      }
    },
    async [Symbol.asyncDispose]() {
      await lab.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
