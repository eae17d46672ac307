/** What a running case of the objects' kit has in its hands. */
import type { StorageBackend } from '../../backend.ts'
import type { ChildCommands } from '../child-protocol.ts'
import { type CaseOptions, KitContext } from '../kit/context.ts'
import type { ConformanceHarness, OpenedStore } from './harness.ts'

export { CaseSkipped, type ConformanceOptions } from '../kit/context.ts'

/** The surroundings of one case. Everything opened through it is closed at its end. */
export class CaseContext extends KitContext<
  StorageBackend,
  OpenedStore,
  ChildCommands,
  ConformanceHarness
> {
  constructor(harness: ConformanceHarness, store: OpenedStore, options: CaseOptions) {
    super(harness, store, options, 'child')
  }

  /** @see OpenedStore.putForeign */
  putForeign(name: string, body: Uint8Array): Promise<string | undefined> {
    return this.store.putForeign!(name, body)
  }
}
