import { describe, expect, it } from 'vitest'
import {
  aroundCalls,
  defineLayer,
  type LayerCall,
  StorageError,
  tellState,
} from '../../src/backend-kit.ts'
import { applyLayers, MemoryStorageBackend, prefix, stackOf } from '../../src/index.ts'
import { registerLayers } from './support/kit.ts'

const type = { contentType: 'a/b' }
const nothing = () => defineLayer({ name: 'nothing', wrap: (inner) => aroundCalls(inner, pass) })
const pass = <T>(_call: LayerCall, run: () => Promise<T>): Promise<T> => run()

registerLayers('memory behind a layer around every call', () => [nothing()])

describe('a layer around every call', () => {
  it('sees operation, keys and options of each, and may give another signal', async () => {
    const seen: unknown[] = []
    const signals: (AbortSignal | undefined)[] = []
    const inner = new MemoryStorageBackend()
    const read = inner.read.bind(inner)
    inner.read = (key, options) => {
      signals.push(options?.signal)
      return read(key, options)
    }
    const own = new AbortController().signal
    const backend = aroundCalls(inner, (call, run) => {
      seen.push([call.operation, call.key, call.keys])
      return run(own)
    })
    await backend.write('a', new Uint8Array(1), type)
    await backend.read('a', { range: { suffix: 1 } })
    await backend.copy('a', 'b')
    await backend.stat('b')
    await backend.delete('b')
    await backend.deleteMany(['a', 'c'])
    await backend.list()
    await backend.health()
    expect(seen).toEqual([
      ['write', 'a', []],
      ['read', 'a', []],
      ['copy', 'a', ['b']],
      ['stat', 'b', []],
      ['delete', 'b', []],
      ['deleteMany', undefined, ['a', 'c']],
      ['list', undefined, []],
      ['health', undefined, []],
    ])
    expect(signals).toEqual([own])
  })

  it('closes the body of a write that it did not hand on', async () => {
    const backend = aroundCalls(new MemoryStorageBackend(), () =>
      Promise.reject(new StorageError('RATE_LIMITED', 'no')),
    )
    let isClosed = false
    const body = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false as const, value: new Uint8Array(1) }),
        return: async () => {
          isClosed = true
          return { done: true as const, value: undefined }
        },
      }),
    }
    await expect(backend.write('a', body, type)).rejects.toThrow('no')
    await expect.poll(() => isClosed).toBe(true)
  })

  it('closes it too when the layer answers in place of the backend', async () => {
    const inner = new MemoryStorageBackend()
    const info = await inner.write('a', new Uint8Array(1), type)
    const backend = aroundCalls(inner, <T>() => Promise.resolve(info as T))
    let isClosed = false
    const body = Object.assign(new ReadableStream<Uint8Array>(), {
      cancel: async () => void (isClosed = true),
    })
    expect(await backend.write('b', body as AsyncIterable<Uint8Array>, type)).toBe(info)
    await expect.poll(() => isClosed).toBe(true)
  })

  it('is told of close before the backend inside closes', async () => {
    const order: string[] = []
    const inner = new MemoryStorageBackend()
    inner.close = async () => void order.push('closed')
    const backend = aroundCalls(inner, pass, { onClose: () => void order.push('told') })
    await backend.close()
    expect(order).toEqual(['told', 'closed'])
  })

  it('gives a promise also when `around` throws at once', async () => {
    const backend = aroundCalls(new MemoryStorageBackend(), () => {
      throw new StorageError('RATE_LIMITED', 'no')
    })
    const refused = [backend.stat('a'), backend.list(), backend.write('a', new Uint8Array(1), type)]
    for (const each of refused) await expect(each).rejects.toThrow('no')
  })

  it('hands on what the backend has beside the contract, with its options', async () => {
    const calls: unknown[] = []
    const inner = Object.assign(new MemoryStorageBackend(), {
      getTags: async (key: string) => ({ key }),
      setTags: async (...given: unknown[]) => void calls.push(given),
      deleteTags: async () => undefined,
      listVersions: async function* (...given: unknown[]) {
        calls.push(given)
        yield 1
      },
      strange: () => 'as it is',
    })
    const extras = ['getTags', 'setTags', 'deleteTags', 'listVersions', 'strange']
    Object.defineProperty(inner, 'capabilities', { value: { ...inner.capabilities, extras } })
    const own = new AbortController().signal
    const names: string[] = []
    const backend = aroundCalls(inner, (call, run) => {
      names.push(`${call.operation} ${call.key}`)
      return run(own)
    }) as unknown as typeof inner
    expect(await backend.getTags('k')).toEqual({ key: 'k' })
    await backend.setTags('k', { a: 'b' })
    expect(calls).toEqual([['k', { a: 'b' }, { signal: own }]])
    expect(await Array.fromAsync(backend.listVersions('k'))).toEqual([1])
    expect(backend.strange()).toBe('as it is')
    expect(calls[1]).toEqual(['k', { signal: own }])
    expect(names).toEqual(['getTags k', 'setTags k', 'listVersions k'])
  })
})

describe('the stack around a backend', () => {
  it('tells each layer, its state, and other backends that it turns to', () => {
    const other = applyLayers(new MemoryStorageBackend(), [nothing()])
    const told = defineLayer({
      name: 'told',
      wrap(inner) {
        const outer = aroundCalls(inner, pass)
        const state = () => ({ ok: false, message: 'open', details: { failures: 3 } })
        tellState(outer, { state, others: { spare: other } })
        return outer
      },
    })
    const stack = stackOf(applyLayers(new MemoryStorageBackend(), [told, prefix('a')]))
    expect(stack.map(({ name, kind }) => [name, kind])).toEqual([
      ['told', 'layer'],
      ['prefix', 'layer'],
      ['memory', 'backend'],
    ])
    expect(stack[0]!.state).toMatchObject({ ok: false, details: { failures: 3 } })
    expect(stack[0]!.others['spare']!.map(({ name }) => name)).toEqual(['nothing', 'memory'])
    expect(stack[1]!.state).toBeUndefined()
  })
  it('is told of layers that give what is inside, and of stores that turn to each other', () => {
    const base = new MemoryStorageBackend()
    const unwrap = defineLayer({ name: 'unwrap', wrap: () => base })
    expect(stackOf(applyLayers(base, [unwrap, nothing()])).map(({ name }) => name)).toEqual([
      'memory',
    ])
    const one = new MemoryStorageBackend()
    const two = new MemoryStorageBackend()
    tellState(one, { others: { two } })
    tellState(two, { others: { one } })
    expect(stackOf(one)[0]!.others['two']![0]!.others['one']).toEqual([])
  })
})
