/**
 * A process that writes until it is killed, and says over a pipe what it tries and what the store
 * acknowledged. Lines, written at once so that nothing said is lost:
 *
 *   ? LANE KEY,KEY N     tries to make these keys write N, or absent when N is 0
 *   ! LANE               done and acknowledged
 *   - LANE               not done: the source of a copy is missing
 *
 * Arguments: base path, seed, first number. Lanes run side by side; each has keys of its own, and
 * one write at a time, so that the order of writes of one key is known.
 */
import { writeSync } from 'node:fs'
import { isStorageError } from '@aos-storage/core'
import { FileStorageBackend } from '../../src/index.ts'
import { bodyOf } from './self-describing.ts'

const reportDescriptor = 3
const lanes = 6
const [, , basePath, seed, first] = process.argv
const store = new FileStorageBackend({ basePath: basePath! })
let state = Number(seed) >>> 0
let number = Number(first)

/** A pseudo-random integer in `[0, end)`. */
function chance(end: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return Math.floor((state / 0x1_0000_0000) * end)
}

function say(line: string): void {
  writeSync(reportDescriptor, `${line}\n`)
}

const contentTypes = [
  'application/json',
  'text/plain; charset=utf-8',
  'application/octet-stream',
  'application/x-envelope',
  'application/cbor',
] as const

async function* streamOf(body: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.byteLength; at += 50_000) {
    yield body.subarray(at, at + 50_000)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Flat keys, and deep ones whose folders come and go. */
function keyOf(lane: number, at: number): string {
  if (at < 3) return `flat/${lane}-${at}`
  return at === 3 ? `Deep ${lane}/a/b/C` : `deep/${lane}.json/x.png`
}

async function step(lane: number): Promise<void> {
  const key = keyOf(lane, chance(5))
  const kind = chance(12)
  if (kind === 0) {
    say(`? ${lane} ${key} 0`)
    await store.delete(key)
  } else if (kind === 1) {
    const keys = [keyOf(lane, 1), keyOf(lane, 3)]
    say(`? ${lane} ${keys.join()} 0`)
    await store.deleteMany(keys)
  } else if (kind === 2) {
    // The body of a copy tells its source's number: the parent knows the key's value by then.
    say(`? ${lane} ${key} =${keyOf(lane, 0)}`)
    await store.copy(keyOf(lane, 0), key)
  } else {
    const n = ++number
    const contentType = contentTypes[chance(contentTypes.length)]!
    const metadata = chance(8) === 0 ? { n: String(n) } : {}
    say(`? ${lane} ${key} ${n}`)
    const isLarge = kind === 3
    const body = bodyOf(n, isLarge ? 290_000 + chance(20_000) : 40 + chance(3000))
    await store.write(key, isLarge ? streamOf(body) : body, { contentType, metadata })
  }
}

async function run(lane: number): Promise<never> {
  for (;;) {
    try {
      await step(lane)
      say(`! ${lane}`)
    } catch (error) {
      if (!isStorageError(error, 'NOT_FOUND')) throw error
      say(`- ${lane}`)
    }
  }
}

for (let lane = 0; lane < lanes; lane++) void run(lane)
