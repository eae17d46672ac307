/**
 * What the traffic does: a seeded mix of reads, writes, compare-and-swap, listings and deletes on a
 * few keys. The same seed gives the same steps.
 *
 * Each body says in its first characters how long it is, so that one that ended early is found out
 * also where no layer does.
 */
import { isStorageError, type OperationOptions, type StorageBackend } from '@aos-storage/core'
import { collect } from '@aos-storage/core/backend'
import type { SeededRandom } from '@aos-storage/core/testing'

/** Few enough that keys meet again. */
const keys = 48
const headChars = 8
const wordsMin = 120
const wordsMax = 900
const pageSize = 20

type StepKind = 'read' | 'write' | 'create' | 'change' | 'list' | 'delete'

/** One thing that a program may do. */
export interface Step {
  readonly kind: StepKind
  /** Without its prefix. */
  readonly name: string
  readonly body: Uint8Array
}

const mix: readonly StepKind[] = [
  ...(['read', 'read', 'read', 'read', 'read', 'read', 'read', 'read', 'read', 'read'] as const),
  ...(['write', 'write', 'write', 'write', 'write', 'create', 'change', 'change'] as const),
  ...(['list', 'delete'] as const),
]

const words = ['north', 'south', 'ledger', 'draft', 'agent', 'note', 'river', 'stone', 'zero', 'ok']
const noBody = new Uint8Array()

/** Draws the next step. */
export function nextStep(random: SeededRandom): Step {
  const kind = random.pick(mix)
  const name = `note-${random.integer(keys)}`
  const hasBody = kind === 'write' || kind === 'create' || kind === 'change'
  return { kind, name, body: hasBody ? newBody(random) : noBody }
}

function newBody(random: SeededRandom): Uint8Array {
  const count = wordsMin + random.integer(wordsMax - wordsMin)
  const text = Array.from({ length: count }, () => random.pick(words)).join(' ')
  const head = String(headChars + text.length).padStart(headChars, '0')
  return new TextEncoder().encode(head + text)
}

/** How a step ended. `'damaged'`: the store said that all is well, and it is not. */
export type StepEnd = 'answered' | 'failed' | 'damaged'

/** Takes the step under a prefix. Never rejects: what fails is counted where it fails. */
export async function take(
  step: Step,
  backend: StorageBackend,
  prefix: string,
  signal: AbortSignal,
): Promise<StepEnd> {
  try {
    const isWhole = await done(step, backend, prefix, { signal })
    return isWhole ? 'answered' : 'damaged'
  } catch (error) {
    const isAnswer = isStorageError(error, 'NOT_FOUND', 'ALREADY_EXISTS', 'PRECONDITION_FAILED')
    return isAnswer ? 'answered' : 'failed'
  }
}

async function done(
  { kind, name, body }: Step,
  backend: StorageBackend,
  prefix: string,
  options: OperationOptions,
): Promise<boolean> {
  const key = `${prefix}${name}`
  const writing = { contentType: 'text/plain', ...options }
  switch (kind) {
    case 'read': {
      return isWhole(await collect((await backend.read(key, options)).body))
    }
    case 'write':
      await backend.write(key, body, writing)
      return true
    case 'create':
      await backend.write(key, body, { ...writing, ifNoneMatch: '*' })
      return true
    case 'change': {
      const { etag } = await backend.stat(key, options)
      await backend.write(key, body, { ...writing, ifMatch: etag })
      return true
    }
    case 'list':
      await backend.list({ prefix, limit: pageSize, ...options })
      return true
    default:
      await backend.delete(key, options)
      return true
  }
}

function isWhole(bytes: Uint8Array): boolean {
  const head = new TextDecoder().decode(bytes.subarray(0, headChars))
  return Number(head) === bytes.byteLength
}
