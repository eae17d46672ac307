/** The contract of queues, by the kit, on a real service: Azurite. */
import { describeWithService } from '@aos-tooling/services/vitest'
import { registerQueueConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { AzureQueueBackend } from '../../src/queues/backend.ts'

describeWithService('azurite', (service) => {
  registerQueueConformance(
    { describe, it, afterAll },
    {
      name: 'azure queues on azurite',
      isSlow: true,
      async open() {
        const options = { connectionString: service.url }
        return {
          backend: new AzureQueueBackend(options),
          reopen: async () => new AzureQueueBackend(options),
          child: {
            module: new URL('../support/queues/child-queues.ts', import.meta.url).href,
            args: service.url,
          },
        }
      },
    },
  )
})
