/** A queue backend with some methods of another kind: faults and mutants. */
import { MemoryQueueBackend, type QueueBackend } from '../../../src/index.ts'

/** The inner backend with the members that `change` gives in the place of its own. */
export function wrapped<B extends object>(inner: B, change: (inner: B) => Partial<B>): B {
  const own = change(inner) as Record<PropertyKey, unknown>
  return new Proxy(inner, {
    get(target, name) {
      if (name in own) return own[name]
      const member = Reflect.get(target, name, target) as unknown
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

/** Calls that a test watches or stops, of any backend. */
export type CallWatch = (method: string, moment: 'before' | 'after') => Promise<void> | void

/** A backend whose every call is told before and after it is done. */
export function watched<B extends object>(inner: B, watch: CallWatch): B {
  return new Proxy(inner, {
    get(target, name) {
      const member = Reflect.get(target, name, target) as unknown
      if (typeof member !== 'function') return member
      return async (...call: unknown[]) => {
        await watch(String(name), 'before')
        const result = (await Reflect.apply(member, target, call)) as unknown
        await watch(String(name), 'after')
        return result
      }
    },
  })
}

/** Queues in memory with some methods of another kind. */
export function wrappedMemory(
  change: (inner: QueueBackend) => Partial<QueueBackend>,
): QueueBackend {
  return wrapped<QueueBackend>(new MemoryQueueBackend(), change)
}
