/** Mutants of aborts and of closing. */
import { setTimeout as pause } from 'node:timers/promises'
import { StorageError } from '../../../src/errors.ts'
import { asStream, bytesOf, type Mutant, mutant, pieces, soon } from './mutant.ts'

function throwAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new StorageError('ABORTED', 'x', { cause: signal.reason })
}

/** Never settles once the signal has fired amid the call. */
async function hangWhenAborted(signal: AbortSignal | undefined): Promise<void> {
  const isAborted = (): boolean => signal?.aborted === true
  if (isAborted()) return
  await soon()
  if (isAborted()) await new Promise(() => undefined)
}

export const endingMutants: readonly Mutant[] = [
  mutant('ignores signals', (inner) => ({
    read: (key, options) => inner.read(key, { ...options, signal: undefined }),
    write: (key, body, options) => inner.write(key, body, { ...options, signal: undefined }),
    stat: (key, options) => inner.stat(key, { ...options, signal: undefined }),
    list: (options) => inner.list({ ...options, signal: undefined }),
    health: () => inner.health(),
  })),
  mutant('hears a signal between chunks only', (inner) => ({
    write: async (key, body, options) => {
      const { signal, ...rest } = options
      if (signal?.aborted === true) throw new StorageError('ABORTED', 'x', { cause: signal.reason })
      if (body instanceof Uint8Array) return inner.write(key, body, rest)
      const watched = async function* (): AsyncGenerator<Uint8Array> {
        for await (const chunk of body) {
          if (signal?.aborted === true) throw signal.reason
          yield chunk
        }
      }
      return inner.write(key, watched(), rest)
    },
  })),
  mutant('throws the reason of a signal as it is', (inner) => ({
    stat: async (key, options) => {
      options?.signal?.throwIfAborted()
      return inner.stat(key, options)
    },
  })),
  mutant('says ABORTED when it was done', (inner) => ({
    write: async (key, body, options) => {
      const info = await inner.write(key, body, { ...options, signal: undefined })
      const { signal } = options
      if (signal?.aborted === true) throw new StorageError('ABORTED', 'x', { cause: signal.reason })
      return info
    },
  })),
  mutant('tears what it was writing at an abort', (inner) => ({
    write: async (key, body, options) => {
      if (options.signal === undefined) return inner.write(key, body, options)
      const half = body instanceof Uint8Array ? body.slice(0, body.byteLength >> 1) : undefined
      if (half !== undefined && !options.signal.aborted) await inner.write(key, half, options)
      await soon()
      return inner.write(key, body, options)
    },
  })),
  mutant('tears a copy at an abort', (inner) => ({
    copy: async (from, to, options) => {
      if (options?.signal === undefined) return inner.copy(from, to, options)
      const { body, info } = await inner.read(from, { signal: options.signal })
      await inner.write(to, (body as Uint8Array).slice(0, info.size >> 1), info)
      await soon()
      return inner.copy(from, to, options)
    },
  })),
  mutant('undoes a write when its signal fires later', (inner) => ({
    write: async (key, body, options) => {
      const info = await inner.write(key, body, options)
      options.signal?.addEventListener('abort', () => void inner.delete(key))
      return info
    },
  })),
  mutant('leaves a listener for every stat', (inner) => ({
    stat: async (key, options) => {
      options?.signal?.addEventListener('abort', () => undefined)
      return inner.stat(key, options)
    },
  })),
  mutant('goes on after close', (inner) => ({ close: async () => void inner })),
  mutant('throws at a second close', (inner) => {
    let isClosed = false
    return {
      close: async () => {
        if (isClosed) throw new StorageError('CLOSED', 'x')
        isClosed = true
        await inner.close()
      },
    }
  }),
  mutant('waits at close for what is under way', (inner) => {
    const running = new Set<Promise<unknown>>()
    return {
      write: (key, body, options) => {
        const write = inner.write(key, body, options)
        running.add(write.catch(() => undefined).finally(() => running.delete(write)))
        return write
      },
      close: async () => {
        await Promise.all(running)
        await inner.close()
      },
    }
  }),
  mutant('calls a closed store missing', (inner) => {
    let isClosed = false
    return {
      stat: async (key, options) => {
        if (isClosed) throw new StorageError('NOT_FOUND', 'x', { key })
        return inner.stat(key, options)
      },
      close: async () => {
        isClosed = true
        await inner.close()
      },
    }
  }),
  mutant('tears a slow write at its commit', (inner) => ({
    write: async (key, body, options) => {
      const { signal } = options
      if (signal === undefined) return inner.write(key, body, options)
      const bytes = await bytesOf(body)
      await pause(6)
      throwAborted(signal)
      await inner.write(key, bytes.slice(0, bytes.byteLength >> 1), options)
      await pause(4)
      return inner.write(key, bytes, options)
    },
  })),
  mutant('never answers a deleteMany that is aborted', (inner) => ({
    deleteMany: async (keys, options) => {
      await hangWhenAborted(options?.signal)
      return inner.deleteMany(keys, options)
    },
  })),
  mutant('never answers a health that is aborted', (inner) => ({
    health: async (options) => {
      await hangWhenAborted(options?.signal)
      return inner.health(options)
    },
  })),
  mutant('leaves a listener for every body that is left unread', (inner) => ({
    read: async (key, options) => {
      const result = await inner.read(key, options)
      const onAbort = (): void => undefined
      options?.signal?.addEventListener('abort', onAbort)
      return asStream(result, async function* (bytes) {
        yield* pieces(bytes)
        options?.signal?.removeEventListener('abort', onAbort)
      })
    },
  })),
  mutant('leaves a source open that it does not read', (inner) => ({
    write: async (key, body, options) => {
      throwAborted(options.signal)
      return inner.write(key, body, options)
    },
  })),
  mutant('waits at close for a source that is silent', (inner) => ({
    write: async (key, body, options) => inner.write(key, await bytesOf(body), options),
  })),
]
