import { virtualClock } from '@aos-storage/core/testing'
import { expect, it } from 'vitest'
import { Output } from '../src/output/output.ts'
import { Progress } from '../src/output/progress.ts'
import { progressLine, type ProgressState } from '../src/output/progress-line.ts'

const state: ProgressState = {
  noun: 'objects',
  ...{ objects: 1234, objectsTotal: 5000, bytes: 1024 ** 3, bytesTotal: 4 * 1024 ** 3 },
  ...{ bytesPerSecond: 12 * 1024 ** 2, objectsPerSecond: 10, secondsLeft: 125 },
}

it('says how much, how fast and how long, in as many columns as there are', () => {
  expect(progressLine(state, 120)).toBe(
    '[#####---------------]  25%  1,234 of 5,000 objects  1.0 GiB of 4.0 GiB  12 MiB/s  ' +
      '2 min 5 s left',
  )
  for (let columns = 1; columns < 120; columns++) {
    expect(progressLine(state, columns).length).toBeLessThan(columns)
  }
})

it('says no part of a whole that it does not know', () => {
  const unknown = { objectsTotal: undefined, bytesTotal: undefined, secondsLeft: undefined }
  expect(progressLine({ ...state, ...unknown }, 80)).toBe('1,234 objects  1.0 GiB  12 MiB/s')
})

it('is done only when all is', () => {
  const nearly = { ...state, objects: 4999, bytes: 4 * 1024 ** 3 - 1 }
  expect(progressLine(nearly, 120)).toContain(' 99%')
})

class Screen {
  text = ''
  readonly columns = 80
  readonly isTTY: boolean

  constructor(isTTY: boolean) {
    this.isTTY = isTTY
  }

  write(chunk: string | Uint8Array, done: () => void): boolean {
    this.text += String(chunk)
    done()
    return true
  }
}

function progressOn(screen: Screen, options = { json: false, quiet: false }) {
  const clock = virtualClock()
  const output = new Output(new Screen(false), screen, options)
  return { clock, output, progress: new Progress({ output, clock }) }
}

it('draws for a person, after a second, and goes away', async () => {
  const screen = new Screen(true)
  const { clock, output, progress } = progressOn(screen)
  progress.objects = 3
  await clock.advance(900)
  expect(screen.text).toBe('')
  await clock.advance(200)
  expect(screen.text).toContain('3 objects')
  output.note('said meanwhile')
  // On a line of its own: the bar was taken away before.
  expect(screen.text).toContain('\r\u001b[2Ksaid meanwhile\n')
  await clock.advance(200)
  await progress[Symbol.asyncDispose]()
  expect(screen.text.endsWith('\r\u001b[2K')).toBe(true)
})

it.each([
  ['a pipe', false, {}],
  ['--json', true, { json: true }],
  ['--quiet', true, { quiet: true }],
])('draws nothing for %s', async (_, isTTY, options) => {
  const screen = new Screen(isTTY)
  const { clock, progress } = progressOn(screen, { json: false, quiet: false, ...options })
  await clock.advance(5000)
  await progress[Symbol.asyncDispose]()
  expect(screen.text).toBe('')
})
