/**
 * A crash right before every single call that changes something: whatever the writer was doing, the
 * store holds the old object or the new one, whole, and lists what it reads.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { note } from './support/note.ts'
import { FileStorageBackend } from '../src/index.ts'
import { bundleProgram } from './support/bundle.ts'
import { type Held, type State, statesOf } from './support/crash-script.ts'
import { readBytes } from './support/open.ts'
import { numberOf } from './support/self-describing.ts'
import { newFolder } from './support/store.ts'
import { temporaryFilesOf } from './support/tree.ts'

const callsMax = 2000
const sideBySide = 3
const source = fileURLToPath(new URL('./support/crash-writer.ts', import.meta.url))
const states = statesOf()

let cache: string
let program: string

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'aos-compile-'))
  program = await bundleProgram(source, cache)
})
afterAll(() => rm(cache, { recursive: true, force: true }))

/** Runs the script up to a call; how many steps were acknowledged, and whether it got through. */
function runUpTo(basePath: string, call: number): Promise<{ steps: number; isThrough: boolean }> {
  const env = { ...process.env, NODE_COMPILE_CACHE: cache }
  const args = [program, basePath, String(call)]
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] })
  let steps = 0
  let failure = ''
  child.stdio[3]!.on('data', (bytes: Buffer) => (steps += bytes.byteLength))
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (failure += text))
  return new Promise((resolve, reject) => {
    child.once('close', (code, signal) => {
      if (signal === 'SIGKILL' || code === 0) resolve({ steps, isThrough: code === 0 })
      else reject(new Error(`writer ended with ${code}: ${failure}`))
    })
  })
}

async function stateOf(store: FileStorageBackend): Promise<State> {
  const state = new Map<string, Held>()
  for (const { key, etag } of (await store.list()).objects) {
    expect(state.has(key), `"${key}" is listed once`).toBe(false)
    const info = await store.stat(key)
    expect(info.etag).toBe(etag)
    const { contentType, metadata } = info
    state.set(key, { n: numberOf(await readBytes(store, key)), contentType, metadata })
  }
  return state
}

/** Every key is as before the step that was under way, or as after it. */
function assertOldOrNew(found: State, before: State, after: State, call: number): void {
  for (const key of new Set([...found.keys(), ...before.keys(), ...after.keys()])) {
    const held = JSON.stringify(found.get(key))
    const allowed = [before.get(key), after.get(key)].map((value) => JSON.stringify(value))
    expect(allowed, `"${key}" after a crash before call ${call}`).toContain(held)
  }
}

/** True when the script got through before the call. */
async function crashAt(call: number): Promise<boolean> {
  const basePath = await newFolder()
  const { steps, isThrough } = await runUpTo(basePath, call)
  const store = new FileStorageBackend({ basePath, durability: 'none' })
  const before = states[steps]!
  assertOldOrNew(await stateOf(store), before, states[steps + 1] ?? before, call)
  const { findings } = await store.verify()
  expect(findings.filter(({ kind }) => !['leftover', 'shadowed'].includes(kind))).toEqual([])
  // The next writer finds a store in order, and makes it one.
  for (const key of new Set(states.flatMap((state) => [...state.keys()]))) {
    await store.write(key, Buffer.from('"new"'), { contentType: 'application/json' })
  }
  expect(temporaryFilesOf(basePath)).toEqual([])
  expect((await store.verify()).findings).toEqual([])
  await store.close()
  await rm(basePath, { recursive: true, force: true })
  return isThrough
}

it('a crash before any call leaves old or new', { timeout: 240_000 }, async () => {
  let isThrough = false
  let next = 1
  const lane = async (): Promise<void> => {
    while (!isThrough && next < callsMax) isThrough = (await crashAt(next++)) || isThrough
  }
  await Promise.all(Array.from({ length: sideBySide }, lane))
  note(`crashed before each of ${next - 1} calls`)
  expect(isThrough).toBe(true)
  expect(next).toBeGreaterThan(100)
})
