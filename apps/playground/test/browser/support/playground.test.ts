/** A playground in the hands of a test: its life, and the faults that its end brings to light. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, mkdtempDisposable, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildTimeoutMs, builtPage } from './built-page.ts'
import { leash } from './leash.ts'
import { startPlayground } from './playground.ts'

describe('the real playground', { timeout: buildTimeoutMs }, () => {
  beforeAll(builtPage, buildTimeoutMs)

  it('serves its page, comes back at the same URL, and leaves nothing', async () => {
    const playground = await startPlayground()
    const { url, dataFolder } = playground
    expect(await (await fetch(url)).text()).toContain('<!doctype html>')
    await playground.restart()
    expect(playground.url).toBe(url)
    expect((await fetch(url)).status).toBe(200)
    await playground.kill()
    await expect(fetch(url)).rejects.toThrow('fetch failed')
    await playground.restart()
    expect((await fetch(url)).status).toBe(200)
    await playground[Symbol.asyncDispose]()
    await expect(fetch(url)).rejects.toThrow('fetch failed')
    expect(existsSync(dataFolder)).toBe(false)
  })

  it('leaves a given folder as it is', async () => {
    await using given = await mkdtempDisposable(join(tmpdir(), 'aos-given-'))
    const dataFolder = given.path
    {
      await using playground = await startPlayground({ dataFolder })
      expect(playground.dataFolder).toBe(dataFolder)
      expect((await fetch(playground.url)).status).toBe(200)
    }
    expect(await readdir(dataFolder)).not.toEqual([])
  })
})

describe('a program that is at fault', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aos-stand-in-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  /** A program that does `more`, and says where it listens. */
  async function standIn(name: string, more: string): Promise<string> {
    const path = join(folder, `${name}.mjs`)
    const listening = "setInterval(() => {}, 1000)\nconsole.log('http://127.0.0.1:1/')"
    await writeFile(path, `${more}\n${listening}`)
    return path
  }

  it('is one that does not start', async () => {
    const path = join(folder, 'absent.mjs')
    await expect(startPlayground({ program: path })).rejects.toThrow(/did not start.*absent\.mjs/s)
  })

  it('is one that ends with another code than 0', async () => {
    const program = await standIn('code', "process.on('SIGINT', () => process.exit(3))")
    const playground = await startPlayground({ program })
    await expect(playground.stop()).rejects.toThrow('ended with 3')
    await playground.stop()
    await playground[Symbol.asyncDispose]()
  })

  it('is one that complains, unless the test takes that', async () => {
    const more = `
      process.on('SIGINT', () => process.exit(0))
      console.error('playground: Error: nobody expected this')`
    const program = await standIn('complaint', more)
    const playground = await startPlayground({ program })
    await expect.poll(() => playground.output, { timeout: 10_000 }).toContain('nobody')
    await expect(playground.stop()).rejects.toThrow(/complained .*nobody expected this/s)
    await playground.start()
    await expect.poll(() => playground.output, { timeout: 10_000 }).toContain('nobody')
    expect(playground.takeComplaints()).toEqual(['playground: Error: nobody expected this'])
    await playground[Symbol.asyncDispose]()
  })
})

it('the leash kills a process when the one that started it is gone', async () => {
  const idle = ['-e', 'setInterval(() => {}, 1000); console.log("up")']
  const child = spawn(process.execPath, [leash, ...idle], { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.stdin.destroy()
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
})
