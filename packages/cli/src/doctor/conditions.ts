/** How far conditions hold, and what the probe of an S3 server found. */
import { stackOf, type StorageManager } from '@aos-storage/core'
import { type Check, ok, skipped, warn } from './check.ts'

/** @param isProbed False for an S3 server that nothing was written to: then nothing is known. */
export function conditionCheck(store: StorageManager, isProbed: boolean): Check {
  const name = 'conditions'
  const { conditionalWrite } = store.capabilities
  if (!isProbed && conditionalWrite === 'none') {
    return skipped(
      name,
      'Not tried; --write finds out with scratch objects what the server honours',
    )
  }
  if (conditionalWrite === 'none') {
    return warn(
      name,
      'Conditional writes are refused: the store does not honour them',
      'Numbered versions, collections and locks need them; use another server or bucket for those',
    )
  }
  return ok(name, `Conditional writes hold between ${reach[conditionalWrite]}`)
}

const reach = {
  global: 'all clients of the service',
  host: 'all processes of this host',
  process: 'callers of this process',
} as const

export interface Capability {
  readonly name: string
  readonly value: string | number | boolean
}

/** As they hold behind the layers; and what an S3 server honours, in its own words. */
export function capabilityTable(store: StorageManager): readonly Capability[] {
  const { extras, ...capabilities } = store.capabilities
  const { server } = stackOf(store.backend).at(-1)!.backend as { readonly server?: object }
  return [
    ...entriesOf(capabilities, ''),
    { name: 'extras', value: extras.join(', ') || 'none' },
    ...(server === undefined ? [] : entriesOf(server, 'server.')),
  ]
}

function entriesOf(record: object, start: string): Capability[] {
  return Object.entries(record).map(([name, value]) => ({
    name: start + name,
    value: value as Capability['value'],
  }))
}
