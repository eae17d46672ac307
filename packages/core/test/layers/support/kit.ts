/** The conformance kit on the memory backend behind layers that must not change a thing. */
import { afterAll, describe, it } from 'vitest'
import { applyLayers, type Layer, MemoryStorageBackend } from '../../../src/index.ts'
import { type ConformanceHarness, registerConformance } from '../../../src/testing/index.ts'

/**
 * @param layers Made anew for each store: layers hold state.
 * @param more What the layers make different, such as `skip` with its reason.
 */
export function registerLayers(
  name: string,
  layers: () => readonly Layer[],
  more: Omit<ConformanceHarness, 'name' | 'open'> = {},
): void {
  registerConformance(
    { describe, it, afterAll },
    {
      ...more,
      name,
      async open() {
        // Small enough for the kit to try the largest object.
        const inner = new MemoryStorageBackend({ objectBytesMax: 16 * 1024 ** 2 })
        return {
          backend: applyLayers(inner, layers()),
          // Foreign names come in below the layers.
          putForeign: async (foreign, body) => {
            await inner.write(foreign, body, { contentType: 'a/b' })
            return foreign
          },
        }
      },
    },
  )
}
