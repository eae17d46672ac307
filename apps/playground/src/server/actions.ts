/**
 * Which action of a person an operation belongs to. The page names its action in a header; the name
 * travels through `AsyncLocalStorage` to the diagnostics channels.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

/** The header in which a page names the action that a request is a part of. */
export const actionHeader = 'x-action'

const actions = new AsyncLocalStorage<string | undefined>()

/** Runs `call` as a part of an action; a name that no page would make is none. */
export function asAction<T>(name: string | undefined, call: () => T): T {
  return actions.run(name !== undefined && /^[\w-]{1,40}$/.test(name) ? name : undefined, call)
}

/** The action that the running code is a part of. */
export function currentAction(): string | undefined {
  return actions.getStore()
}
