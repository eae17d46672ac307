/** The kit on the memory backend: bare, and behind layers that must not change a thing. */
import { afterAll, describe, it } from 'vitest'
import { applyLayers, type Layer, MemoryStorageBackend, prefix } from '../../src/index.ts'
import { faults, registerConformance } from '../../src/testing/index.ts'

const stacks: Record<string, Layer[]> = {
  memory: [],
  'memory behind prefix("tenant/a")': [prefix('tenant/a')],
  'memory behind an idle fault injector': [faults({ seed: 1 })],
}

for (const [name, layers] of Object.entries(stacks)) {
  registerConformance(
    { describe, it, afterAll },
    {
      name,
      async open() {
        // Small enough for the kit to try the largest object.
        const inner = new MemoryStorageBackend({ objectBytesMax: 16 * 1024 ** 2 })
        const backend = applyLayers(inner, layers)
        return {
          backend,
          // Foreign names come in below the layers.
          putForeign: async (foreign, body) => {
            const folder = name.includes('prefix') ? 'tenant/a/' : ''
            await inner.write(folder + foreign, body, { contentType: 'a/b' })
            return foreign
          },
        }
      },
    },
  )
}
